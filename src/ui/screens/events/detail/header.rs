//! Header of the detail: kind and key, time and user, signature, mode and attempts, and the main verbs.

use egui::accesskit::Role;
use egui::containers::menu::MenuButton;
use egui::{Button, Label, Rect, RichText, Sense, Sides, Ui, Vec2};
use jiff::tz::TimeZone;

use super::attempts::{Lanes, has_attempts};
use super::detail_view::DetailView;
use super::menu_line::menu_line_ui;
use super::request_view::signature_words;
use super::whose_tap::{Answerer, whose_tap_ui};
use crate::capture::{Capture, Mode, Reply, Signature};
use crate::engine::EventDetail;
use crate::texts::safe_text::{safe_text, shortened};
use crate::ui::action::{Action, DetailPart};
use crate::ui::keys::{self, Shortcut};
use crate::ui::look::{Look, attempt_mark, fault_hint, forward_hint, signature_icon};
use crate::ui::screens::events::answering::ManualReplies;
use crate::ui::theme::{CONTROL_HEIGHT, CORNER, GAP, GAP_SMALL, icons, title_text};
use crate::ui::widgets::annotation::annotation_ui;
use crate::ui::widgets::controls::{copy_icon, named, weak};
use crate::ui::widgets::copy_menu::copy_menu_ui;
use crate::ui::widgets::family_mark::family_mark;
use crate::ui::widgets::marked::marked_line_ui;
use crate::wechat::kind;

/// Size of the family's mark before the title, in points.
const FAMILY_MARK: f32 = 10.0;

/// Maximum number of characters of a kind or key in the title, which has one line, and in its tooltip.
const TITLE_CHARS: usize = 200;
const HOVER_CHARS: usize = 1_000;

/// Width below which the verbs stand below the title, in points.
const ROOM_BESIDE_TITLE: f32 = 480.0;

/// Room beside the number of an attempt within its button, in points.
const NUMBER_PADDING: f32 = 2.0;

/// Text size of the key beside the title, in points.
const KEY_TEXT: f32 = 14.0;

/// Characters shown of an OpenID's beginning and end.
const OPENID_SHOWN: (usize, usize) = (4, 4);

/// Draws the header of the detail.
pub(super) fn header_ui(
    ui: &mut Ui,
    (opened, lanes): (&EventDetail, &Lanes),
    (view, answering): (&mut DetailView, &mut ManualReplies),
    look: &Look,
    actions: &mut Vec<Action>,
) {
    ui.spacing_mut().item_spacing.y = GAP_SMALL;
    let capture = &opened.stored.capture;
    // Above the scroll's content, which leaves room for the scroll bar.
    ui.set_max_width(ui.available_width() - GAP);
    let mut verbs = |ui: &mut Ui, actions: &mut Vec<Action>| {
        // From the right to the left.
        ui.spacing_mut().item_spacing.x = GAP_SMALL;
        more_menu(ui, opened, view, look, actions);
        actions.extend(copy_menu_ui(ui, look));
        buttons_ui(ui, opened, answering, look, actions);
    };
    let sides = || Sides::new().shrink_left().truncate();
    if ui.available_width() < ROOM_BESIDE_TITLE {
        ui.horizontal(|ui| title_ui(ui, capture, look));
        sides().show(ui, |ui| number_ui(ui, opened, look), |ui| verbs(ui, actions));
        ui.horizontal(|ui| instant_ui(ui, opened, look, actions));
    } else {
        sides().show(ui, |ui| title_ui(ui, capture, look), |ui| verbs(ui, actions));
        ui.horizontal(|ui| {
            instant_ui(ui, opened, look, actions);
            number_ui(ui, opened, look);
        });
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = Vec2::new(GAP, GAP_SMALL);
        states_ui(ui, opened, look);
        attempts_ui(ui, (opened, lanes), view, look, actions);
    });
    whose_tap_row(ui, capture, answering, look, actions);
    if !view.answers_first {
        menu_line_ui(ui, opened, view.is_in_menu, look, actions);
        annotation_ui(ui, &opened.stored.annotation, look, actions);
    }
}

/// Draws whose tap it is, where a team has to do with it.
fn whose_tap_row(ui: &mut Ui, capture: &Capture, answering: &ManualReplies, look: &Look, actions: &mut Vec<Action>) {
    if capture.team.is_empty() {
        return;
    }
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = Vec2::new(GAP, GAP_SMALL);
        whose_tap_ui(ui, capture, answering.team.as_ref(), look, actions);
    });
}

/// Draws kind and key on one line, however long they are; a tooltip shows more of them, the fields all.
fn title_ui(ui: &mut Ui, capture: &Capture, look: &Look) {
    ui.spacing_mut().item_spacing.x = GAP;
    let family = kind::family(&capture.envelope.kind);
    let (mark, _) = ui.allocate_exact_size(Vec2::splat(FAMILY_MARK), Sense::hover());
    family_mark(ui, mark.center(), FAMILY_MARK / 2.0, family, look.family_color(family));
    let kind = look.kind(&capture.envelope.kind, TITLE_CHARS);
    let title = title_text(&kind).color(look.palette.strong);
    named(ui.add(Label::new(title).truncate()), Role::Heading, &kind);
    if let Some(key) = capture.envelope.event_key.as_deref().filter(|key| !key.is_empty()) {
        let shown = RichText::new(shortened(key, TITLE_CHARS)).monospace().size(KEY_TEXT);
        let response = ui.add(Label::new(shown).truncate());
        response.on_hover_text(shortened(key, HOVER_CHARS));
    }
}

/// Draws the number of the event.
fn number_ui(ui: &mut Ui, opened: &EventDetail, look: &Look) {
    let id = opened.stored.placement.id;
    let number = ui.add(Label::new(weak(look, format!("#{id}"))).extend());
    let account = shortened(&opened.stored.capture.account, TITLE_CHARS);
    number.on_hover_text(look.filled("detail.number", &[("id", &id.to_string()), ("account", &account)]));
}

/// Draws the time and the user.
fn instant_ui(ui: &mut Ui, opened: &EventDetail, look: &Look, actions: &mut Vec<Action>) {
    ui.spacing_mut().item_spacing.x = GAP;
    let capture = &opened.stored.capture;
    let at = capture.request.received_at;
    let local = look.local(at);
    let key = if local.year() == look.local(crate::clock::now()).year() { "hero.day" } else { "hero.day_of_year" };
    let day = local.strftime(&*look.text(key)).to_string();
    let shown = format!("{} · {day}", local.strftime("%H:%M:%S.%3f"));
    let utc = at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d %H:%M:%S.%6f");
    let exact = format!("{}\n{utc} UTC", local.strftime("%Y-%m-%d %H:%M:%S.%6f %:z"));
    let time = ui.add(Label::new(RichText::new(shown).monospace()).sense(Sense::hover()));
    time.on_hover_text(&exact);
    if let Some(openid) = capture.envelope.openid.as_deref().filter(|openid| !openid.is_empty()) {
        let words = RichText::new(ends_of(openid)).monospace().color(look.palette.weak);
        ui.add(Label::new(words).truncate()).on_hover_text(shortened(openid, HOVER_CHARS));
        copy_icon(ui, look, "OpenID", || openid.to_owned(), actions);
    }
}

/// The beginning and the end of a long name.
fn ends_of(name: &str) -> String {
    let characters: Vec<char> = safe_text(name).chars().take(HOVER_CHARS).collect();
    let (start, end) = OPENID_SHOWN;
    if characters.len() <= start + end + 1 {
        return characters.into_iter().collect();
    }
    let text = |part: &[char]| part.iter().collect::<String>();
    format!("{}…{}", text(&characters[..start]), text(&characters[characters.len() - end..]))
}

/// Draws the verbs, from the right to the left.
fn buttons_ui(
    ui: &mut Ui,
    opened: &EventDetail,
    answering: &mut ManualReplies,
    look: &Look,
    actions: &mut Vec<Action>,
) {
    let stored = &opened.stored;
    let group = stored.placement.group;
    let is_waiting = answering.stage(group).is_some();
    // Without a reply it may wait at the relay or at another desktop, whose it is then.
    if is_waiting || stored.reply.is_none() {
        let answerer = Answerer::of(&stored.capture, answering.team.as_ref());
        let hint = match &answerer {
            Answerer::Here => look.text("hero.answer_hint").into_owned(),
            Answerer::Relay => look.text("team.read_only_nobodys").into_owned(),
            Answerer::Other(name) => look.filled("team.read_only", &[("name", &shortened(name, TITLE_CHARS))]),
        };
        let can_answer = is_waiting && answerer == Answerer::Here;
        if is_waiting || answerer != Answerer::Here {
            let answer = ui.add_enabled(can_answer, Button::new(look.text("hero.answer")));
            let answer = answer.on_hover_text(&hint).on_disabled_hover_text(&hint);
            if answer.clicked() {
                answering.request_focus(group);
                actions.push(Action::ShowPart(DetailPart::Reply));
            }
        }
    }
    let replay = ui.button(look.text("replays.detail.replay")).on_hover_text(keys::REPLAY.hint());
    if replay.clicked() {
        actions.push(keys::REPLAY.action());
    }
}

/// Draws the menu of the other verbs.
fn more_menu(ui: &mut Ui, opened: &EventDetail, view: &mut DetailView, look: &Look, actions: &mut Vec<Action>) {
    let (response, _) = MenuButton::from_button(icon_menu(icons::ELLIPSIS)).ui(ui, |ui| {
        for (shortcut, name) in [
            (&keys::REPLAY, "replay.menu.replay"),
            (&keys::REPLAY_ASKING, "replay.menu.ask"),
            (&keys::EDIT_AND_REPLAY, "replay.menu.edit"),
            (&keys::DUPLICATE, "replay.menu.duplicate"),
            (&keys::EXPORT, "replay.menu.export"),
            (&keys::REMOVE, keys::REMOVE.text),
        ] {
            verb_ui(ui, (shortcut, name), look, actions);
        }
        ui.separator();
        if ui.checkbox(&mut view.shows_space, look.text("hero.bytes.space")).clicked() {
            ui.close();
        }
        let beside = look.filled("hero.beside", &[("count", &opened.replays.len().to_string())]);
        if ui.button(beside).clicked() {
            actions.push(Action::ShowPart(DetailPart::Replays));
            ui.close();
        }
    });
    named(response, Role::Button, &look.text("hero.more"));
}

/// A button with an icon alone that opens a menu.
fn icon_menu(icon: &str) -> Button<'static> {
    let size = Vec2::splat(CONTROL_HEIGHT);
    Button::new(RichText::new(icon).font(icons::font(16.0))).small().frame_when_inactive(false).min_size(size)
}

/// Draws a verb under the name that it has in the menu of a row.
fn verb_ui(ui: &mut Ui, (shortcut, name): (&Shortcut, &str), look: &Look, actions: &mut Vec<Action>) {
    if ui.add(Button::new(look.text(name).into_owned()).shortcut_text(shortcut.hint())).clicked() {
        actions.push(shortcut.action());
        ui.close();
    }
}

/// Draws signature, mode, and what else was special, with the marks of the list. What is right stays quiet.
fn states_ui(ui: &mut Ui, opened: &EventDetail, look: &Look) {
    let (capture, palette) = (&opened.stored.capture, look.palette);
    let signature = capture.signature;
    let color = if signature == Signature::Valid { palette.weak } else { look.signature_color(signature) };
    marked_line_ui(ui, signature_icon(signature), &signature_words(signature, look), color);
    let mode = look.text(&format!("detail.mode.{}", capture.mode.as_str())).into_owned();
    if capture.mode == Mode::Plain {
        ui.add(Label::new(RichText::new(&mode).color(palette.weak)).extend());
    } else {
        marked_line_ui(ui, icons::LOCK, &mode, palette.weak);
    }
    let reply = opened.stored.reply.as_ref();
    if let Some((icon, words)) = reply.and_then(Reply::forward).and_then(|state| forward_hint(state, look)) {
        marked_line_ui(ui, icon, &words, palette.warning);
    }
    if let Some(name) = reply.and_then(|reply| reply.fault) {
        marked_line_ui(ui, icons::ZAP, &fault_hint(name, look), palette.fault);
    }
    if capture.replay {
        marked_line_ui(ui, icons::FLASK_CONICAL, &look.text("detail.replay"), palette.weak);
    }
}

/// Draws the attempts: their numbers, and a small timeline that unfolds the large one.
fn attempts_ui(
    ui: &mut Ui,
    (opened, lanes): (&EventDetail, &Lanes),
    view: &mut DetailView,
    look: &Look,
    actions: &mut Vec<Action>,
) {
    if !has_attempts(opened) {
        return;
    }
    let name = look.text("hero.timeline");
    let response = if opened.attempts.len() == 1 {
        // One bar of some milliseconds would be a dot.
        let words = weak(look, look.text("detail.one_attempt"));
        ui.add(Button::new(words).frame_when_inactive(false).small())
    } else {
        ui.label(RichText::new(look.text("detail.attempts")).color(look.palette.weak));
        let padding = ui.spacing().button_padding.x;
        numbers_ui(ui, opened, look, actions);
        ui.spacing_mut().button_padding.x = padding;
        let (rect, response) = ui.allocate_exact_size(lanes.small_size(), Sense::click());
        if response.hovered() || response.has_focus() {
            ui.painter().rect_filled(rect.expand(2.0), CORNER, look.palette.hovered);
        }
        lanes.paint_small(ui, Rect::from_center_size(rect.center(), lanes.small_size()), look);
        response
    };
    if named(response, Role::Button, &name).on_hover_text(&*name).clicked() {
        view.toggle_attempts();
    }
}

/// Draws the number of each attempt; a click opens it.
fn numbers_ui(ui: &mut Ui, opened: &EventDetail, look: &Look, actions: &mut Vec<Action>) {
    ui.spacing_mut().button_padding.x = NUMBER_PADDING;
    for attempt in &opened.attempts {
        let number = attempt.placement.attempt;
        let is_shown = attempt.placement.id == opened.stored.placement.id;
        let button = Button::selectable(is_shown, attempt_mark(number)).small().min_size(Vec2::splat(20.0));
        let name = look.filled("detail.attempt", &[("number", &number.to_string())]);
        if named(ui.add(button), Role::Button, &name).on_hover_text(&name).clicked() {
            actions.push(Action::Select(attempt.placement.id));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_known_by_its_ends() {
        assert_eq!(ends_of("oMgHVjngRipVsoxg6TuX3vz6glDg"), "oMgH…glDg");
        assert_eq!(ends_of("short"), "short");
        assert_eq!(ends_of("广州市海珠区客村艺苑路"), "广州市海…村艺苑路");
    }
}
