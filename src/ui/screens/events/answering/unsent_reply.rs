//! A reply crafted for a stored event: sent nowhere, to be copied.

use egui::{Label, RichText, Ui, UiBuilder, Vec2};
use jiff::Timestamp;

use crate::capture::{Capture, CaptureId, HANDSHAKE, StoredCapture, UNREADABLE};
use crate::filter::{Expr, Pattern, Term};
use crate::rules::{Response, Rule, is_template};
use crate::texts::safe_text::shortened;
use crate::ui::action::Action;
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_SMALL};
use crate::ui::widgets::controls::{card, title, weak};
use crate::ui::widgets::reply_editor::{Purpose, ReplyEditor};
use crate::wechat::reply::{Address, PassiveReply};

/// So much of a key stands in the name of a rule that is made for it, in characters.
const NAMED_KEY: usize = 40;

/// The one reply that is being crafted.
#[derive(Debug)]
pub(crate) struct Crafting {
    id: CaptureId,
    editor: ReplyEditor,
}

/// Draws the button that begins, or the editor once it was pressed.
pub(crate) fn crafting_ui(
    ui: &mut Ui,
    crafting: &mut Option<Crafting>,
    stored: &StoredCapture,
    look: &Look,
    actions: &mut Vec<Action>,
) {
    let (id, capture) = (stored.placement.id, &stored.capture);
    if matches!(&*capture.envelope.kind, HANDSHAKE | UNREADABLE) {
        return;
    }
    let Some(open) = crafting.as_mut().filter(|crafting| crafting.id == id) else {
        if ui.button(look.text("hold.craft.begin")).clicked() {
            let mut editor = ReplyEditor::new(ReplyEditor::draft_for(capture, look.language));
            editor.focus();
            *crafting = Some(Crafting { id, editor });
        }
        return;
    };
    let place = UiBuilder::new().scope_id(egui::Id::unique(("crafting", id.0)));
    let closed = ui.scope_builder(place, |ui| {
        card(look).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = GAP;
            title(ui, look, &look.text("hold.craft.title"));
            ui.add(Label::new(weak(look, look.text("hold.craft.hint"))).wrap());
            let closed = buttons_ui(ui, open, capture, look, actions);
            open.editor.ui(ui, &Purpose::Answer(capture), look);
            closed
        })
    });
    if closed.inner.inner {
        *crafting = None;
    }
}

/// Says whether it is to be closed.
fn buttons_ui(ui: &mut Ui, crafting: &Crafting, capture: &Capture, look: &Look, actions: &mut Vec<Action>) -> bool {
    let mut closed = false;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = Vec2::splat(GAP_SMALL);
        if ui.button(look.text("hold.craft.copy")).clicked() {
            let bytes = crafting.editor.reply().to_bytes(&address(capture), capture.format());
            actions.push(Action::Copy(String::from_utf8_lossy(&bytes).into_owned()));
        }
        if ui.button(look.text("hold.craft.rule")).clicked() {
            actions.push(Action::BeginRule(Box::new(rule(capture, &crafting.editor.reply()))));
        }
        if ui.button(RichText::new(look.text("hold.craft.close"))).clicked() {
            closed = true;
        }
    });
    closed
}

/// A rule that answers its like with this reply, to the letter.
fn rule(capture: &Capture, reply: &PassiveReply) -> Rule {
    // The texts of a rule are templates.
    let Ok(reply) = reply.map_texts(|_, text| Ok::<_, std::convert::Infallible>(to_the_letter(text)));
    let envelope = &capture.envelope;
    let kind = Expr::Term(match &envelope.event {
        Some(event) => Term::Event(event.clone()),
        None => Term::Type(envelope.kind.clone()),
    });
    let key = envelope.event_key.as_ref().filter(|key| !key.is_empty());
    let filter = match key {
        Some(key) => Expr::And(vec![kind, Expr::Term(Term::Key(Pattern::exact(key.clone())))]),
        None => kind,
    };
    Rule {
        name: key
            .map_or_else(|| envelope.kind.clone(), |key| format!("{} {}", envelope.kind, shortened(key, NAMED_KEY))),
        filter: filter.to_string(),
        enabled: true,
        response: Response::Reply(reply),
        delay_ms: 0,
        status: None,
        fault: None,
    }
}

/// The template that makes this text.
fn to_the_letter(text: &str) -> String {
    if is_template(text) { format!("{{% raw %}}{text}{{% endraw %}}") } else { text.to_owned() }
}

/// Whom a reply to it goes to; nobody, where the event does not say.
fn address(capture: &Capture) -> Address {
    let now = Timestamp::now().as_second();
    capture.reply_address(now).unwrap_or_else(|| Address::nobody(now))
}

#[cfg(test)]
mod tests {
    use jiff::Zoned;

    use super::*;
    use crate::capture::Placement;
    use crate::filter::Subject;
    use crate::rules::RuleSet;
    use crate::ui::screens::events::detail::tests::{request, stored};

    #[test]
    fn the_rule_answers_its_own_event_to_the_letter() {
        let body = b"<xml><FromUserName>u</FromUserName><ToUserName>a</ToUserName><MsgType>event</MsgType>\
                     <Event>CLICK</Event><EventKey>a \"b\" *</EventKey></xml>";
        let capture = stored(request("POST", "/".to_owned(), body), 200).capture;
        let reply = PassiveReply::Text { content: "{{ no }} {% template %}".to_owned() };
        let rules = RuleSet::compile(vec![rule(&capture, &reply)], &Zoned::now()).unwrap();
        let placement = Placement { id: CaptureId(1), group: CaptureId(1), attempt: 1 };
        let subject = Subject::arriving(&capture, placement);
        let matched = rules.first_match(&subject).unwrap();
        assert_eq!(rules.render(matched, &subject).unwrap(), reply);
    }

    #[test]
    fn a_reply_is_addressed_to_the_user_who_did_it() {
        let body = b"<xml><FromUserName>u</FromUserName><ToUserName>a</ToUserName><MsgType>event</MsgType>\
                     <Event>CLICK</Event></xml>";
        let Address { to_user, from_user, .. } = address(&stored(request("POST", "/".to_owned(), body), 200).capture);
        assert_eq!((&*to_user, &*from_user), ("u", "a"));
    }
}
