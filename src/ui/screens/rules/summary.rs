//! One-line summary of a rule's effect.

use crate::rules::{BadAnswer, ForwardTo, Response, Rule};
use crate::texts::safe_text::{safe_text, shortened};
use crate::ui::look::Look;
use crate::wechat::fault::Fault;
use crate::wechat::reply::PassiveReply;

/// Maximum number of quoted characters of a reply's text.
const QUOTED: usize = 60;

/// Summarises the reply with its delay, status and fault.
pub(super) fn summary(rule: &Rule, look: &Look) -> String {
    let mut parts = vec![response(&rule.response, look)];
    if rule.delay_ms > 0 {
        parts.push(look.filled("rules_screen.does.delay", &[("ms", &rule.delay_ms.to_string())]));
    }
    if let Some(status) = rule.status {
        parts.push(look.filled("rules_screen.does.status", &[("status", &status.to_string())]));
    }
    if let Some(fault) = rule.fault {
        parts.push(look.filled("rules_screen.does.fault", &[("fault", &fault_words(fault, look))]));
    }
    parts.join(" · ")
}

fn response(response: &Response, look: &Look) -> String {
    match response {
        Response::Default => look.text("rules_screen.does.default").into_owned(),
        Response::Hold => look.text("rules_screen.does.hold").into_owned(),
        Response::Reply(reply) => self::reply(reply, look),
        Response::Forward(ForwardTo { url, bad_answer }) => {
            let to = match url {
                Some(url) => look.filled("rules_screen.does.forward_to", &[("url", &safe_text(url))]),
                None => look.text("rules_screen.does.forward").into_owned(),
            };
            match bad_answer {
                Some(BadAnswer::Default) => format!("{to} · {}", look.text("rules_screen.does.bad_default")),
                Some(BadAnswer::Pass) => format!("{to} · {}", look.text("rules_screen.does.bad_pass")),
                None => to,
            }
        }
    }
}

/// Summarises a reply by its kind and the beginning of its text.
fn reply(reply: &PassiveReply, look: &Look) -> String {
    let kind = look.text(&format!("reply.kind.{}", reply.kind().as_str())).into_owned();
    let text = match reply {
        PassiveReply::Text { content } => content.as_str(),
        PassiveReply::News { articles } => articles.first().map_or("", |article| &article.title),
        PassiveReply::Video { title, .. } | PassiveReply::Music { title, .. } => title,
        _ => "",
    };
    match text.lines().find(|line| !line.trim().is_empty()) {
        Some(line) => {
            look.filled("rules_screen.does.reply_quoted", &[("kind", &kind), ("text", &shortened(line, QUOTED))])
        }
        None => look.filled("rules_screen.does.reply", &[("kind", &kind)]),
    }
}

/// Name of a fault with its parameter, if it has one.
pub(super) fn fault_words(fault: Fault, look: &Look) -> String {
    let name = look.text(&format!("fault.{}.name", fault.name())).into_owned();
    match fault {
        Fault::Late { ms } => {
            look.filled("rules_screen.lab.late_by", &[("fault", name.as_str()), ("ms", &ms.to_string())])
        }
        Fault::Unanswered { attempts } => {
            let attempts = attempts.to_string();
            look.filled("rules_screen.lab.unanswered", &[("fault", name.as_str()), ("attempts", &attempts)])
        }
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::super::examples::blank;
    use super::*;
    use crate::ui::test_support::look;

    #[test]
    fn a_rule_is_summarised_in_one_line() {
        let words = |rule: Rule| summary(&rule, &look(egui::Theme::Dark));
        let text = PassiveReply::Text { content: format!("\nYou tapped {}\nmore", "x".repeat(QUOTED)) };
        let line = words(Rule { response: Response::Reply(text), delay_ms: 500, ..blank() });
        assert_eq!(line, format!("reply: Text “You tapped {}…” · after 500 ms", "x".repeat(QUOTED - 11)));
        let forward = ForwardTo { url: Some("http://a/b".to_owned()), bad_answer: Some(BadAnswer::Default) };
        let rule = Rule { response: Response::Forward(forward), status: Some(500), ..blank() };
        assert_eq!(
            words(rule),
            "forward to http://a/b · the default answer where that server fails or its answer is not legal · status 500"
        );
        let rule = Rule { response: Response::Hold, fault: Some(Fault::Late { ms: 7 }), ..blank() };
        assert_eq!(words(rule), "hold for a person · fault: Too late (by 7 ms)");
    }
}
