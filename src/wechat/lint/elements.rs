//! Checks the elements of a reply: root, envelope, and those that its MsgType requires.

use std::ops::Range;

use super::children::{AllowedChildren, Children, check_value};
use super::findings::{Findings, quoted};
use super::{LintCode, LintFinding, PushInfo, address, news, strict};
use crate::wechat::tree::{Element, Format, Tree, is_all_white};

/// The number of articles shown in reply to an event.
pub(super) const MAX_ARTICLES: usize = 8;

/// The number of articles shown in reply to a user's message.
pub(super) const MAX_ARTICLES_TO_MESSAGE: usize = 1;

/// The maximum length of a text in bytes of UTF-8: widely quoted, documented for `WeCom` only.
pub const MAX_TEXT_BYTES: usize = 2048;

/// Seconds have had ten digits since 2001 and have them until 2286; milliseconds have thirteen.
const DIGITS_OF_MILLISECONDS: usize = 13;

/// A line break as programs write it: two characters, which the phone shows.
const ESCAPED_LINE_BREAK: &str = "\\n";

/// The name of the root element.
const ROOT: &str = "xml";

const ENVELOPE: [&str; 4] = ["ToUserName", "FromUserName", "CreateTime", "MsgType"];

/// A kind of reply whose values are in one element.
struct Shape {
    msg_type: &'static str,
    /// The element around the values.
    holder: &'static str,
    inside: AllowedChildren<'static>,
}

const SHAPES: [Shape; 5] = [
    shape("image", "Image", "Image/", &["MediaId"], &[]),
    shape("voice", "Voice", "Voice/", &["MediaId"], &[]),
    shape("video", "Video", "Video/", &["MediaId"], &["Title", "Description"]),
    shape(MUSIC, "Music", "Music/", &[], &["Title", "Description", "MusicUrl", "HQMusicUrl", THUMB]),
    shape(TRANSFER, "TransInfo", "TransInfo/", &[], &["KfAccount"]),
];

const TEXT: &str = "text";
const MUSIC: &str = "music";
const THUMB: &str = "ThumbMediaId";
const NEWS: &str = "news";
const TRANSFER: &str = "transfer_customer_service";

const fn shape(
    msg_type: &'static str,
    holder: &'static str,
    within: &'static str,
    required: &'static [&'static str],
    optional: &'static [&'static str],
) -> Shape {
    Shape { msg_type, holder, inside: AllowedChildren { within, required, optional, closed: true } }
}

/// The span of an element's opening tag; in JSON the bytes before its value.
pub(super) fn tag_of(element: Element<'_, '_>) -> Range<usize> {
    element.span().start..element.content_span().start
}

pub(super) fn check(tree: &Tree<'_>, push: &PushInfo<'_>, findings: &mut Findings<'_>) {
    let mut root = tree.root();
    if tree.format() == Format::Xml && root.name() != ROOT {
        findings.add_at(LintFinding::new(LintCode::RootNotXml).with("name", quoted(root.name())), tag_of(root));
    }
    if let Some(inner) = root.child(ROOT).filter(|inner| inner.has_children())
        && root.child("MsgType").is_none()
    {
        findings.add_at(LintFinding::new(LintCode::RootNested), tag_of(inner));
        root = inner;
    }
    if root.has_children() && !is_all_white(root.text()) {
        findings.add_at(LintFinding::new(LintCode::StrayText).with("text", quoted(root.text())), root.text_span());
    }
    if tree.format() == Format::Xml
        && let Ok(payload) = std::str::from_utf8(findings.payload())
        && let Some((finding, bytes)) = strict::refused(payload)
    {
        findings.add_at(finding, bytes);
    }
    let names = ENVELOPE.into_iter().chain(["Content", "ArticleCount", "Articles"]);
    let names = names.chain(SHAPES.iter().map(|shape| shape.holder));
    let mut children = Children::sort(root, "", &names, findings);
    for name in ENVELOPE {
        envelope_element(name, root, &mut children, findings);
    }
    address::check(&children, push, findings);
    if let Some(element) = children.get("CreateTime") {
        check_create_time(element, findings);
    }
    if let Some(msg_type) = children.get("MsgType").and_then(|element| check_msg_type(element, findings)) {
        check_kind(msg_type, root, &mut children, push, findings);
    }
}

fn envelope_element<'t, 'a>(
    name: &'static str,
    root: Element<'t, 'a>,
    children: &mut Children<'t, 'a>,
    findings: &mut Findings<'_>,
) {
    let missing = match name {
        "MsgType" => LintFinding::new(LintCode::MsgTypeMissing),
        "CreateTime" => LintFinding::new(LintCode::CreateTimeMissing),
        _ => LintFinding::new(LintCode::ElementMissing).with("name", name),
    };
    require(name, missing, root, children, findings);
}

/// The element of that name, or a misspelt one; without either, `missing` is reported.
fn require<'t, 'a>(
    name: &'static str,
    missing: LintFinding,
    root: Element<'t, 'a>,
    children: &mut Children<'t, 'a>,
    findings: &mut Findings<'_>,
) -> Option<Element<'t, 'a>> {
    if let Some(found) = children.get(name) {
        return Some(found);
    }
    let Some(child) = children.take_misspelt(name) else {
        findings.add_at(missing, tag_of(root));
        return None;
    };
    let finding = LintFinding::new(LintCode::ElementMisspelt).with("found", quoted(child.name())).with("name", name);
    findings.add_at(finding, super::children::name_of(child));
    Some(child)
}

fn check_create_time(element: Element<'_, '_>, findings: &mut Findings<'_>) {
    let text = element.text().trim();
    let code = match text.parse::<i64>() {
        Err(_) => LintCode::CreateTimeNotInteger,
        Ok(_) if text.len() == DIGITS_OF_MILLISECONDS => LintCode::CreateTimeMilliseconds,
        Ok(_) => return,
    };
    findings.add_at(LintFinding::new(code).with("text", quoted(text)), element.text_span());
}

/// The intended kind of reply; `None` if it is unknown.
fn check_msg_type(element: Element<'_, '_>, findings: &mut Findings<'_>) -> Option<&'static str> {
    if !check_value(element, "MsgType", true, findings) {
        return None;
    }
    let found = element.text().trim();
    let mut all = SHAPES.iter().map(|shape| shape.msg_type).chain([TEXT, NEWS]);
    let name = all.find(|name| name.eq_ignore_ascii_case(found));
    let finding = match name {
        Some(name) if name == found => return Some(name),
        Some(name) => LintFinding::new(LintCode::MsgTypeCase).with("found", found).with("name", name),
        None => LintFinding::new(LintCode::MsgTypeUnknown).with("found", quoted(found)),
    };
    findings.add_at(finding, element.text_span());
    name
}

/// Checks the elements of the kind beside the envelope.
fn check_kind<'t, 'a>(
    msg_type: &str,
    root: Element<'t, 'a>,
    children: &mut Children<'t, 'a>,
    push: &PushInfo<'_>,
    findings: &mut Findings<'_>,
) {
    let missing = |name| LintFinding::new(LintCode::ElementMissing).with("name", name);
    if msg_type == TEXT {
        if let Some(content) = require("Content", missing("Content"), root, children, findings) {
            check_content(content, findings);
        }
    } else if msg_type == NEWS {
        let articles = require("Articles", missing("Articles"), root, children, findings);
        let count = require("ArticleCount", missing("ArticleCount"), root, children, findings);
        news::check(root, articles, count, push, findings);
    } else if let Some(shape) = SHAPES.iter().find(|shape| shape.msg_type == msg_type) {
        check_group(shape, root, children, findings);
    }
    for child in children.unknown() {
        // Many templates hold an empty Encrypt and the former flag; nothing reads them.
        let is_harmless = child.name() == "FuncFlag" || (child.name() == "Encrypt" && child.text().is_empty());
        if !is_harmless {
            let finding = LintFinding::new(LintCode::ElementUnknown).with("name", quoted(child.name()));
            findings.add_at(finding, child.span());
        }
    }
}

/// Checks values in an element of their own, such as `Image`.
fn check_group<'t, 'a>(
    shape: &Shape,
    root: Element<'t, 'a>,
    children: &mut Children<'t, 'a>,
    findings: &mut Findings<'_>,
) {
    if shape.msg_type == TRANSFER && children.get(shape.holder).is_none() {
        return;
    }
    let first = shape.inside.required.first().copied();
    let names = shape.inside.required.iter().chain(shape.inside.optional);
    if children.get(shape.holder).is_none()
        && let Some((name, child)) = names.copied().find_map(|name| Some((name, children.take(name)?)))
    {
        let finding = LintFinding::new(LintCode::ElementMisplaced).with("name", name).with("within", shape.holder);
        findings.add_at(finding, child.span());
        return;
    }
    let name = first.map_or_else(|| shape.holder.to_owned(), |name| format!("{}{name}", shape.inside.within));
    let missing = LintFinding::new(LintCode::ElementMissing).with("name", name);
    let Some(holder) = require(shape.holder, missing, root, children, findings) else { return };
    let inside = shape.inside.check(holder, findings);
    if let Some((name, value)) = first.and_then(|name| Some((name, inside.get(name)?))) {
        check_value(value, &format!("{}{name}", shape.inside.within), true, findings);
    }
    for name in ["Title", "Description"] {
        if let Some(value) = inside.get(name) {
            check_line_breaks(value, &format!("{}{name}", shape.inside.within), findings);
        }
    }
    match (shape.msg_type, inside.get(THUMB), inside.get("KfAccount")) {
        (MUSIC, None, _) => findings.add_at(LintFinding::new(LintCode::ThumbMissing), tag_of(holder)),
        (MUSIC, Some(thumb), _) => drop(check_value(thumb, "Music/ThumbMediaId", true, findings)),
        (TRANSFER, _, Some(account)) => check_kf_account(account, findings),
        _ => {}
    }
}

/// Checks that an agent is named as `name@wechatid`.
fn check_kf_account(account: Element<'_, '_>, findings: &mut Findings<'_>) {
    let text = account.text();
    let is_part = |part: &str| !part.is_empty() && !part.contains('@') && !part.contains(char::is_whitespace);
    let is_account = text.split_once('@').is_some_and(|(name, wechat_id)| is_part(name) && is_part(wechat_id));
    let finding = match () {
        () if account.has_children() => LintFinding::new(LintCode::MarkupInValue).with("name", "TransInfo/KfAccount"),
        () if is_all_white(text) => LintFinding::new(LintCode::KfAccountEmpty),
        () if !is_account => LintFinding::new(LintCode::KfAccountMalformed).with("found", quoted(text)),
        () => return,
    };
    findings.add_at(finding, account.span());
}

/// Reports a backslash and an n in a text that people read.
pub(super) fn check_line_breaks(element: Element<'_, '_>, name: &str, findings: &mut Findings<'_>) {
    if element.text().contains(ESCAPED_LINE_BREAK) {
        findings.add_at(LintFinding::new(LintCode::LineBreakEscaped).with("name", name), element.text_span());
    }
}

fn check_content(content: Element<'_, '_>, findings: &mut Findings<'_>) {
    let text = content.text();
    check_line_breaks(content, "Content", findings);
    if content.has_children() {
        check_value(content, "Content", false, findings);
    } else if is_all_white(text) {
        findings.add_at(LintFinding::new(LintCode::ContentEmpty), content.span());
    } else if text.len() > MAX_TEXT_BYTES {
        let finding = LintFinding::new(LintCode::TextTooLong).with("bytes", text.len()).with("limit", MAX_TEXT_BYTES);
        findings.add_at(finding, content.text_span());
    }
}
