//! The two copies of a message in compat mode: what differs between the plain elements and the encrypted ones.

use std::collections::HashMap;

use egui::{CollapsingHeader, Label, RichText, Ui};

use super::field::{Field, fields};
use crate::capture::{Capture, Mode};
use crate::ui::look::Look;
use crate::ui::theme::GAP_SMALL;
use crate::ui::widgets::controls::{pair, weak};
use crate::ui::widgets::shown::DisplayText;
use crate::wechat::tree::Tree;

/// The element that holds the encrypted copy.
const ENCRYPT: &str = "Encrypt";

/// Maximum number of differences listed.
const MOST_LISTED: usize = 100;

/// The comparison of both copies.
#[derive(Debug, Default)]
pub(super) struct Copies {
    /// Number of elements that agree.
    same: usize,
    /// Path, plain value and encrypted value of each element that differs; `None` where a copy lacks it.
    different: Vec<(String, Option<String>, Option<String>)>,
}

impl Copies {
    /// Compares the copies of a message in compat mode that could be decrypted; `None` for any other.
    pub(super) fn of(capture: &Capture, inner: &[Field]) -> Option<Self> {
        if capture.mode != Mode::Compat || capture.message.is_none() {
            return None;
        }
        let outer = fields(&Tree::parse_lenient(&capture.request.body).ok()?);
        let is_value = |field: &&Field| !field.has_children && field.path != ENCRYPT;
        let values = |fields: &[Field]| -> HashMap<String, String> {
            fields.iter().filter(is_value).map(|field| (field.path.clone(), field.text.clone())).collect()
        };
        let (plain, encrypted) = (values(&outer), values(inner));
        let shown = |text: Option<String>| text.map(|text| DisplayText::of(&text).marked());
        let mut copies = Self::default();
        for field in outer.iter().filter(is_value) {
            match encrypted.get(&field.path) {
                Some(other) if *other == field.text => copies.same += 1,
                other => copies.add(field, Some(field.text.clone()), other.cloned(), shown),
            }
        }
        for field in inner.iter().filter(is_value).filter(|field| !plain.contains_key(&field.path)) {
            copies.add(field, None, Some(field.text.clone()), shown);
        }
        Some(copies)
    }

    fn add(
        &mut self,
        field: &Field,
        plain: Option<String>,
        encrypted: Option<String>,
        shown: impl Fn(Option<String>) -> Option<String>,
    ) {
        if self.different.len() < MOST_LISTED {
            self.different.push((DisplayText::name(&field.path), shown(plain), shown(encrypted)));
        }
    }
}

/// Draws the comparison: folded where both agree.
pub(super) fn copies_ui(ui: &mut Ui, copies: &Copies, look: &Look) {
    let (same, different) = (copies.same.to_string(), copies.different.len().to_string());
    let key = if copies.different.is_empty() { "layers.copies_agree" } else { "layers.copies_differ" };
    let words = look.filled(key, &[("same", &same), ("different", &different)]);
    let is_open = !copies.different.is_empty();
    CollapsingHeader::new(words).id_salt("copies").default_open(is_open).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = GAP_SMALL;
        if copies.different.is_empty() {
            ui.add(Label::new(weak(look, look.text("layers.copies_hint"))).wrap());
        }
        for (path, plain, encrypted) in &copies.different {
            pair(
                ui,
                |ui| drop(ui.add(Label::new(RichText::new(path).monospace().color(look.palette.code_name)).wrap())),
                |ui| {
                    side_ui(ui, "layers.copy_plain", plain.as_deref(), look);
                    side_ui(ui, "layers.copy_encrypted", encrypted.as_deref(), look);
                },
            );
        }
    });
}

fn side_ui(ui: &mut Ui, key: &str, value: Option<&str>, look: &Look) {
    ui.label(weak(look, look.text(key)));
    match value {
        Some("") => drop(ui.label(weak(look, look.text("detail.empty")))),
        Some(value) => drop(ui.add(Label::new(RichText::new(value).monospace().color(look.palette.strong)).wrap())),
        None => drop(ui.label(weak(look, look.text("layers.copy_missing")))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::test_support::{request, stored};

    #[test]
    fn elements_that_differ_are_listed_with_both_values() {
        let body = b"<xml><EventKey>a</EventKey><Event>CLICK</Event><Extra>1</Extra><Encrypt>x</Encrypt></xml>";
        let inner = b"<xml><EventKey>b</EventKey><Event>CLICK</Event><MsgType>event</MsgType></xml>";
        let mut capture = stored(request("POST", "/".to_owned(), body), 200).capture;
        (capture.mode, capture.message) = (Mode::Compat, Some(inner.to_vec()));
        let copies = Copies::of(&capture, &fields(&Tree::parse(inner).unwrap())).unwrap();
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(copies.same, 1);
        assert_eq!(
            copies.different,
            [
                ("EventKey".to_owned(), some("a"), some("b")),
                ("Extra".to_owned(), some("1"), None),
                ("MsgType".to_owned(), None, some("event")),
            ]
        );
        capture.mode = Mode::Plain;
        assert!(Copies::of(&capture, &[]).is_none());
    }
}
