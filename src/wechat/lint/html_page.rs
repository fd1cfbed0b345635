//! Recognises HTML instead of a reply: error pages of frameworks, login pages, pages of tunnels, and debug bars behind a
//! reply.

use std::ops::Deref;

use super::findings::Findings;
use super::{LintCode, LintFinding, error_output};

/// The length of a page that is searched, in bytes: the marks of its maker are near the beginning.
const LOOKED_AT: usize = 64 << 10;

/// The length that is enough to recognise the beginning of a body, in bytes.
const BEGINNING: usize = 1 << 10;

/// Beginnings of a page, in lower case.
const PAGE: [&str; 3] = ["<!doctype html", "<html", "<head"];

/// Beginnings of a fragment of a page, which contains no reply.
const PIECE: [&str; 15] = [
    "<br", "<b>", "<body", "<title", "<meta", "<script", "<style", "<div", "<center", "<table", "<pre", "<p>", "<h1",
    "<h2", "<!--",
];

/// Marks of known pages, in lower case. A page contains all marks of a row; the most specific rows come first.
const PAGES: [(LintCode, &str, &[&str]); 49] = [
    (LintCode::ErrorPage, "Django", &["debug = true</code>", "django"]),
    (LintCode::ErrorPage, "Django (CSRF)", &["csrf verification failed"]),
    (LintCode::ErrorPage, "Django", &["<h1>server error (500)</h1>"]),
    (LintCode::ErrorPage, "Flask (Werkzeug debugger)", &["werkzeug"]),
    (
        LintCode::ErrorPage,
        "Flask",
        &["the server encountered an internal error and was unable to complete your request"],
    ),
    (LintCode::ErrorPage, "Laravel (Ignition)", &["ignition", "laravel"]),
    (LintCode::ErrorPage, "Laravel (Ignition)", &["window.ignite"]),
    (LintCode::ErrorPage, "Laravel (CSRF)", &["<title>page expired</title>"]),
    (LintCode::ErrorPage, "Laravel (Whoops)", &["whoops, looks like something went wrong"]),
    (LintCode::ErrorPage, "Laravel (Whoops)", &["whoops! there was an error"]),
    (LintCode::ErrorPage, "Laravel (Whoops)", &["whoops container"]),
    (LintCode::ErrorPage, "Symfony", &["symfony exception"]),
    (LintCode::ErrorPage, "Symfony", &["oops! an error occurred", "the server returned a"]),
    (LintCode::ErrorPage, "Symfony", &["sf-toolbar"]),
    (LintCode::ErrorPage, "ThinkPHP", &["thinkphp"]),
    (LintCode::ErrorPage, "ThinkPHP", &["页面错误！请稍后再试"]),
    (LintCode::ErrorPage, "Spring Boot (Whitelabel Error Page)", &["whitelabel error page"]),
    (LintCode::ErrorPage, "Express", &["cannot post /"]),
    (LintCode::ErrorPage, "Express", &["<title>error</title>", "<pre>", "&nbsp;at "]),
    (LintCode::ErrorPage, "ASP.NET", &["server error in '", "' application"]),
    (LintCode::ErrorPage, "ASP.NET Core", &["an unhandled exception occurred while processing the request"]),
    (LintCode::ErrorPage, "Ruby on Rails", &["action controller: exception caught"]),
    (LintCode::ErrorPage, "Ruby on Rails", &["rails.root"]),
    (LintCode::ErrorPage, "Ruby on Rails", &["we're sorry, but something went wrong"]),
    (LintCode::TunnelPage, "ngrok", &["err_ngrok_"]),
    (LintCode::TunnelPage, "ngrok", &["cdn.ngrok.com"]),
    (LintCode::TunnelPage, "ngrok", &["you are about to visit", "ngrok"]),
    (LintCode::TunnelPage, "localtunnel", &["localtunnel"]),
    (LintCode::TunnelPage, "localtunnel", &["tunnel password"]),
    (LintCode::TunnelPage, "Cloudflare", &["cf-error-details"]),
    (LintCode::TunnelPage, "Cloudflare", &["cloudflare tunnel error"]),
    (LintCode::TunnelPage, "Cloudflare", &["challenges.cloudflare.com"]),
    (LintCode::TunnelPage, "localtunnel", &["tunnel website ahead"]),
    (LintCode::TunnelPage, "Cloudflare", &["<title>attention required! | cloudflare"]),
    (LintCode::TunnelPage, "frp", &["faithfully yours, frp"]),
    (LintCode::TunnelPage, "NATAPP", &["natapp"]),
    (LintCode::TunnelPage, "花生壳", &["花生壳"]),
    (LintCode::TunnelPage, "花生壳", &["oray.com"]),
    (LintCode::TunnelPage, "cpolar", &["cpolar"]),
    (LintCode::LoginPage, "", &["<form", "type=\"password\""]),
    (LintCode::LoginPage, "", &["<form", "type='password'"]),
    (LintCode::LoginPage, "", &["<form", "type=password"]),
    (LintCode::ErrorPage, "Next.js", &["__next_data__"]),
    (LintCode::ErrorPage, "Next.js", &["/_next/static/"]),
    (LintCode::ErrorPage, "Tomcat", &["apache tomcat"]),
    (LintCode::ErrorPage, "nginx", &["<center>nginx"]),
    (LintCode::ErrorPage, "OpenResty (nginx)", &["<center>openresty"]),
    (LintCode::ErrorPage, "Apache", &["<address>apache"]),
    (LintCode::ErrorPage, "IIS", &["internet information services"]),
];

/// Marks of debug bars and reloaders that append themselves to every response, in lower case.
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

/// The beginning of a body as text, and in lower case for the search for marks.
pub(super) struct BodyStart {
    text: String,
    lower: String,
}

impl BodyStart {
    pub(super) fn lower(&self) -> &str {
        &self.lower
    }
}

impl Deref for BodyStart {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

/// The beginning of a body behind its byte order mark and white space.
pub(super) fn body_start(bytes: &[u8]) -> BodyStart {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(LOOKED_AT)]);
    let text = text.trim_start_matches('\u{FEFF}').trim().to_owned();
    BodyStart { lower: text.to_ascii_lowercase(), text }
}

/// Reports a body that is a page, or text with the marks of one; tells whether it is.
pub(super) fn report_page(payload: &[u8], findings: &mut Findings<'_>) -> bool {
    let begin = body_start(&payload[..payload.len().min(BEGINNING)]);
    let is_page = PAGE.iter().any(|mark| begin.lower.starts_with(mark));
    let holds_reply = || memchr::memmem::find(payload, b"<xml").is_some();
    let is_piece = || PIECE.iter().any(|mark| begin.lower.starts_with(mark)) && !holds_reply();
    let is_text = || !begin.lower.starts_with(['<', '{', '[']) && !holds_reply();
    let marked = is_page || is_piece();
    if !marked && !is_text() {
        return false;
    }
    let text = body_start(payload);
    let Some(finding) = known_page(&text).or_else(|| marked.then(|| unknown_page(&text))) else { return false };
    findings.add_at(finding, 0..payload.len());
    true
}

fn known_page(text: &BodyStart) -> Option<LintFinding> {
    let (code, name, _) = PAGES.iter().find(|(_, _, marks)| marks.iter().all(|mark| text.lower.contains(mark)))?;
    let finding = LintFinding::new(*code);
    Some(if name.is_empty() { finding } else { finding.with("name", name) })
}

fn unknown_page(text: &BodyStart) -> LintFinding {
    error_output::known_output(text).unwrap_or_else(|| LintFinding::new(LintCode::HtmlPage))
}

/// The finding about HTML behind a reply.
pub(super) fn after_reply(text: &BodyStart) -> Option<LintFinding> {
    if !text.starts_with('<') {
        return None;
    }
    let bar = BARS.iter().find(|(_, mark)| text.lower.contains(mark));
    Some(bar.map_or_else(
        || LintFinding::new(LintCode::HtmlAfter),
        |(name, _)| LintFinding::new(LintCode::DebugBar).with("name", name),
    ))
}
