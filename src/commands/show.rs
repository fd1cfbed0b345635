//! `menuscope show`: one event, for people or to the byte.

use super::output::{
    Output, answer, event_line, finding_lines, local_time, print_bytes, print_line, printable, quoted,
};
use super::{Outcome, language};
use crate::capture::diagnosis::{Coded, Finding};
use crate::capture::{CaptureId, Reply, StoredCapture, header_text};
use crate::cli::Show;
use crate::engine::Setup;
use crate::store::Reader;
use crate::texts::Language;
use crate::wechat::tree::{Element, Tree};

pub(super) fn run(setup: &Setup, show: &Show, output: Output) -> anyhow::Result<Outcome> {
    let reader = Reader::open(&setup.folder.database())?;
    let Some(stored) = reader.capture(CaptureId(show.id))? else {
        let reason = format!("there is no event {}; list them with `menuscope events`", show.id);
        return Ok(Outcome::No(Some(reason)));
    };
    let form = &show.form;
    if form.json {
        print_line(&event_line(&reader, &stored, language(setup))?)?;
    } else if form.raw {
        print_bytes(&stored.capture.request.to_http())?;
    } else if form.body {
        print_bytes(stored.capture.message())?;
    } else if form.reply {
        let Some(reply) = &stored.reply else {
            return Ok(Outcome::No(Some(format!("event {} has no recorded answer", show.id))));
        };
        print_bytes(reply.sent())?;
    } else {
        print_line(&page(&stored, language(setup), output))?;
    }
    Ok(Outcome::Done)
}

/// Everything about an event that fits on a page.
fn page(stored: &StoredCapture, language: Language, output: Output) -> String {
    let StoredCapture { placement, capture, reply } = stored;
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
    capture.diagnoses.iter().for_each(|diagnosis| add_finding(diagnosis, language, &mut lines));
    if let Some(reply) = reply {
        add_reply(reply, language, &mut lines);
    }
    lines.push(String::new());
    match Tree::parse_lenient(capture.message()) {
        Ok(tree) => add_elements(tree.root(), 0, &mut lines),
        Err(_) => lines.push(printable(capture.message())),
    }
    lines.push(String::new());
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

fn add_elements(parent: Element<'_, '_>, depth: usize, lines: &mut Vec<String>) {
    for element in parent.children() {
        let indent = "  ".repeat(depth);
        lines.push(format!("{indent}{}  {}", quoted(element.name()), quoted(element.text())).trim_end().to_owned());
        add_elements(element, depth + 1, lines);
    }
}
