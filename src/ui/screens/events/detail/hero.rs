//! The content of an event, by its kind: a scan with its code, pictures, a place, a link, words, a menu key.

use egui::{Label, RichText, Ui};

use super::detail_view::DetailView;
pub(super) use super::meaning::FactRow;
use super::meaning::{derived_rows, scan_code};
use crate::capture::HANDSHAKE;
use crate::engine::EventDetail;
use crate::texts::Language;
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::theme::{GAP_SMALL, TEXT_SMALL};
use crate::ui::widgets::controls::{card, pair};
use crate::wechat::message::{MenuEvent, Message, Payload, UserMessage};

mod click_card;
mod link_card;
mod location_card;
mod picture_card;
mod said_card;
mod scan_card;

use click_card::ClickCard;
use link_card::LinkCard;
use location_card::LocationCard;
pub(super) use picture_card::PictureCard;
use said_card::SaidCard;
use scan_card::ScanCard;

/// The card at the top of the scroll.
#[derive(Debug)]
pub(super) enum Hero {
    Scan(ScanCard),
    Pictures(PictureCard),
    Location(LocationCard),
    Link(LinkCard),
    Said(SaidCard),
    Click(ClickCard),
    /// A verification request with its parameters.
    Handshake(Vec<FactRow>),
}

impl Hero {
    /// The card of an event; `None` for kinds whose fields say it all.
    pub(super) fn of(opened: &EventDetail, message: Option<&Message<'_>>, language: Language) -> Option<Self> {
        let capture = &opened.stored.capture;
        if capture.envelope.kind == HANDSHAKE {
            let parameters = capture.request.parameters();
            return Some(Self::Handshake(parameters.map(|(name, value)| FactRow::code(&name, &value)).collect()));
        }
        let message = message?;
        if let Some(scan) = scan_code(message) {
            return Some(Self::Scan(ScanCard::of(scan, derived_rows(message, language))));
        }
        Some(match &message.payload {
            Payload::Menu(MenuEvent::Click) => Self::Click(ClickCard::of(opened)?),
            Payload::Menu(MenuEvent::View { url, menu_id }) => Self::Link(LinkCard::view((*url)?, *menu_id, language)),
            Payload::Menu(MenuEvent::ViewMiniprogram { menu_id }) => {
                Self::Link(LinkCard::mini_program(message.event_key?, *menu_id, language))
            }
            Payload::Menu(
                MenuEvent::PicSysphoto(pictures)
                | MenuEvent::PicPhotoOrAlbum(pictures)
                | MenuEvent::PicWeixin(pictures),
            ) => Self::Pictures(PictureCard::of_list(pictures, opened)),
            Payload::Menu(MenuEvent::LocationSelect(location)) | Payload::Message(UserMessage::Location(location)) => {
                Self::Location(LocationCard::of(location, message, opened)?)
            }
            Payload::Message(UserMessage::Text { content }) => Self::Said(SaidCard::text((*content)?)),
            Payload::Message(UserMessage::Link { url }) => Self::Link(LinkCard::shared((*url)?, opened, language)),
            Payload::Message(UserMessage::Other) => match &*capture.envelope.kind {
                "image" => Self::Pictures(PictureCard::of_message(opened)),
                "voice" => Self::Said(SaidCard::voice(opened)?),
                _ => return None,
            },
            _ => return None,
        })
    }
}

/// Draws the card.
pub(super) fn hero_ui(
    ui: &mut Ui,
    hero: &Hero,
    opened: &EventDetail,
    view: &mut DetailView,
    look: &Look,
    actions: &mut Vec<Action>,
) {
    card(look).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = GAP_SMALL;
        match hero {
            Hero::Scan(scan) => scan.ui(ui, look, actions),
            Hero::Pictures(pictures) => pictures.ui(ui, opened, &mut view.pictures, look, actions),
            Hero::Location(location) => location.ui(ui, look, actions),
            Hero::Link(link) => link.ui(ui, look, actions),
            Hero::Said(said) => said.ui(ui, look, actions),
            Hero::Click(click) => click.ui(ui, opened, look, actions),
            Hero::Handshake(parameters) => {
                caption_ui(ui, &look.text("detail.section.handshake"), look);
                facts_ui(ui, parameters, look);
            }
        }
    });
}

/// Draws the caption of a card.
fn caption_ui(ui: &mut Ui, text: &str, look: &Look) {
    ui.add(Label::new(RichText::new(text).size(TEXT_SMALL).color(look.palette.weak)).wrap());
}

/// Draws labelled values in two columns.
fn facts_ui(ui: &mut Ui, facts: &[FactRow], look: &Look) {
    for FactRow { label, value, is_code } in facts {
        pair(
            ui,
            |ui| drop(ui.add(Label::new(RichText::new(label).color(look.palette.weak)).wrap())),
            |ui| {
                let value = RichText::new(value);
                ui.add(Label::new(if *is_code { value.monospace() } else { value }).wrap());
            },
        );
    }
}
