//! `menuscope show`: one event, for people or to the byte.

use std::borrow::Cow;

use anyhow::Context as _;
use jiff::tz::TimeZone;
use unicode_width::UnicodeWidthStr as _;

use super::output::{
    Output, answer, event_line, finding_lines, local_time, print_bytes, print_line, printable, quoted,
};
use super::{Outcome, language};
use crate::account::Account;
use crate::capture::diagnosis::{Coded, Finding};
use crate::capture::{CaptureId, Reply, StoredCapture, header_text};
use crate::cli::Show;
use crate::config::Config;
use crate::engine::Setup;
use crate::operations::{explain, stored_event};
use crate::store::Reader;
use crate::texts::Language;
use crate::ui::{MessageLine, message_lines};
use crate::wechat::tree::Tree;

/// Names of elements fill up to so many columns, so that a very long one does not push all values away.
const WIDEST_NAME: usize = 32;

pub(super) fn run(setup: &Setup, show: &Show, output: Output) -> anyhow::Result<Outcome> {
    let reader = Reader::open(&setup.folder.database())?;
    let stored = stored_event(&reader, CaptureId(show.id))?;
    let form = &show.form;
    if form.json {
        print_line(&event_line(&reader, &stored, language(setup))?)?;
    } else if form.explain {
        let config = Config::load_without_rules(&setup.config_file)?;
        let accounts = config.accounts(&setup.folder, &setup.overrides)?;
        let explanation = explain(&reader, CaptureId(show.id), &accounts, &config.replay.ignore)?;
        print_line(&explanation.json(language(setup)).to_string())?;
    } else if form.raw {
        print_bytes(&stored.capture.request.to_http())?;
    } else if form.body {
        print_bytes(stored.capture.message())?;
    } else if form.reply {
        let Some(reply) = &stored.reply else {
            return Ok(Outcome::No(Some(format!("event {} has no recorded answer", show.id))));
        };
        if show.decrypted {
            let accounts = Config::load_without_rules(&setup.config_file)?.accounts(&setup.folder, &setup.overrides)?;
            let account = accounts.owner(&stored.capture.account);
            let text = plaintext(reply, Some(account)).with_context(|| {
                format!(
                    "cannot decrypt the reply to event {}: no key of account \"{}\" fits; give the EncodingAESKey as \
                     MENUSCOPE_AES_KEY, or store it with `menuscope account set`",
                    show.id,
                    quoted(&account.name)
                )
            })?;
            print_bytes(&text)?;
        } else {
            print_bytes(reply.sent())?;
        }
    } else {
        // Secrets are asked for only where they open something; without them, an encrypted reply is shown as it is.
        let accounts = stored.reply.as_ref().filter(|reply| is_encrypted(reply)).and_then(|_| {
            let config = Config::load_without_rules(&setup.config_file).ok()?;
            config.accounts(&setup.folder, &setup.overrides).ok()
        });
        let account = accounts.as_ref().map(|accounts| accounts.owner(&stored.capture.account));
        print_line(&page(&stored, account, language(setup), output))?;
    }
    Ok(Outcome::Done)
}

/// Everything about an event that fits on a page.
fn page(stored: &StoredCapture, account: Option<&Account>, language: Language, output: Output) -> String {
    let StoredCapture { placement, capture, reply, annotation } = stored;
    let request = &capture.request;
    let mut lines = vec![
        output.strong(&format!("{} · event {}", quoted(&capture.envelope.kind), placement.id)),
        format!("received   {} from {}", local_time(request.received_at), quoted(&request.peer)),
        format!("account    {}", quoted(&capture.account)),
        format!("mode       {}, signature {}", capture.mode.as_str(), capture.signature.as_str()),
        format!("attempt    {} of event {}", placement.attempt, placement.group),
        match reply {
            Some(reply) => format!("answer     {}", answer(&reply.summary())),
            None => "answer     none recorded".to_owned(),
        },
    ];
    if annotation.pinned {
        lines.push("pinned     yes".to_owned());
    }
    lines.extend(annotation.note.iter().flat_map(|note| note.lines()).enumerate().map(|(at, line)| {
        let name = if at == 0 { "note" } else { "" };
        format!("{name:<10} {}", quoted(line))
    }));
    capture.diagnoses.iter().for_each(|diagnosis| add_finding(diagnosis, language, &mut lines));
    if let Some(reply) = reply {
        add_reply(reply, language, &mut lines);
    }
    lines.push(String::new());
    add_message(capture.message(), language, &mut lines);
    if let Some(reply) = reply {
        lines.extend([String::new(), output.strong(&language.text("show.reply"))]);
        let text = plaintext(reply, account);
        match text.as_deref().unwrap_or(&reply.body) {
            b"" => lines.push(language.text("show.empty").into_owned()),
            body => add_message(body, language, &mut lines),
        }
    }
    lines.extend([String::new(), output.strong(&language.text("show.request"))]);
    lines.push(format!("{} {} {}", quoted(&request.method), quoted(&request.target), quoted(&request.version)));
    lines.extend(
        request.headers.iter().map(|(name, value)| format!("{}: {}", quoted(name), quoted(&header_text(value)))),
    );
    lines.join("\n")
}

/// Prints the findings about the reply, and the result of the forward.
fn add_reply(reply: &Reply, language: Language, lines: &mut Vec<String>) {
    if let Some(forwarded) = &reply.forwarded {
        let status = forwarded.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        let ms = forwarded.elapsed.as_secs_f64() * 1000.0;
        lines.push(format!("forwarded  {status} after {ms:.1} ms from {}", quoted(&forwarded.target)));
        lines.extend(forwarded.problem.as_ref().map(|problem| format!("  → {}", quoted(&problem.words(language)))));
        if !forwarded.passed_on {
            forwarded.lint.iter().for_each(|finding| add_finding(finding, language, lines));
        }
    }
    reply.lint.iter().for_each(|finding| add_finding(finding, language, lines));
}

fn add_finding<C: Coded>(finding: &Finding<C>, language: Language, lines: &mut Vec<String>) {
    lines.push(String::new());
    lines.extend(finding_lines(finding, language));
}

/// Adds a message or a reply: its elements in two columns, with the window's remarks, or its text.
fn add_message(message: &[u8], language: Language, lines: &mut Vec<String>) {
    let Some(elements) = message_lines(message, language, &TimeZone::system()) else {
        return lines.push(printable(message));
    };
    let names: Vec<String> =
        elements.iter().map(|line| format!("{}{}", "  ".repeat(line.depth), quoted(&line.name))).collect();
    let width = names.iter().map(|name| name.width()).max().unwrap_or(0).min(WIDEST_NAME);
    for (name, MessageLine { value, remarks, .. }) in names.iter().zip(&elements) {
        let filling = " ".repeat(width.saturating_sub(name.width()));
        let remarks = if remarks.is_empty() { String::new() } else { format!("  ({})", remarks.join("; ")) };
        lines.push(format!("{name}{filling}  {}{remarks}", quoted(value)).trim_end().to_owned());
    }
}

/// Tells whether the body is itself an encrypted reply, as one is that the developer's own server encrypted.
fn is_encrypted(reply: &Reply) -> bool {
    Tree::parse(&reply.body).is_ok_and(|tree| tree.root().text_of("Encrypt").is_some_and(|text| !text.is_empty()))
}

/// The reply's text: decrypted where it is encrypted; `None` where no key fits.
fn plaintext<'r>(reply: &'r Reply, account: Option<&Account>) -> Option<Cow<'r, [u8]>> {
    if !is_encrypted(reply) {
        return Some(Cow::Borrowed(&reply.body));
    }
    account?.decrypt_reply(&reply.body).map(Cow::Owned)
}
