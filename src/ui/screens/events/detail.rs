//! One capture in full: a header, one scroll of all that is known about it, its bytes always in view below, and a second
//! column for attempts and replays where there is room.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::ops::Range;

use egui::{Margin, Panel, Stroke, Ui};

use super::answering::ManualReplies;
use crate::capture::{CaptureId, Placement, ReplayId};
use crate::engine::{ComparedReplay, EventDetail, PictureFile, Status};
use crate::texts::Language;
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::pane_stop::{PaneStop, drawn_later_ui, name_handle, pane_stop_ui, take_room};
use crate::ui::theme::GAP;
use crate::ui::widgets::shown::DisplayText;
use crate::wechat::message::Message;
use crate::wechat::tree::Tree;

mod answered;
mod attempts;
mod beside;
mod bytes_pane;
mod copies_section;
mod detail_view;
mod differing;
mod field;
mod fields_section;
mod forwarded;
mod header;
mod hero;
mod hex;
mod highlight;
mod layers_section;
mod long_text;
mod meaning;
mod mends;
mod menu_line;
mod message_lines;
mod picture_cache;
mod replayed;
mod replays_section;
mod reply_bytes;
mod reply_section;
mod request_view;
mod row;
mod scroll;
mod section;
mod text_rows;
mod whose_tap;

use answered::ReplyView;
use attempts::Lanes;
pub(crate) use beside::beside_ui;
use bytes_pane::BytesPane;
use copies_section::Copies;
pub(crate) use detail_view::DetailView;
use field::Field;
use hero::Hero;
pub(crate) use mends::AccountFinding;
use mends::MendableFinding;
pub use message_lines::{MessageLine, message_lines};
use replays_section::ReplayList;
use request_view::RequestView;
use section::Section;

/// Minimum height of the scroll and of the bytes, in points, and the share of the height that the bytes begin with.
const SCROLL_SMALLEST: f32 = 200.0;
const BYTES_SMALLEST: f32 = 96.0;
const BYTES_SHARE: f32 = 0.34;
/// The share that they begin with in a low room, so that what was answered is in view above them.
const BYTES_SHARE_LOW: f32 = 0.24;
/// Height below which a room is low: the bytes give way to the reply that somebody waits for, in points.
const ROOM_TO_ANSWER: f32 = 680.0;

/// A capture prepared for drawing. It is built once, when the capture is opened; a frame only lays it out.
#[derive(Debug)]
pub(crate) struct Detail {
    opened: Box<EventDetail>,
    fields: Vec<Field>,
    sections: Vec<Section>,
    findings: Vec<MendableFinding>,
    hero: Option<Hero>,
    /// Elements around the ciphertext of an encrypted push.
    envelope_rows: Vec<(String, String)>,
    copies: Option<Copies>,
    bytes: BytesPane,
    request: RequestView,
    reply: Option<ReplyView>,
    lanes: Lanes,
    replays: ReplayList,
    chosen: Option<ChosenElement>,
    /// Set until the chosen element has been scrolled to.
    to_reveal_field: Cell<bool>,
    /// Heights of the rows that were drawn, by section, row and width: rows out of view only take their room.
    row_heights: RefCell<HashMap<(usize, usize, u32), f32>>,
    /// Number of rows laid out of a long section. Only the section of fields reads and writes it.
    rows_shown: Cell<usize>,
}

/// The highlighted part of the message: an element, or one character of a message that cannot be parsed.
#[derive(Clone, Debug)]
struct ChosenElement {
    path: String,
    bytes: Range<usize>,
}

/// Prefix of a byte offset used in place of an element's path, for messages that cannot be parsed.
const PLACE_PREFIX: char = '@';

/// Path of a byte offset for [`Action::ChooseField`].
fn place_path(offset: usize) -> String {
    format!("{PLACE_PREFIX}{offset}")
}

impl Detail {
    /// Prepares all parts in the given language.
    pub(crate) fn new(opened: Box<EventDetail>, language: Language) -> Self {
        let capture = &opened.stored.capture;
        let payload = capture.message();
        let tree = Tree::parse_lenient(payload).ok();
        let fields = tree.as_ref().map(|tree| field::fields_of(tree, payload)).unwrap_or_default();
        let message = tree.as_ref().map(Message::decode);
        Self {
            sections: message.as_ref().map(|message| section::sections(message, &fields, language)).unwrap_or_default(),
            findings: MendableFinding::all(capture, language),
            hero: Hero::of(&opened, message.as_ref(), language),
            envelope_rows: opened.layers.as_ref().map(|_| envelope_rows(&capture.request.body)).unwrap_or_default(),
            copies: Copies::of(capture, &fields),
            bytes: BytesPane::of(capture),
            request: RequestView::of(&capture.request),
            reply: ReplyView::of(&opened, language),
            lanes: Lanes::of(&opened.attempts, language),
            replays: ReplayList::of(&opened.replays),
            chosen: None,
            to_reveal_field: Cell::default(),
            row_heights: RefCell::default(),
            rows_shown: Cell::default(),
            fields,
            opened,
        }
    }

    /// Rebuilds the parts in another language; the chosen element stays chosen.
    pub(crate) fn with_language(self, language: Language) -> Self {
        Self { chosen: self.chosen, ..Self::new(self.opened, language) }
    }

    /// The capture with its attempts, images and replays.
    pub(crate) fn opened(&self) -> &EventDetail {
        &self.opened
    }

    /// Id of the shown capture.
    pub(crate) fn id(&self) -> CaptureId {
        self.opened.stored.placement.id
    }

    /// Position among the attempts of its event.
    pub(crate) fn placement(&self) -> Placement {
        self.opened.stored.placement
    }

    /// Path of the chosen element.
    pub(crate) fn chosen(&self) -> Option<&str> {
        self.chosen.as_ref().map(|chosen| &*chosen.path)
    }

    /// Takes over the chosen element and the computed differences from an older view of the same capture.
    pub(crate) fn follow(&mut self, former: Self) {
        if let Some(chosen) = former.chosen {
            self.choose(&chosen.path);
        }
        former.opened.replays.into_iter().for_each(|compared| self.take_compared(compared));
    }

    /// Stores the difference of one of this capture's replays, unless it is known already.
    pub(crate) fn take_compared(&mut self, compared: ComparedReplay) {
        let waits = |replay: &ComparedReplay| replay.stored.id == compared.stored.id && replay.is_to_be_compared();
        if let Some(at) = self.opened.replays.iter().position(waits)
            && compared.difference.is_some()
        {
            self.opened.replays[at].difference = compared.difference;
            self.replays.reset(at);
        }
    }

    /// Chooses an element by its path and scrolls to it. An unknown path changes nothing.
    pub(crate) fn choose(&mut self, path: &str) {
        let chosen = match path.strip_prefix(PLACE_PREFIX).and_then(|offset| offset.parse().ok()) {
            Some(offset) => self.place(offset),
            None => self.fields.iter().find(|field| field.path == path).map(chosen),
        };
        if chosen.is_some() {
            self.chosen = chosen;
            self.bytes.reveal();
            self.to_reveal_field.set(true);
        }
    }

    /// Finds picture files among the pictures of the event.
    pub(crate) fn recognise(&self, files: &[PictureFile]) {
        if let Some(Hero::Pictures(pictures)) = &self.hero {
            pictures.recognise(files);
        }
    }

    /// Id of the event, if picture files are looked for in it.
    pub(crate) fn takes_pictures(&self) -> Option<CaptureId> {
        let Some(Hero::Pictures(pictures)) = &self.hero else { return None };
        pictures.takes_files().then(|| self.id())
    }

    /// The state of the whole account that the event shows, such as a missing token.
    pub(crate) fn account_finding(&self, status: &Status, look: &Look) -> Option<AccountFinding> {
        AccountFinding::of(&self.opened.stored.capture, status, look)
    }

    /// Unfolds a replay and scrolls to it.
    pub(crate) fn reveal_replay(&self, id: ReplayId) {
        self.replays.reveal(id);
    }

    /// The innermost element around a byte offset, or else the character there.
    fn place(&self, offset: usize) -> Option<ChosenElement> {
        let length = self.opened.stored.capture.message().len();
        let start = offset.min(length.saturating_sub(1));
        let character = || ChosenElement { path: place_path(offset), bytes: start..length.min(start + 1) };
        (length > 0).then(|| field::innermost(&self.fields, offset).map_or_else(character, chosen))
    }
}

fn chosen(field: &Field) -> ChosenElement {
    ChosenElement { path: field.path.clone(), bytes: field.span.clone() }
}

/// Elements around the ciphertext, with the length of the ciphertext in place of it.
fn envelope_rows(body: &[u8]) -> Vec<(String, String)> {
    let Ok(tree) = Tree::parse_lenient(body) else { return Vec::new() };
    let rows = tree.root().children().map(|child| {
        let text = child.text();
        let value = if child.name() == "Encrypt" { format!("… ({})", text.chars().count()) } else { text.to_owned() };
        (DisplayText::name(child.name()), DisplayText::of(&value).marked())
    });
    rows.collect()
}

/// Draws the header, the scroll, and the bytes below it, unless a push waits for its reply and the room is low.
pub(crate) fn detail_ui(
    ui: &mut Ui,
    detail: &Detail,
    (view, answering): (&mut DetailView, &mut ManualReplies),
    look: &Look,
    actions: &mut Vec<Action>,
) {
    // The attempts of an event share their place, so that the reply that is being written stays where it is.
    let whose = detail.placement().group;
    let height = ui.available_height();
    let largest = (height - SCROLL_SMALLEST).max(BYTES_SMALLEST);
    let frame = egui::Frame::new().fill(look.palette.surface);
    let is_low = height < ROOM_TO_ANSWER;
    let share = if is_low { BYTES_SHARE_LOW } else { BYTES_SHARE };
    let bytes = Panel::bottom("bytes").resizable(true).default_size((height * share).min(largest));
    let bytes = bytes.size_range(BYTES_SMALLEST..=largest).frame(frame.inner_margin(Margin::symmetric(16, 8)));
    let is_waiting = answering.stage(whose).is_some();
    let gives_way = is_waiting && is_low;
    // A draft that was not sent in time stays where it was.
    view.answers_first = is_waiting || answering.has_unsent(whose);
    view.open(whose);
    let bytes = (!gives_way).then(|| {
        let room = bytes.show(ui, take_room).inner;
        name_handle(ui, "bytes", "hero.resize.bytes", look);
        room
    });
    let frame = frame.inner_margin(Margin { left: 16, right: 8, top: 12, bottom: 0 });
    egui::CentralPanel::default().frame(frame).show(ui, |ui| {
        ui.push_id(whose.0, |ui| {
            ui.scope(|ui| header::header_ui(ui, (&detail.opened, &detail.lanes), (view, answering), look, actions));
            ui.add_space(GAP);
            let line = ui.max_rect().x_range();
            ui.painter().hline(line, ui.cursor().top() - GAP / 2.0, Stroke::new(1.0, look.palette.line));
            scroll::scroll_ui(ui, detail, (view, answering), look, actions);
        });
    });
    let Some(bytes) = bytes else { return };
    drawn_later_ui(ui, "bytes", bytes, |ui| {
        pane_stop_ui(ui, ui.max_rect(), PaneStop::Bytes, look);
        ui.push_id(("bytes", detail.id().0), |ui| bytes_pane::bytes_pane_ui(ui, detail, view, look, actions));
    });
}

#[cfg(test)]
mod tests;
