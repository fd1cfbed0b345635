//! Layers of an encrypted push: its envelope, the figures of the ciphertext, and the plaintext.

use std::fmt::Write as _;

use egui::{CollapsingHeader, Rect, RichText, Sense, Ui, Vec2};

use super::Detail;
use crate::engine::{CiphertextLayers, PlaintextFigures};
use crate::ui::look::Look;
use crate::ui::theme::GAP_SMALL;
use crate::ui::widgets::controls::{title, value_pair, weak};
use crate::ui::widgets::shown::DisplayText;

/// Number of random bytes before the message, and of the bytes of its length.
const RANDOM_BYTES: usize = 16;
const LENGTH_BYTES: usize = 4;

/// Height of the picture of the plaintext, in points, and the smallest width of a part of it.
const PICTURE_HEIGHT: f32 = 14.0;
const PART_SMALLEST: f32 = 4.0;

/// Draws the layers, folded below one line that sums them up.
pub(super) fn layers_ui(ui: &mut Ui, layers: &CiphertextLayers, detail: &Detail, look: &Look) {
    let key = if layers.plaintext.is_some() { "layers.title" } else { "layers.title_sealed" };
    let words = look.filled(key, &[("bytes", &layers.bytes.to_string())]);
    let is_open = layers.plaintext.is_none();
    CollapsingHeader::new(words).id_salt("layers").default_open(is_open).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = GAP_SMALL;
        title(ui, look, &look.text("layers.envelope"));
        for (name, value) in &detail.envelope_rows {
            value_pair(ui, look, name, value);
        }
        title(ui, look, &look.text("layers.ciphertext"));
        value_pair(ui, look, &look.text("layers.base64"), &layers.characters.to_string());
        value_pair(ui, look, &look.text("layers.bytes"), &layers.bytes.to_string());
        title(ui, look, &look.text("layers.plaintext"));
        match &layers.plaintext {
            Some(plaintext) => plaintext_ui(ui, plaintext, look),
            None => drop(ui.add(egui::Label::new(weak(look, look.text("layers.not_decrypted"))).wrap())),
        }
    });
}

fn plaintext_ui(ui: &mut Ui, plaintext: &PlaintextFigures, look: &Look) {
    picture_ui(ui, plaintext, look);
    value_pair(ui, look, &look.text("layers.random"), &hex(&plaintext.random));
    let length = look.filled(
        "layers.length_value",
        &[("hex", &hex(&plaintext.length_bytes())), ("bytes", &plaintext.length.to_string())],
    );
    value_pair(ui, look, &look.text("layers.length"), &length);
    value_pair(ui, look, &look.text("layers.message"), &look.text("layers.message_value"));
    let shown = DisplayText::of(&plaintext.receive_id).marked();
    let app_id = match &plaintext.expected_id {
        Some(expected) if *expected == plaintext.receive_id => look.filled("layers.app_id_same", &[("id", &shown)]),
        Some(expected) => look.filled("layers.app_id_other", &[("id", &shown), ("expected", expected)]),
        None => shown,
    };
    value_pair(ui, look, &look.text("layers.app_id"), &app_id);
    let pad = plaintext.pad.to_string();
    let byte = format!("{:02x}", plaintext.pad);
    value_pair(
        ui,
        look,
        &look.text("layers.pad"),
        &look.filled("layers.pad_value", &[("count", &pad), ("byte", &byte)]),
    );
    let key = if plaintext.former_key { "layers.former_key" } else { "layers.current_key" };
    value_pair(ui, look, &look.text("layers.key"), &look.text(key));
}

/// Draws the parts of the plaintext side by side, as wide as they are long.
fn picture_ui(ui: &mut Ui, plaintext: &PlaintextFigures, look: &Look) {
    let parts = [
        ("layers.random", RANDOM_BYTES, look.palette.families[0]),
        ("layers.length", LENGTH_BYTES, look.palette.families[3]),
        ("layers.message", plaintext.length as usize, look.palette.families[1]),
        ("layers.app_id", plaintext.receive_id.len(), look.palette.families[2]),
        ("layers.pad", usize::from(plaintext.pad), look.palette.families[5]),
    ];
    let all: usize = parts.iter().map(|(_, bytes, _)| *bytes).sum();
    let (rect, _) = ui.allocate_exact_size(Vec2::new(ui.available_width(), PICTURE_HEIGHT), Sense::empty());
    let room = rect.width() - parts.len() as f32 * PART_SMALLEST;
    let mut left = rect.left();
    for (key, bytes, color) in parts {
        let width = PART_SMALLEST + room * bytes as f32 / all.max(1) as f32;
        let part = Rect::from_min_size(egui::pos2(left, rect.top()), Vec2::new(width - 1.0, rect.height()));
        ui.painter().rect_filled(part, 2.0, color);
        let words = format!("{} · {bytes} B", look.text(key));
        ui.interact(part, ui.scope_id().with(key), Sense::hover()).on_hover_text(RichText::new(words));
        left += width;
    }
}

/// Bytes in hexadecimal, with a space between two.
fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 3), |mut hex, byte| {
        let gap = if hex.is_empty() { "" } else { " " };
        write!(hex, "{gap}{byte:02x}").ok();
        hex
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_stands_in_network_order() {
        let figures = PlaintextFigures {
            random: [0; 16],
            length: 300,
            receive_id: String::new(),
            expected_id: None,
            pad: 1,
            former_key: false,
        };
        assert_eq!(hex(&figures.length_bytes()), "00 00 01 2c");
    }
}
