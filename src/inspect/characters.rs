//! Diagnoses values that menuscope reads and most other parsers refuse or misread.

use std::ops::Range;

use super::payload::NAMED_DIFFERENCES;
use crate::capture::diagnosis::{Code, Diagnosis};
use crate::wechat::tree::{Element, Format, Place, TextForm, Tree};

/// The bad bytes of one value that a diagnosis shows.
const SHOWN_BYTES: usize = 8;

/// Elements in which white space has no meaning.
const WITHOUT_BLANKS: &[&str] = &[
    "ToUserName",
    "FromUserName",
    "CreateTime",
    "MsgType",
    "Event",
    "EventKey",
    "MsgId",
    "MsgDataId",
    "InfoType",
    "AppId",
    "MenuId",
    "ScanType",
    "Count",
    "PicMd5Sum",
    "Location_X",
    "Location_Y",
    "Scale",
    "Latitude",
    "Longitude",
    "Precision",
    "MediaId",
    "ThumbMediaId",
    "PicUrl",
    "Url",
    "Ticket",
];

/// Reports bytes that are not UTF-8, and characters that the format forbids.
pub(super) fn diagnose(tree: &Tree<'_>, payload: &[u8], diagnoses: &mut Vec<Diagnosis>) {
    diagnoses.extend(not_utf8(tree, payload));
    diagnoses.extend(match tree.format() {
        Format::Xml => forbidden_in_xml(tree, payload),
        Format::Json => raw_in_json(tree, payload),
    });
}

/// Bytes that are not UTF-8 within values, by the first of them.
fn not_utf8(tree: &Tree<'_>, payload: &[u8]) -> Option<Diagnosis> {
    let at = std::str::from_utf8(payload).err()?.valid_up_to();
    let is_bad = |element: &Element<'_, '_>| std::str::from_utf8(&payload[element.text_span()]).is_err();
    let names = names(leaves(tree).filter(is_bad));
    let of_value = leaves(tree).find(|element| element.content_span().contains(&at));
    let rest = &payload[at..of_value.map_or(payload.len(), |element| element.content_span().end)];
    let bad = rest.utf8_chunks().flat_map(|chunk| chunk.invalid()).take(SHOWN_BYTES);
    let bytes: Vec<String> = bad.map(|byte| format!("{byte:02X}")).collect();
    // Between the tags, in a comment or an attribute, there is no value.
    let names = if names.is_empty() { tree.root().name().to_owned() } else { names };
    let diagnosis = Diagnosis::new(Code::NotUtf8).variant("value").with("element", names);
    Some(diagnosis.with("bytes", bytes.join(" ")).over(payload, at..at + 1))
}

fn forbidden_in_xml(tree: &Tree<'_>, payload: &[u8]) -> Option<Diagnosis> {
    let found = || {
        tree.elements()
            .filter_map(|element| Some((element, element.text().chars().find(|character| is_forbidden(*character))?)))
    };
    let (first, character) = found().next()?;
    let mut bytes = [0; char::MAX_LEN_UTF8];
    let span = place(payload, first.content_span(), character.encode_utf8(&mut bytes).as_bytes());
    let diagnosis = Diagnosis::new(Code::ControlCharacter).with("element", names(found().map(|(element, _)| element)));
    Some(diagnosis.with("character", code_point(character)).over(payload, span))
}

fn raw_in_json(tree: &Tree<'_>, payload: &[u8]) -> Option<Diagnosis> {
    let raw = |element: &Element<'_, '_>| {
        let is_string = element.form() == TextForm::JsonString;
        is_string.then(|| payload[element.text_span()].iter().copied().find(|byte| *byte < b' ')).flatten()
    };
    let (first, byte) = leaves(tree).find_map(|element| Some((element, raw(&element)?)))?;
    let diagnosis = Diagnosis::new(Code::ControlCharacter).variant("json");
    let diagnosis = diagnosis.with("element", names(leaves(tree).filter(|element| raw(element).is_some())));
    let span = place(payload, first.text_span(), &[byte]);
    Some(diagnosis.with("character", code_point(char::from(byte))).over(payload, span))
}

/// Reports values that were padded, as by a program that indents XML anew.
pub(super) fn diagnose_padding(tree: &Tree<'_>, payload: &[u8], diagnoses: &mut Vec<Diagnosis>) {
    let is_padded = |element: &Element<'_, '_>| {
        let text = element.text();
        text.trim() != text && !text.trim().is_empty() && is_without_blanks(*element)
    };
    let Some(first) = leaves(tree).find(is_padded) else { return };
    let diagnosis = Diagnosis::new(Code::ValuePadded).with("names", names(leaves(tree).filter(is_padded)));
    diagnoses.push(diagnosis.at(Some(Place::at(payload, first.text_span().start))));
}

fn is_without_blanks(element: Element<'_, '_>) -> bool {
    let is_barcode = || {
        let scan_type = element.parent().and_then(|info| info.text_of("ScanType"));
        scan_type.is_some_and(|name| name.trim().eq_ignore_ascii_case("barcode"))
    };
    WITHOUT_BLANKS.contains(&element.name()) || (element.name() == "ScanResult" && is_barcode())
}

fn leaves<'t, 'a>(tree: &'t Tree<'a>) -> impl Iterator<Item = Element<'t, 'a>> {
    tree.elements().filter(|element| !element.has_children())
}

/// The names of the first elements, each once.
fn names<'t>(elements: impl Iterator<Item = Element<'t, 't>>) -> String {
    let mut names: Vec<String> = Vec::new();
    for path in elements.map(|element| element.path()) {
        if names.len() < NAMED_DIFFERENCES && !names.contains(&path) {
            names.push(path);
        }
    }
    names.join(", ")
}

/// The first occurrence of the bytes within a span; the whole span where they are written otherwise.
fn place(payload: &[u8], span: Range<usize>, bytes: &[u8]) -> Range<usize> {
    match memchr::memmem::find(&payload[span.clone()], bytes) {
        Some(at) => span.start + at..span.start + at + bytes.len(),
        None => span,
    }
}

fn code_point(character: char) -> String {
    format!("U+{:04X}", u32::from(character))
}

/// Tells whether XML 1.0 forbids a character, however it is written.
fn is_forbidden(character: char) -> bool {
    let is_white = matches!(character, '\t' | '\n' | '\r');
    (character < ' ' && !is_white) || matches!(character, '\u{FFFE}' | '\u{FFFF}')
}
