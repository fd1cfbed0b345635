//! The selected event as text for the clipboard, once it is open.

use jiff::tz::TimeZone;

use super::State;
use crate::capture::{EventView, event_json, event_report};
use crate::engine::{EventDetail, curl_command};
use crate::texts::Language;
use crate::ui::action::{CopyForm, Screen};

/// The form of a copy, and what its text depends on.
#[derive(Clone, Debug)]
pub(crate) struct CopyOrder {
    pub(crate) form: CopyForm,
    pub(crate) language: Language,
    pub(crate) zone: TimeZone,
    /// The server that a curl command sends to; `None` for the usual local one.
    pub(crate) server: Option<String>,
}

impl State {
    /// Copies the selected event as soon as it is open.
    pub(crate) fn order_copy(&mut self, order: CopyOrder) {
        let shown = self.screen == Screen::Events;
        self.to_copy = self.list.selected.filter(|_| shown).map(|id| (id, order));
    }

    /// The text that was to be copied, where its event is open by now.
    pub(crate) fn take_copy(&mut self) -> Option<String> {
        let opened = self.detail.as_ref()?.opened();
        let (_, order) = self.to_copy.take_if(|(id, _)| *id == opened.stored.placement.id)?;
        Some(text(opened, &order))
    }
}

fn text(opened: &EventDetail, order: &CopyOrder) -> String {
    let stored = &opened.stored;
    match order.form {
        CopyForm::Curl => curl_command(stored, order.server.as_deref()),
        CopyForm::Raw => String::from_utf8_lossy(&stored.capture.request.to_http()).into_owned(),
        CopyForm::Body => String::from_utf8_lossy(stored.capture.message()).into_owned(),
        CopyForm::Json => {
            let json = event_json(EventView { stored, images: &opened.images, language: order.language });
            serde_json::to_string_pretty(&json).unwrap_or_default()
        }
        CopyForm::Report => event_report(stored, &order.zone, order.language),
    }
}
