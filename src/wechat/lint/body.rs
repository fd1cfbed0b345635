//! Parses the body of a response: `success`, a tree, or something else, which is reported as precisely as it is recognised.

use std::ops::Range;

use super::findings::{Findings, quoted};
use super::{LintCode, LintFinding, PushInfo, error_output, html_page, strict};
use crate::wechat::reply::PassiveReply;
use crate::wechat::tree::{Format, MAX_BYTES, Tree, TreeError, bom_of, is_white};

const SUCCESS: &str = "success";

/// The byte order mark.
const MARK: char = '\u{FEFF}';

const OPEN: &[u8] = b"<xml";
const CLOSE: &[u8] = b"</xml>";

/// Beginnings of a reply.
const BEGINNINGS: [&[u8]; 2] = [b"<xml", b"<?xml"];

/// The name of what is left of a text that only has byte order marks.
const UNSEEN: &str = "U+FEFF (BOM)";

/// The longest variant of `success` in bytes: the word with a byte order mark, quotes and some white space.
const LONGEST_SUCCESS: usize = 64;

/// A body as it was recognised.
pub(super) enum Body<'a> {
    /// `success`, or nothing.
    Silent(PassiveReply),
    /// A document with elements.
    Tree(Tree<'a>),
    /// Not a reply; already reported.
    Refused,
}

pub(super) fn read<'a>(payload: &'a [u8], push: &PushInfo<'_>, findings: &mut Findings<'_>) -> Body<'a> {
    match payload {
        b"" => return Body::Silent(PassiveReply::Empty),
        b"success" => return Body::Silent(PassiveReply::Success),
        _ => {}
    }
    if payload.len() > MAX_BYTES || report_near_success(payload, findings) || html_page::report_page(payload, findings)
    {
        return Body::Refused;
    }
    let payload = match marks_before(payload) {
        None => payload,
        Some(marks) => {
            findings.add_at(LintFinding::new(LintCode::Bom), marks.clone());
            findings.advance(marks.end);
            &payload[marks.end..]
        }
    };
    if payload.is_empty() {
        return Body::Refused;
    }
    match Tree::parse(payload) {
        Ok(tree) => check_whole(tree, payload, push, findings),
        Err(error) => reply_within(payload, &error, push, findings),
    }
}

/// The byte order marks before a payload: from the first to the end of the last, with the white space around them.
fn marks_before(payload: &[u8]) -> Option<Range<usize>> {
    let (mut at, mut marks) = (0, None::<Range<usize>>);
    loop {
        let rest = payload.get(at..)?;
        if bom_of(rest) > 0 {
            let first = marks.map_or(at, |marks| marks.start);
            at += bom_of(rest);
            marks = Some(first..at);
        } else if rest.first().is_some_and(|byte| is_white(*byte)) {
            at += 1;
        } else {
            return marks;
        }
    }
}

/// Reports `success` in quotes, in capitals or with white space, which WeChat does not accept.
fn report_near_success(payload: &[u8], findings: &mut Findings<'_>) -> bool {
    let Some(text) = std::str::from_utf8(payload).ok().filter(|text| text.len() <= LONGEST_SUCCESS) else {
        return false;
    };
    let shown = text.trim_matches(|character: char| character == MARK || character.is_whitespace());
    let word = shown.trim_matches(['"', '\'']).trim();
    if !word.eq_ignore_ascii_case(SUCCESS) {
        return false;
    }
    let start = text.find(shown).unwrap_or_default();
    let all = start..start + shown.len();
    let mut around = text[..start].chars().chain(text[all.end..].chars());
    if let Some(mark) = text.find(MARK) {
        findings.add_at(LintFinding::new(LintCode::Bom), mark..mark + MARK.len_utf8());
    }
    if around.any(char::is_whitespace) || shown.trim_matches(['"', '\'']) != word {
        findings.add_at(LintFinding::new(LintCode::SuccessWhite), 0..text.len());
    }
    if shown.starts_with(['"', '\'']) || shown.ends_with(['"', '\'']) {
        findings.add_at(LintFinding::new(LintCode::SuccessQuoted), all.clone());
    }
    if word != SUCCESS {
        findings.add_at(LintFinding::new(LintCode::SuccessCase).with("found", word), all);
    }
    true
}

/// Checks a body that is one tree: the bytes around it, and its format against the push.
fn check_whole<'a>(tree: Tree<'a>, payload: &'a [u8], push: &PushInfo<'_>, findings: &mut Findings<'_>) -> Body<'a> {
    let wanted = push.format.unwrap_or(Format::Xml);
    if tree.format() == Format::Json && wanted == Format::Xml {
        findings.add_at(LintFinding::new(LintCode::JsonBody), tree.root().span());
        return Body::Refused;
    }
    if tree.format() == Format::Xml {
        if wanted == Format::Json {
            findings.add_at(LintFinding::new(LintCode::XmlForJson), super::elements::tag_of(tree.root()));
        }
        white_around(payload, findings);
    }
    Body::Tree(tree)
}

fn white_around(payload: &[u8], findings: &mut Findings<'_>) {
    let before = payload.iter().take_while(|byte| is_white(**byte)).count();
    let after = payload.iter().rev().take_while(|byte| is_white(**byte)).count();
    if before > 0 && payload[before..].starts_with(b"<?xml") {
        // Parsers refuse white space here, and accept it elsewhere.
        let reason = "white space before the XML declaration `<?xml`";
        findings.add_at(LintFinding::new(LintCode::NotWellFormed).with("reason", reason), 0..before);
    } else if before > 0 {
        findings.add_at(LintFinding::new(LintCode::WhiteAround), 0..before);
    } else if after > 0 {
        findings.add_at(LintFinding::new(LintCode::WhiteAround), payload.len() - after..payload.len());
    }
}

/// Looks for a reply with something before or after it: reports that, and parses the reply.
fn reply_within<'a>(
    payload: &'a [u8],
    error: &TreeError,
    push: &PushInfo<'_>,
    findings: &mut Findings<'_>,
) -> Body<'a> {
    let Some((start, end)) = reply_in(payload).filter(|(_, end)| is_around(error, *end)) else {
        report_unreadable(payload, error, push, findings);
        return Body::Refused;
    };
    let before = report_stray(payload, 0, start, false, findings);
    let after = report_stray(payload, end, payload.len(), true, findings);
    if !before && !after {
        report_unreadable(payload, error, push, findings);
        return Body::Refused;
    }
    findings.advance(start);
    let text = &payload[start..end];
    match Tree::parse(text) {
        Ok(tree) => Body::Tree(tree),
        Err(error) => {
            report_unreadable(text, &error, push, findings);
            Body::Refused
        }
    }
}

/// Tells whether the error can come from the bytes around a reply that ends at `end`.
fn is_around(error: &TreeError, end: usize) -> bool {
    match error {
        TreeError::NotXmlOrJson { .. } | TreeError::NotWellFormed { .. } => true,
        // An HTML page may follow the reply.
        TreeError::Doctype { place } => place.offset >= end,
        _ => false,
    }
}

/// The range from the first `<xml` (or its declaration) to the end of its element, or else of the last `</xml>`.
fn reply_in(payload: &[u8]) -> Option<(usize, usize)> {
    let root = memchr::memmem::find(payload, b"<xml")?;
    let start = memchr::memmem::find(&payload[..root], b"<?xml").unwrap_or(root);
    let last = || Some(memchr::memmem::rfind(payload, CLOSE)? + CLOSE.len());
    let end = element_end(payload, root).or_else(last)?;
    (start < end).then_some((start, end))
}

/// The end of the `<xml>` that begins there, with those inside it; tags in CDATA sections and comments do not count.
fn element_end(payload: &[u8], start: usize) -> Option<usize> {
    let (mut at, mut depth) = (start, 0_usize);
    loop {
        at += memchr::memchr(b'<', &payload[at..])?;
        let rest = &payload[at..];
        let skipped = |open: &[u8], close: &[u8]| {
            rest.starts_with(open).then(|| Some(memchr::memmem::find(rest, close)? + close.len()))
        };
        if let Some(length) = skipped(b"<![CDATA[", b"]]>").or_else(|| skipped(b"<!--", b"-->")) {
            at += length?;
        } else if rest.starts_with(CLOSE) {
            at += CLOSE.len();
            depth = depth.saturating_sub(1);
            if depth == 0 {
                return Some(at);
            }
        } else {
            let opens =
                rest.starts_with(OPEN) && rest.get(OPEN.len()).is_some_and(|byte| *byte == b'>' || is_white(*byte));
            depth += usize::from(opens);
            at += 1;
        }
    }
}

/// Reports the bytes before or after a reply, unless they are white space.
fn report_stray(payload: &[u8], from: usize, to: usize, after: bool, findings: &mut Findings<'_>) -> bool {
    let bytes = &payload[from..to];
    let white = bytes.iter().take_while(|byte| is_white(**byte)).count();
    if white == bytes.len() {
        return false;
    }
    let rest = &bytes[white..];
    if after && BEGINNINGS.iter().any(|beginning| rest[bom_of(rest)..].starts_with(beginning)) {
        findings.add_at(LintFinding::new(LintCode::ReplyTwice), from + white..to);
        return true;
    }
    let text = html_page::body_start(bytes);
    let shown = if text.is_empty() { UNSEEN } else { &*text };
    let finding = error_output::known_output(&text).or_else(|| after.then(|| html_page::after_reply(&text)).flatten());
    let code = if after { LintCode::TextAfter } else { LintCode::TextBefore };
    let finding = finding.unwrap_or_else(|| LintFinding::new(code).with("text", quoted(shown)));
    findings.add_at(finding, from + white..to);
    true
}

/// Reports a body that cannot be parsed.
fn report_unreadable(payload: &[u8], error: &TreeError, push: &PushInfo<'_>, findings: &mut Findings<'_>) {
    let finding = match error {
        TreeError::Empty => LintFinding::new(LintCode::WhiteOnly),
        TreeError::NotUtf8 { .. } => LintFinding::new(LintCode::NotUtf8),
        TreeError::NotXmlOrJson { .. } => return report_other_text(payload, push, findings),
        TreeError::Doctype { .. } => LintFinding::new(LintCode::Doctype),
        TreeError::UnknownEntity { name, .. } => LintFinding::new(LintCode::EntityUnknown).with("name", quoted(name)),
        TreeError::NotWellFormed { .. } if json_for_xml(payload, push) => LintFinding::new(LintCode::JsonBody),
        TreeError::NotWellFormed { reason, place } => {
            return report_ill_formed(payload, reason, place.offset, findings);
        }
        TreeError::TooDeep { .. } | TreeError::TooManyElements { .. } | TreeError::TooLarge { .. } => {
            LintFinding::new(LintCode::LimitExceeded).with("reason", error)
        }
    };
    let offset = error.place().map_or(0, |place| place.offset);
    findings.add_at(finding, offset..offset);
}

/// Reports a body that is broken at that offset.
fn report_ill_formed(payload: &[u8], reason: &str, offset: usize, findings: &mut Findings<'_>) {
    let forbidden = std::str::from_utf8(payload).ok().and_then(strict::character);
    let finding = match forbidden.filter(|(_, bytes)| bytes.start == offset) {
        _ if Format::of(payload) == Some(Format::Json) => {
            LintFinding::new(LintCode::JsonNotWellFormed).with("reason", quoted(reason))
        }
        Some((finding, _)) => finding,
        None => LintFinding::new(LintCode::NotWellFormed).with("reason", quoted(reason)),
    };
    findings.add_at(finding, offset..offset);
}

/// Reports a text that is neither XML nor a JSON object.
fn report_other_text(payload: &[u8], push: &PushInfo<'_>, findings: &mut Findings<'_>) {
    let text = html_page::body_start(payload);
    let finding = match () {
        () if json_for_xml(payload, push) => LintFinding::new(LintCode::JsonBody),
        () => error_output::known_output(&text)
            .unwrap_or_else(|| LintFinding::new(LintCode::NotAReply).with("text", quoted(&text))),
    };
    findings.add_at(finding, 0..payload.len());
}

/// Tells whether a body is JSON in reply to XML: an object, well formed or not, a list, a string or a literal.
fn json_for_xml(payload: &[u8], push: &PushInfo<'_>) -> bool {
    let text = payload[bom_of(payload)..].trim_ascii();
    let begins_so = text.starts_with(b"{") || text.starts_with(b"[") || text.starts_with(b"\"");
    push.format != Some(Format::Json) && (begins_so || matches!(text, b"null" | b"true" | b"false"))
}
