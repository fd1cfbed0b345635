//! Example rules, shown while there are no rules.

use egui::{Button, Label, Ui};

use super::list::ListAction;
use crate::rules::{Response, Rule};
use crate::ui::look::Look;
use crate::ui::theme::{GAP, GAP_SMALL};
use crate::ui::widgets::controls::{card, title, weak};
use crate::wechat::reply::PassiveReply;

/// A ready-made rule. The keys of its texts are `rules_screen.example.NAME.…`.
#[derive(Clone, Copy, Debug)]
enum Example {
    /// Answers a click with a text that quotes the button's key.
    Click,
    /// Answers a scan with a text that quotes its result.
    Scan,
    /// Holds every scan that waits for a reply.
    Hold,
}

impl Example {
    const ALL: [Self; 3] = [Self::Click, Self::Scan, Self::Hold];

    /// Name of the rule, also used in the keys of its texts.
    fn name(self) -> &'static str {
        match self {
            Self::Click => "click",
            Self::Scan => "scan",
            Self::Hold => "hold-scan",
        }
    }

    fn rule(self, look: &Look) -> Rule {
        let text = |key: &str| Response::Reply(PassiveReply::Text { content: look.text(key).into_owned() });
        let (filter, response) = match self {
            Self::Click => ("event:CLICK", text("rules_screen.example.click.content")),
            Self::Scan => ("event:scancode_waitmsg", text("rules_screen.example.scan.content")),
            Self::Hold => ("event:scancode_waitmsg", Response::Hold),
        };
        Rule { name: self.name().to_owned(), filter: filter.to_owned(), response, ..blank() }
    }
}

/// An empty new rule: it answers every event with an empty text.
pub(super) fn blank() -> Rule {
    Rule {
        name: String::new(),
        filter: String::new(),
        enabled: true,
        response: Response::Reply(PassiveReply::Text { content: String::new() }),
        delay_ms: 0,
        status: None,
        fault: None,
    }
}

/// Draws the purpose of rules and the examples. `is_writing`: an example would replace the input of a new rule.
pub(super) fn examples_ui(ui: &mut Ui, is_writing: bool, look: &Look) -> Option<ListAction> {
    let mut action = None;
    title(ui, look, &look.text("rules_screen.list.title"));
    card(look).inner_margin(16).show(ui, |ui| {
        ui.set_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = GAP;
        ui.add(Label::new(look.text("rules_screen.empty.purpose")).wrap());
        ui.add(Label::new(look.text("rules_screen.empty.order")).wrap());
        for example in Example::ALL {
            let key = |part: &str| format!("rules_screen.example.{}.{part}", example.name());
            ui.horizontal_wrapped(|ui| {
                ui.spacing_mut().item_spacing.x = GAP;
                if ui.add_enabled(!is_writing, Button::new(look.text(&key("title")))).clicked() {
                    action = Some(ListAction::Example(Box::new(example.rule(look))));
                }
                ui.add(Label::new(weak(look, look.text(&key("effect")))).wrap());
            });
        }
        ui.add_space(GAP_SMALL);
        if ui.button(look.text("rules_screen.list.new")).clicked() {
            action = Some(ListAction::New);
        }
    });
    action
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;

    use super::*;
    use crate::filter::Subject;
    use crate::rules::RuleSet;
    use crate::texts::Language;
    use crate::ui::test_support::{request, stored};

    /// The reply of an example to the sample event of a kind.
    fn reply(example: Example, kind: &str, language: Language) -> PassiveReply {
        let look = Look::new(language, egui::Theme::Dark, TimeZone::UTC);
        let rules = RuleSet::compile(vec![example.rule(&look)], &crate::clock::local_now()).unwrap();
        let path = format!("{}/tests/fixtures/samples/{kind}.xml", env!("CARGO_MANIFEST_DIR"));
        let event = stored(request("POST", "/wx".to_owned(), &std::fs::read(path).unwrap()), 200);
        let subject = Subject::arriving(&event.capture, event.placement);
        rules.render(rules.first_match(&subject).unwrap(), &subject).unwrap()
    }

    #[test]
    fn every_example_does_what_it_says_in_either_language() {
        for language in Language::ALL {
            for (example, kind, quoted) in
                [(Example::Click, "CLICK", "EVENTKEY"), (Example::Scan, "scancode_waitmsg", "2")]
            {
                let PassiveReply::Text { content } = reply(example, kind, language) else { panic!("{kind}") };
                assert!(content.ends_with(quoted), "{content}");
            }
            assert_eq!(reply(Example::Hold, "scancode_waitmsg", language), PassiveReply::Success);
        }
    }
}
