//! Views of the request in the pane of bytes: its line, parameters and peer, the calculation of its signature, its headers.

use egui::{Label, RichText, ScrollArea, Ui};
use jiff::Timestamp;

use crate::capture::{RawRequest, Signature, header_text};
use crate::engine::{EventDetail, SignatureCheck};
use crate::ui::action::Action;
use crate::ui::look::{Look, signature_icon};
use crate::ui::theme::{GAP, GAP_LARGE, icons};
use crate::ui::widgets::controls::{card, copy_icon, pair, small_button, title, value_pair, weak};
use crate::ui::widgets::marked::marked_ui;
use crate::ui::widgets::shown::DisplayText;

/// A request decoded for display.
#[derive(Debug)]
pub(super) struct RequestView {
    line: String,
    /// Decoded query parameters, in order.
    parameters: Vec<(String, String)>,
    headers: Vec<(String, String)>,
}

impl RequestView {
    /// Decodes the parameters and headers of a request.
    pub(super) fn of(request: &RawRequest) -> Self {
        let shown = |text: &str| DisplayText::of(text).marked();
        Self {
            line: shown(&format!("{} {} {}", request.method, request.target, request.version)),
            parameters: request.parameters().map(|(name, value)| (shown(&name), shown(&value))).collect(),
            headers: request.headers.iter().map(|(name, value)| (shown(name), shown(&header_text(value)))).collect(),
        }
    }
}

/// Draws the request line, the calculation of the signature, and the parameters.
pub(super) fn request_ui(
    ui: &mut Ui,
    opened: &EventDetail,
    view: &RequestView,
    look: &Look,
    actions: &mut Vec<Action>,
) {
    let request = &opened.stored.capture.request;
    ScrollArea::vertical().id_salt("request").auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = GAP;
        ui.horizontal(|ui| {
            title(ui, look, &look.text("detail.request.line"));
            let target = || request.target.clone();
            copy_icon(ui, look, &look.text("detail.request.target"), target, actions);
            copy_button_of_all(ui, request, look, actions);
        });
        card(look).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.add(Label::new(RichText::new(&view.line).monospace()).wrap());
            let peer = look.filled("detail.request.peer", &[("peer", &request.peer)]);
            ui.label(weak(look, peer));
        });
        signature_ui(ui, opened, look);
        pairs_ui(ui, "detail.request.query", &view.parameters, look);
        ui.add_space(GAP_LARGE);
    });
}

/// Draws the headers.
pub(super) fn headers_ui(ui: &mut Ui, view: &RequestView, look: &Look, actions: &mut Vec<Action>) {
    ScrollArea::vertical().id_salt("headers").auto_shrink(false).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = GAP;
        pairs_ui(ui, "detail.request.headers", &view.headers, look);
        let all = || view.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect::<Vec<_>>().join("\n");
        copy_icon(ui, look, &look.text("detail.request.headers"), all, actions);
        ui.add_space(GAP_LARGE);
    });
}

fn copy_button_of_all(ui: &mut Ui, request: &RawRequest, look: &Look, actions: &mut Vec<Action>) {
    if ui.add(small_button(&*look.text("detail.request.copy_all"))).clicked() {
        actions.push(Action::Copy(String::from_utf8_lossy(&request.to_http()).into_owned()));
    }
}

fn pairs_ui(ui: &mut Ui, key: &str, pairs: &[(String, String)], look: &Look) {
    title(ui, look, &look.text(key));
    card(look).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = GAP - 2.0;
        if pairs.is_empty() {
            ui.label(weak(look, look.text("detail.request.none")));
        }
        for (name, value) in pairs {
            pair(
                ui,
                |ui| drop(ui.add(Label::new(RichText::new(name).monospace().color(look.palette.code_name)).wrap())),
                |ui| {
                    value_ui(ui, value, look);
                    if let Some(instant) = instant_of(name, value) {
                        ui.label(weak(look, look.local(instant).strftime("%Y-%m-%d %H:%M:%S %:z").to_string()));
                    }
                },
            );
        }
    });
}

fn value_ui(ui: &mut Ui, value: &str, look: &Look) {
    let text = if value.is_empty() {
        RichText::new(look.text("detail.empty")).italics().color(look.palette.weak)
    } else {
        RichText::new(value).monospace()
    };
    ui.add(Label::new(text).wrap());
}

fn instant_of(name: &str, value: &str) -> Option<Timestamp> {
    let seconds = value.parse().ok().filter(|_| name == "timestamp")?;
    Timestamp::from_second(seconds).ok()
}

/// The signature's state as a word.
pub(super) fn signature_words(signature: Signature, look: &Look) -> String {
    look.text(&format!("detail.signature.{}", signature.as_str())).into_owned()
}

/// Draws the calculation of the signature, step by step.
fn signature_ui(ui: &mut Ui, opened: &EventDetail, look: &Look) {
    title(ui, look, &look.text("detail.request.signature"));
    card(look).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = GAP - 2.0;
        let signature = opened.stored.capture.signature;
        let color = look.signature_color(signature);
        marked_ui(ui, signature_icon(signature), &signature_words(signature, look), color);
        match &opened.signature {
            Some(check) => steps_ui(ui, check, look),
            None => drop(ui.add(Label::new(weak(look, look.text("detail.request.no_check"))).wrap())),
        }
    });
}

fn steps_ui(ui: &mut Ui, check: &SignatureCheck, look: &Look) {
    let parts: Vec<String> = check.parts.iter().map(|part| DisplayText::of(part).marked()).collect();
    value_pair(ui, look, &look.text("detail.request.sorted"), &parts.join("\n"));
    value_pair(ui, look, &look.text("detail.request.joined"), &parts.concat());
    value_pair(ui, look, &look.text("detail.request.computed"), &check.computed);
    let received = look.filled("detail.request.received", &[("parameter", check.parameter)]);
    match &check.received {
        Some(text) => value_pair(ui, look, &received, &DisplayText::of(text).marked()),
        None => value_pair(ui, look, &received, "–"),
    }
    let (mark, key, color) = if check.agrees {
        (icons::CHECK, "detail.request.agrees", look.palette.weak)
    } else {
        (icons::TRIANGLE_ALERT, "detail.request.differs", look.palette.error)
    };
    marked_ui(ui, mark, &look.text(key), color);
}
