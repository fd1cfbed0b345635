//! Captures, colours and fonts for the tests of the window.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use jiff::tz::TimeZone;

use crate::account::{Account, Accounts, Secret, Secrets};
use crate::capture::{Annotation, CaptureId, Placement, RawRequest, Reply, ReplyEnd, ReplySource, StoredCapture};
use crate::inspect::inspect;
use crate::texts::Language;
use crate::ui::action::Action;
use crate::ui::look::Look;

/// The token of the account.
pub(super) const TOKEN: &str = "token1234";

/// The account of the captures.
pub(super) fn account() -> Account {
    Account::named("default").with_secrets(Secrets { token: Some(Secret::new(TOKEN)), ..Secrets::default() })
}

/// A request as WeChat sends it.
pub(super) fn request(method: &str, target: String, body: &[u8]) -> RawRequest {
    RawRequest {
        received_at: "2026-11-23T08:00:00.123456Z".parse().unwrap(),
        method: method.to_owned(),
        version: "HTTP/1.1".to_owned(),
        target,
        headers: [("content-type", "text/xml")].into_iter().collect(),
        peer: "127.0.0.1:50000".to_owned(),
        body: Bytes::copy_from_slice(body),
        body_length: body.len() as u64,
    }
}

/// The capture of a request, answered in 1.9 ms.
pub(super) fn stored(request: RawRequest, status: u16) -> StoredCapture {
    let source = if status == 200 { ReplySource::Default } else { ReplySource::None };
    let body = if status == 200 { b"success".to_vec() } else { Vec::new() };
    StoredCapture {
        placement: Placement { id: CaptureId(17), group: CaptureId(17), attempt: 1 },
        capture: inspect(request, &Accounts::new(vec![account()], None)).capture,
        reply: Some(Reply {
            status: Some(status),
            body,
            wire: None,
            source,
            elapsed: Duration::from_micros(1_900),
            end: ReplyEnd::Answered,
            lint: Vec::new(),
            fault: None,
            forwarded: None,
        }),
        annotation: Annotation::default(),
    }
}

/// The look of an English window.
pub(super) fn look(theme: egui::Theme) -> Look {
    Look::new(Language::English, theme, TimeZone::UTC)
}

/// Installs the fonts and colours of the window.
pub(super) fn dress(ctx: &egui::Context) {
    crate::ui::fonts::install(ctx);
    crate::ui::theme::apply(ctx, Language::English);
}

/// Actions that a test window has sent.
pub(super) type ActionLog = Rc<RefCell<Vec<Action>>>;
