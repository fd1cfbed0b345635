//! One capture in full: the decoded message, its bytes, its request, its replies and its replays.

use std::cell::Cell;
use std::ops::Range;

use egui::{Margin, RichText, Stroke, Ui};

use super::answering::ManualReplies;
use crate::capture::{CaptureId, Placement, ReplayId};
use crate::engine::{ComparedReplay, EventDetail};
use crate::texts::Language;
use crate::ui::action::{Action, Tab};
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_SMALL};
use crate::wechat::message::Message;
use crate::wechat::tree::Tree;

mod answer_tab;
mod answered;
mod attempts;
mod code;
mod decoded_tab;
mod differing;
mod field;
mod forwarded;
mod header;
mod hex;
mod highlight;
mod meaning;
mod message_lines;
mod raw_tab;
mod replayed;
mod replays_tab;
mod reply_bytes;
mod request_tab;
mod row;
mod section;

use crate::ui::widgets::findings::FindingView;
use answered::ReplyView;
use attempts::Lanes;
use code::ScannedCode;
use field::Field;
pub use message_lines::{MessageLine, message_lines};
use raw_tab::RawPage;
use replays_tab::ReplayList;
use request_tab::RequestView;
use section::Section;

/// A capture prepared for drawing. It is built once, when the capture is opened; a frame only lays it out.
#[derive(Debug)]
pub(crate) struct Detail {
    opened: Box<EventDetail>,
    fields: Vec<Field>,
    sections: Vec<Section>,
    findings: Vec<FindingView>,
    /// The scanned code, if it can be drawn again.
    code: Option<ScannedCode>,
    /// Number of pictures that a `pic_*` event lists.
    picture_count: Option<usize>,
    raw: RawPage,
    request: RequestView,
    reply: Option<ReplyView>,
    lanes: Lanes,
    replays: ReplayList,
    chosen: Option<ChosenElement>,
    /// Number of rows laid out of a long section. Only the decoded page reads and writes it.
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
    /// Prepares all pages in the given language.
    pub(crate) fn new(opened: Box<EventDetail>, language: Language) -> Self {
        let capture = &opened.stored.capture;
        let tree = Tree::parse_lenient(capture.message()).ok();
        let fields = tree.as_ref().map(field::fields).unwrap_or_default();
        let message = tree.as_ref().map(Message::decode);
        let scan = message.as_ref().and_then(meaning::scan_code);
        Self {
            sections: message.as_ref().map(|message| section::sections(message, &fields, language)).unwrap_or_default(),
            findings: FindingView::all(&capture.diagnoses, language),
            code: scan.and_then(ScannedCode::of),
            picture_count: message.as_ref().and_then(meaning::picture_count),
            raw: RawPage::of(capture),
            request: RequestView::of(&capture.request),
            reply: ReplyView::of(&opened.stored, language),
            lanes: Lanes::of(&opened.attempts, language),
            replays: ReplayList::of(&opened.replays),
            chosen: None,
            rows_shown: Cell::default(),
            fields,
            opened,
        }
    }

    /// Rebuilds the pages in another language; the chosen element stays chosen.
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
            self.raw.reveal();
        }
    }

    /// Unfolds a replay on its page and scrolls to it.
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

/// Draws the header, the tabs, and the page of the active tab.
pub(crate) fn detail_ui(
    ui: &mut Ui,
    detail: &Detail,
    (tab, answering): (Tab, &mut ManualReplies),
    look: &Look,
    actions: &mut Vec<Action>,
) {
    let frame = egui::Frame::new().inner_margin(Margin::symmetric(16, 12));
    frame.show(ui, |ui| {
        header::header_ui(ui, &detail.opened, look, actions);
        ui.add_space(GAP_SMALL);
        tabs_ui(ui, tab, detail.opened.replays.len(), look, actions);
        ui.add_space(GAP);
        // Each capture's pages keep a scroll position of their own; the attempts of an event share the reply page.
        let Placement { id, group, .. } = detail.placement();
        let whose = if tab == Tab::Answer { group } else { id };
        ui.push_id((whose.0, tab as u8), |ui| match tab {
            Tab::Decoded => decoded_tab::decoded_ui(ui, detail, look, actions),
            Tab::Raw => {
                let chosen = detail.chosen.as_ref().map(|chosen| chosen.bytes.clone());
                let capture = &detail.opened.stored.capture;
                raw_tab::raw_ui(ui, &detail.raw, capture, (&detail.fields, chosen), look, actions);
            }
            Tab::Request => request_tab::request_ui(ui, &detail.opened, &detail.request, look, actions),
            Tab::Answer => {
                let shown = (detail.reply.as_ref(), &detail.lanes);
                answer_tab::answer_ui(ui, &detail.opened.stored, shown, answering, look, actions);
            }
            Tab::Replays => replays_tab::replays_ui(ui, &detail.replays, &detail.opened.replays, look, actions),
        });
    });
}

fn tabs_ui(ui: &mut Ui, tab: Tab, replays: usize, look: &Look, actions: &mut Vec<Action>) {
    let line = ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = GAP_SMALL;
        for one in Tab::ALL {
            let word = look.text(match one {
                Tab::Replays => "detail.tab.replays",
                Tab::Decoded => "detail.tab.decoded",
                Tab::Raw => "detail.tab.raw",
                Tab::Request => "detail.tab.request",
                Tab::Answer => "detail.tab.answer",
            });
            let word = match (one, replays) {
                (Tab::Replays, 1..) => format!("{word} · {replays}"),
                _ => word.into_owned(),
            };
            let is_shown = one == tab;
            let text = RichText::new(word).color(if is_shown { look.palette.strong } else { look.palette.weak });
            let response = ui.selectable_label(is_shown, text);
            if is_shown {
                let (left, right) = (response.rect.left() + 6.0, response.rect.right() - 6.0);
                ui.painter().hline(left..=right, response.rect.bottom() + 2.0, Stroke::new(2.0, look.palette.accent));
            }
            if response.clicked() {
                actions.push(Action::ShowTab(one));
            }
        }
    });
    let rect = line.response.rect;
    ui.painter().hline(ui.max_rect().x_range(), rect.bottom() + 3.0, Stroke::new(1.0, look.palette.line));
}

#[cfg(test)]
mod tests;
