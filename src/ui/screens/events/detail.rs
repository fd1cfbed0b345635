//! One capture in full: what it says, its bytes, its request, and its answers.

use std::cell::Cell;
use std::ops::Range;

use egui::{Margin, RichText, Stroke, Ui};

use super::answering::Answering;
use crate::capture::{CaptureId, Placement, ReplayId};
use crate::engine::{ComparedReplay, Opened};
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
mod raw_tab;
mod replayed;
mod replays_tab;
mod request_tab;
mod row;
mod section;

use crate::ui::widgets::findings::Finding;
use answered::Answered;
use attempts::Lanes;
use code::Code;
use field::Field;
use raw_tab::Raw;
use replays_tab::Replays;
use request_tab::Request;
use section::Section;

/// A capture made ready to be drawn. Built once when it is opened: a frame only lays out what is here.
#[derive(Debug)]
pub(crate) struct Detail {
    opened: Box<Opened>,
    fields: Vec<Field>,
    sections: Vec<Section>,
    findings: Vec<Finding>,
    /// The scanned code, if it can be drawn again.
    code: Option<Code>,
    /// How many pictures an event with pictures lists.
    picture_count: Option<usize>,
    raw: Raw,
    request: Request,
    answered: Option<Answered>,
    lanes: Lanes,
    replays: Replays,
    chosen: Option<Chosen>,
    /// How many rows of a long group are laid out. Its page alone reads and writes it.
    rows_shown: Cell<usize>,
}

/// The part of the message that is lit.
#[derive(Clone, Debug)]
struct Chosen {
    path: String,
    bytes: Range<usize>,
}

/// Stands before an offset where a path would name an element: what cannot be parsed has places and no elements.
const PLACE_PREFIX: char = '@';

/// Names the place at that byte for [`Action::ChooseField`].
fn place_path(offset: usize) -> String {
    format!("{PLACE_PREFIX}{offset}")
}

impl Detail {
    /// Makes everything ready, in this language.
    pub(crate) fn new(opened: Box<Opened>, language: Language) -> Self {
        let capture = &opened.stored.capture;
        let tree = Tree::parse(capture.message()).ok();
        let fields = tree.as_ref().map(field::fields).unwrap_or_default();
        let message = tree.as_ref().map(Message::decode);
        let scan = message.as_ref().and_then(meaning::scan_code);
        Self {
            sections: message.as_ref().map(|message| section::sections(message, &fields, language)).unwrap_or_default(),
            findings: Finding::all(&capture.diagnoses, language),
            code: scan.and_then(Code::of),
            picture_count: message.as_ref().and_then(meaning::picture_count),
            raw: Raw::of(capture),
            request: Request::of(&capture.request),
            answered: Answered::of(&opened.stored, language),
            lanes: Lanes::of(&opened.attempts, language),
            replays: Replays::of(&opened.replays),
            chosen: None,
            rows_shown: Cell::default(),
            fields,
            opened,
        }
    }

    /// The same capture in another language; what is chosen stays so.
    pub(crate) fn spoken_in(self, language: Language) -> Self {
        Self { chosen: self.chosen, ..Self::new(self.opened, language) }
    }

    /// The capture with all that belongs to it.
    pub(crate) fn opened(&self) -> &Opened {
        &self.opened
    }

    /// Which capture it is.
    pub(crate) fn id(&self) -> CaptureId {
        self.opened.stored.placement.id
    }

    /// Its place among the attempts of its event.
    pub(crate) fn placement(&self) -> Placement {
        self.opened.stored.placement
    }

    /// The path of the element that is lit.
    pub(crate) fn chosen(&self) -> Option<&str> {
        self.chosen.as_ref().map(|chosen| &*chosen.path)
    }

    /// Takes over what was chosen and worked out of the same capture as it was before.
    pub(crate) fn follow(&mut self, former: Self) {
        if let Some(chosen) = former.chosen {
            self.choose(&chosen.path);
        }
        former.opened.replays.into_iter().for_each(|compared| self.take_compared(compared));
    }

    /// Takes in how a replay differs, where it is one of this capture's and that is not known yet.
    pub(crate) fn take_compared(&mut self, compared: ComparedReplay) {
        let waits = |replay: &ComparedReplay| replay.stored.id == compared.stored.id && replay.is_to_be_compared();
        if let Some(at) = self.opened.replays.iter().position(waits)
            && compared.difference.is_some()
        {
            self.opened.replays[at].difference = compared.difference;
            self.replays.make_ready_again(at);
        }
    }

    /// Lights an element by its path, and brings it into view. A path that is not there changes nothing.
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

    /// Unfolds that replay on its page, and brings it into view.
    pub(crate) fn reveal_replay(&self, id: ReplayId) {
        self.replays.reveal(id);
    }

    /// The innermost element around a byte, else the character there.
    fn place(&self, offset: usize) -> Option<Chosen> {
        let length = self.opened.stored.capture.message().len();
        let start = offset.min(length.saturating_sub(1));
        let character = || Chosen { path: place_path(offset), bytes: start..length.min(start + 1) };
        (length > 0).then(|| field::innermost(&self.fields, offset).map_or_else(character, chosen))
    }
}

fn chosen(field: &Field) -> Chosen {
    Chosen { path: field.path.clone(), bytes: field.span.clone() }
}

/// Draws header, tabs, and the page of that tab.
pub(crate) fn detail_ui(
    ui: &mut Ui,
    detail: &Detail,
    (tab, answering): (Tab, &mut Answering),
    look: &Look,
    actions: &mut Vec<Action>,
) {
    let frame = egui::Frame::new().inner_margin(Margin::symmetric(16, 12));
    frame.show(ui, |ui| {
        header::header_ui(ui, detail, look, actions);
        ui.add_space(GAP_SMALL);
        tabs_ui(ui, tab, detail.opened.replays.len(), look, actions);
        ui.add_space(GAP);
        // A page keeps its place while another capture is looked at only if it is the same capture; the attempts of an
        // event share their answers.
        let Placement { id, group, .. } = detail.placement();
        let whose = if tab == Tab::Answer { group } else { id };
        ui.push_id((whose.0, tab as u8), |ui| match tab {
            Tab::Decoded => decoded_tab::decoded_ui(ui, detail, look, actions),
            Tab::Raw => raw_tab::raw_ui(ui, detail, look, actions),
            Tab::Request => request_tab::request_ui(ui, detail, look, actions),
            Tab::Answer => answer_tab::answer_ui(ui, detail, answering, look, actions),
            Tab::Replays => replays_tab::replays_ui(ui, detail, look, actions),
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
pub(in crate::ui) mod tests;
