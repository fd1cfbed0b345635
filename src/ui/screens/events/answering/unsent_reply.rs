//! Draft of a reply to an event that does not wait: never sent, but copied or made into a rule.

use egui::{Label, RichText, Ui, UiBuilder, Vec2};

use super::panel::panel_id;
use super::{ManualReplies, ReplyDraft};
use crate::capture::{Capture, HANDSHAKE, StoredCapture, UNREADABLE};
use crate::filter::{Expr, Pattern, Term};
use crate::rules::{Response, Rule, is_template};
use crate::texts::safe_text::shortened;
use crate::ui::action::{Action, HoldAction};
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_SMALL};
use crate::ui::widgets::controls::{card, title, weak};
use crate::ui::widgets::reply_editor::Purpose;
use crate::wechat::reply::{Address, PassiveReply};

/// Maximum number of characters of an event key in the name of its rule.
const NAMED_KEY: usize = 40;

/// Draws the draft of an event that does not wait, or the button that begins one.
pub(crate) fn unsent_reply_ui(
    ui: &mut Ui,
    answering: &mut ManualReplies,
    stored: &StoredCapture,
    look: &Look,
    actions: &mut Vec<Action>,
) {
    let (group, capture) = (stored.placement.group, &stored.capture);
    if matches!(&*capture.envelope.kind, HANDSHAKE | UNREADABLE) {
        return;
    }
    let Some(draft) = answering.drafts.get_mut(&group) else {
        if ui.button(look.text("hold.craft.begin")).clicked() {
            let draft = answering.draft(group, stored, look);
            draft.is_standalone = true;
            draft.focus();
        }
        return;
    };
    let (heading, hint) = if draft.is_standalone {
        ("hold.craft.title", "hold.craft.hint")
    } else {
        ("hold.craft.unsent", "hold.craft.unsent_hint")
    };
    // The place of a held push's panel, so that the caret stays when the time runs out.
    let place = UiBuilder::new().scope_id(panel_id(group));
    let discarded = ui.scope_builder(place, |ui| {
        card(look).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = GAP;
            title(ui, look, &look.text(heading));
            ui.add(Label::new(weak(look, look.text(hint))).wrap());
            let discarded = buttons_ui(ui, draft, capture, look, actions);
            if draft.editor.ui(ui, &Purpose::Answer(capture), look).submitted {
                // It says why that cannot be.
                actions.push(Action::Hold(HoldAction::SendReply));
            }
            discarded
        })
    });
    if discarded.inner.inner {
        answering.drafts.remove(&group);
    }
}

/// Draws the buttons, and returns true if the draft is to be discarded.
fn buttons_ui(ui: &mut Ui, draft: &ReplyDraft, capture: &Capture, look: &Look, actions: &mut Vec<Action>) -> bool {
    let mut discarded = false;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = Vec2::splat(GAP_SMALL);
        if ui.button(look.text("hold.craft.copy")).clicked() {
            let bytes = draft.editor.reply().to_bytes(&address(capture), capture.format());
            actions.push(Action::Copy(String::from_utf8_lossy(&bytes).into_owned()));
        }
        if ui.button(look.text("hold.craft.rule")).clicked() {
            let rule = Rule { fault: draft.fault, ..rule(capture, &draft.editor.reply()) };
            actions.push(Action::BeginRule(Box::new(rule)));
        }
        if ui.button(RichText::new(look.text("hold.craft.close"))).clicked() {
            discarded = true;
        }
    });
    discarded
}

/// Builds a rule that answers similar events with exactly this reply.
fn rule(capture: &Capture, reply: &PassiveReply) -> Rule {
    // A rule's texts are templates.
    let Ok(reply) = reply.map_texts(|_, text| Ok::<_, std::convert::Infallible>(escape_template(text)));
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

/// Escapes a text so that it renders as itself.
fn escape_template(text: &str) -> String {
    if is_template(text) { format!("{{% raw %}}{text}{{% endraw %}}") } else { text.to_owned() }
}

/// Address of a reply to an event, or a placeholder if the event names no user.
fn address(capture: &Capture) -> Address {
    let now = crate::clock::now().as_second();
    capture.reply_address(now).unwrap_or_else(|| Address::nobody(now))
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::capture::{CaptureId, Placement};
    use crate::filter::Subject;
    use crate::rules::RuleSet;
    use crate::ui::test_support::{request, stored};

    #[test]
    fn the_rule_answers_its_own_event_with_exactly_this_reply() {
        let body = b"<xml><FromUserName>u</FromUserName><ToUserName>a</ToUserName><MsgType>event</MsgType>\
                     <Event>CLICK</Event><EventKey>a \"b\" *</EventKey></xml>";
        let capture = stored(request("POST", "/".to_owned(), body), 200).capture;
        let reply = PassiveReply::Text { content: "{{ no }} {% template %}".to_owned() };
        let rules = RuleSet::compile(vec![rule(&capture, &reply)], &crate::clock::local_now()).unwrap();
        let placement = Placement { id: CaptureId(1), group: CaptureId(1), attempt: 1 };
        let subject = Subject::arriving(&capture, placement);
        let matched = rules.first_match(&subject).unwrap();
        assert_eq!(rules.render(matched, &subject).unwrap(), reply);
    }

    #[test]
    fn a_reply_is_addressed_to_the_user_of_the_event() {
        let body = b"<xml><FromUserName>u</FromUserName><ToUserName>a</ToUserName><MsgType>event</MsgType>\
                     <Event>CLICK</Event></xml>";
        let Address { to_user, from_user, .. } = address(&stored(request("POST", "/".to_owned(), body), 200).capture);
        assert_eq!((&*to_user, &*from_user), ("u", "a"));
    }
}
