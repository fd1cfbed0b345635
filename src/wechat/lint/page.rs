//! Recognises HTML where a reply should be: error pages by framework, login pages, tunnels, and debug bars behind a reply.

use std::ops::Deref;

use super::findings::Findings;
use super::{Code, Finding, trace};

/// So much of a page is looked at, in bytes: what names its maker stands near its beginning.
const LOOKED_AT: usize = 64 << 10;

/// Enough of a body to see how it begins, in bytes.
const BEGINNING: usize = 1 << 10;

/// How a page begins, in small letters, whatever follows.
const PAGE: [&str; 3] = ["<!doctype html", "<html", "<head"];

/// How a piece of a page begins, if no reply is in it.
const PIECE: [&str; 15] = [
    "<br", "<b>", "<body", "<title", "<meta", "<script", "<style", "<div", "<center", "<table", "<pre", "<p>", "<h1",
    "<h2", "<!--",
];

/// What pages hold, in small letters: all of one row. What names its maker for certain comes first.
const PAGES: [(Code, &str, &[&str]); 49] = [
    (Code::ErrorPage, "Django", &["debug = true</code>", "django"]),
    (Code::ErrorPage, "Django (CSRF)", &["csrf verification failed"]),
    (Code::ErrorPage, "Django", &["<h1>server error (500)</h1>"]),
    (Code::ErrorPage, "Flask (Werkzeug debugger)", &["werkzeug"]),
    (Code::ErrorPage, "Flask", &["the server encountered an internal error and was unable to complete your request"]),
    (Code::ErrorPage, "Laravel (Ignition)", &["ignition", "laravel"]),
    (Code::ErrorPage, "Laravel (Ignition)", &["window.ignite"]),
    (Code::ErrorPage, "Laravel (CSRF)", &["<title>page expired</title>"]),
    (Code::ErrorPage, "Laravel (Whoops)", &["whoops, looks like something went wrong"]),
    (Code::ErrorPage, "Laravel (Whoops)", &["whoops! there was an error"]),
    (Code::ErrorPage, "Laravel (Whoops)", &["whoops container"]),
    (Code::ErrorPage, "Symfony", &["symfony exception"]),
    (Code::ErrorPage, "Symfony", &["oops! an error occurred", "the server returned a"]),
    (Code::ErrorPage, "Symfony", &["sf-toolbar"]),
    (Code::ErrorPage, "ThinkPHP", &["thinkphp"]),
    (Code::ErrorPage, "ThinkPHP", &["页面错误！请稍后再试"]),
    (Code::ErrorPage, "Spring Boot (Whitelabel Error Page)", &["whitelabel error page"]),
    (Code::ErrorPage, "Express", &["cannot post /"]),
    (Code::ErrorPage, "Express", &["<title>error</title>", "<pre>", "&nbsp;at "]),
    (Code::ErrorPage, "ASP.NET", &["server error in '", "' application"]),
    (Code::ErrorPage, "ASP.NET Core", &["an unhandled exception occurred while processing the request"]),
    (Code::ErrorPage, "Ruby on Rails", &["action controller: exception caught"]),
    (Code::ErrorPage, "Ruby on Rails", &["rails.root"]),
    (Code::ErrorPage, "Ruby on Rails", &["we're sorry, but something went wrong"]),
    (Code::TunnelPage, "ngrok", &["err_ngrok_"]),
    (Code::TunnelPage, "ngrok", &["cdn.ngrok.com"]),
    (Code::TunnelPage, "ngrok", &["you are about to visit", "ngrok"]),
    (Code::TunnelPage, "localtunnel", &["localtunnel"]),
    (Code::TunnelPage, "localtunnel", &["tunnel password"]),
    (Code::TunnelPage, "Cloudflare", &["cf-error-details"]),
    (Code::TunnelPage, "Cloudflare", &["cloudflare tunnel error"]),
    (Code::TunnelPage, "Cloudflare", &["challenges.cloudflare.com"]),
    (Code::TunnelPage, "localtunnel", &["tunnel website ahead"]),
    (Code::TunnelPage, "Cloudflare", &["<title>attention required! | cloudflare"]),
    (Code::TunnelPage, "frp", &["faithfully yours, frp"]),
    (Code::TunnelPage, "NATAPP", &["natapp"]),
    (Code::TunnelPage, "花生壳", &["花生壳"]),
    (Code::TunnelPage, "花生壳", &["oray.com"]),
    (Code::TunnelPage, "cpolar", &["cpolar"]),
    (Code::LoginPage, "", &["<form", "type=\"password\""]),
    (Code::LoginPage, "", &["<form", "type='password'"]),
    (Code::LoginPage, "", &["<form", "type=password"]),
    (Code::ErrorPage, "Next.js", &["__next_data__"]),
    (Code::ErrorPage, "Next.js", &["/_next/static/"]),
    (Code::ErrorPage, "Tomcat", &["apache tomcat"]),
    (Code::ErrorPage, "nginx", &["<center>nginx"]),
    (Code::ErrorPage, "OpenResty (nginx)", &["<center>openresty"]),
    (Code::ErrorPage, "Apache", &["<address>apache"]),
    (Code::ErrorPage, "IIS", &["internet information services"]),
];

/// What follows a reply where a debug bar or a reloader puts itself into every answer, in small letters.
const BARS: [(&str, &str); 12] = [
    ("Symfony", "sf-toolbar"),
    ("Laravel Debugbar", "phpdebugbar"),
    ("Django Debug Toolbar", "djdebug"),
    ("Flask-DebugToolbar", "fldebug"),
    ("ThinkPHP Trace", "think_page_trace"),
    ("Yii", "yii-debug-toolbar"),
    ("CodeIgniter", "debugbar_loader"),
    ("Tracy", "tracy-"),
    ("MiniProfiler", "mini-profiler"),
    ("Visual Studio Browser Link", "browserlink"),
    ("Browsersync", "browser-sync"),
    ("LiveReload", "livereload"),
];

/// The beginning of a body as text, and the same in small letters to look for marks in.
pub(super) struct Head {
    text: String,
    lower: String,
}

impl Head {
    pub(super) fn lower(&self) -> &str {
        &self.lower
    }
}

impl Deref for Head {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

/// The beginning of a body without the white space and the mark before it.
pub(super) fn head(bytes: &[u8]) -> Head {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(LOOKED_AT)]);
    let text = text.trim_start_matches('\u{FEFF}').trim().to_owned();
    Head { lower: text.to_ascii_lowercase(), text }
}

/// Whether a body is a page, or a text that is known as one; then it is reported.
pub(super) fn is_reported(payload: &[u8], findings: &mut Findings<'_>) -> bool {
    let begin = head(&payload[..payload.len().min(BEGINNING)]);
    let is_page = PAGE.iter().any(|mark| begin.lower.starts_with(mark));
    let holds_reply = || memchr::memmem::find(payload, b"<xml").is_some();
    let is_piece = || PIECE.iter().any(|mark| begin.lower.starts_with(mark)) && !holds_reply();
    let is_text = || !begin.lower.starts_with(['<', '{', '[']) && !holds_reply();
    let marked = is_page || is_piece();
    if !marked && !is_text() {
        return false;
    }
    let text = head(payload);
    let Some(finding) = page(&text).or_else(|| marked.then(|| unnamed(&text))) else { return false };
    findings.add_at(finding, 0..payload.len());
    true
}

fn page(text: &Head) -> Option<Finding> {
    let (code, name, _) = PAGES.iter().find(|(_, _, marks)| marks.iter().all(|mark| text.lower.contains(mark)))?;
    let finding = Finding::new(*code);
    Some(if name.is_empty() { finding } else { finding.with("name", name) })
}

fn unnamed(text: &Head) -> Finding {
    trace::recognised(text).unwrap_or_else(|| Finding::new(Code::HtmlPage))
}

/// HTML behind a reply, and whose it is.
pub(super) fn after_reply(text: &Head) -> Option<Finding> {
    if !text.starts_with('<') {
        return None;
    }
    let bar = BARS.iter().find(|(_, mark)| text.lower.contains(mark));
    Some(bar.map_or_else(|| Finding::new(Code::HtmlAfter), |(name, _)| Finding::new(Code::DebugBar).with("name", name)))
}
