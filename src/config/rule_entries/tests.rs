//! Tests of rules in `config.toml`: read as they are written, mistakes reported at their place.

use std::path::PathBuf;

use super::super::{Config, ConfigError};
use super::*;
use crate::rules::ForwardTo;
use crate::wechat::reply::{Article, PassiveReply};

fn load(text: &str) -> Result<Config, ConfigError> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("config.toml");
    std::fs::write(&path, text).unwrap();
    Config::load(&path)
}

fn reply(value: &str) -> Response {
    let config = load(&format!("[[rules]]\nname = \"r\"\nreply = {value}\n"));
    config.unwrap_or_else(|error| panic!("{value}: {error}")).rules.remove(0).response
}

/// Line, column and words of the mistake.
fn mistake(text: &str) -> (usize, usize, String) {
    match load(text) {
        Err(ConfigError::Malformed { line, column, reason, .. }) => (line, column, reason),
        other => panic!("{text}: {other:?}"),
    }
}

fn reply_mistake(value: &str) -> String {
    let (line, column, reason) = mistake(&format!("[[rules]]\nname = \"r\"\nreply = {value}\n"));
    assert!(line == 3 && column >= 9, "{value}: line {line}, column {column}: {reason}");
    reason
}

#[test]
fn what_is_left_out_is_at_its_default() {
    let config = load("[[rules]]\nname = \"a\"\n").unwrap();
    let expected = Rule {
        name: "a".to_owned(),
        filter: String::new(),
        enabled: true,
        response: Response::Default,
        delay_ms: 0,
        status: None,
        fault: None,
    };
    assert_eq!(config.rules, [expected]);
    assert_eq!((config.listener.forward, config.listener.forward_bad_answer), (None, BadAnswer::Pass));
}

#[test]
fn every_member_is_read() {
    let text = "[listener]\nforward = \"http://127.0.0.1:80/wx\"\nforward_bad_answer = \"default\"\n\
                [[rules]]\nname = \"scan\"\nmatch = \"event:scancode_waitmsg\"\nenabled = false\nreply = \"hold\"\n\
                delay_ms = 500\nstatus = 201\nfault = \"late:2500\"\n";
    let config = load(text).unwrap();
    assert_eq!(config.listener.forward.as_deref(), Some("http://127.0.0.1:80/wx"));
    assert_eq!(config.listener.forward_bad_answer, BadAnswer::Default);
    let expected = Rule {
        name: "scan".to_owned(),
        filter: "event:scancode_waitmsg".to_owned(),
        enabled: false,
        response: Response::Hold,
        delay_ms: 500,
        status: Some(201),
        fault: Some(Fault::Late { ms: 2500 }),
    };
    assert_eq!(config.rules, [expected]);
}

#[test]
fn a_reply_is_a_word_or_a_table_of_official_names() {
    let text = |text: &str| text.to_owned();
    let forward = |url: Option<&str>, bad_answer| Response::Forward(ForwardTo { url: url.map(text), bad_answer });
    for (value, response) in [
        ("\"default\"", Response::Default),
        ("\"success\"", Response::Reply(PassiveReply::Success)),
        ("\"empty\"", Response::Reply(PassiveReply::Empty)),
        ("\"forward\"", forward(None, None)),
        ("{ forward = true, bad_answer = \"pass\" }", forward(None, Some(BadAnswer::Pass))),
        (
            "{ bad_answer = \"default\", forward = \"https://h/\" }",
            forward(Some("https://h/"), Some(BadAnswer::Default)),
        ),
        ("{ raw = \"<xml/>\" }", Response::Reply(PassiveReply::Raw(b"<xml/>".to_vec()))),
        ("{ raw_base64 = \"/w==\" }", Response::Reply(PassiveReply::Raw(vec![0xff]))),
        (
            "{ Content = '{{ EventKey }}', MsgType = 'text' }",
            Response::Reply(PassiveReply::Text { content: text("{{ EventKey }}") }),
        ),
        (
            "{ MsgType = \"video\", MediaId = \"m\" }",
            Response::Reply(PassiveReply::Video {
                media_id: text("m"),
                title: String::new(),
                description: String::new(),
            }),
        ),
        (
            "{ MsgType = \"transfer_customer_service\" }",
            Response::Reply(PassiveReply::TransferCustomerService { kf_account: String::new() }),
        ),
        (
            "{ MsgType = \"news\", Articles = [{ Title = \"t\", PicUrl = \"p\", Url = \"u\" }, {}] }",
            Response::Reply(PassiveReply::News {
                articles: vec![
                    Article { title: text("t"), description: String::new(), pic_url: text("p"), url: text("u") },
                    Article::default(),
                ],
            }),
        ),
    ] {
        assert_eq!(reply(value), response, "{value}");
    }
}

#[test]
fn a_reply_may_have_a_heading_of_its_own() {
    let text = "[[rules]]\nname = \"r\"\n[rules.reply]\nMsgType = \"news\"\n[[rules.reply.Articles]]\nTitle = \"t\"\n";
    let Response::Reply(PassiveReply::News { articles }) = load(text).unwrap().rules.remove(0).response else {
        panic!()
    };
    assert_eq!(articles.len(), 1);
}

#[test]
fn a_mistake_in_a_rule_is_told_at_its_line_and_column() {
    let rule = |rest: &str| mistake(&format!("[look]\n\n[[rules]]\nname = \"r\"\n{rest}\n"));
    for (rest, column, says) in [
        ("delay = 3", 1, "unknown field `delay`, expected one of"),
        (
            "delay_ms = \"3\"",
            12,
            "delay_ms: invalid type: string \"3\", expected u32; write a whole number of milliseconds",
        ),
        ("delay_ms = -1", 12, "delay_ms: invalid value: integer `-1`, expected u32"),
        ("status = 70000", 10, "status: invalid value: integer `70000`, expected u16; write a number from 200 to 599"),
        ("enabled = 1", 11, "enabled: invalid type: integer `1`, expected a boolean; write true or false"),
        ("match = 6", 9, "match: invalid type: integer `6`, expected a string; write a filter in quotes"),
        (
            "fault = \"slow\"",
            9,
            "fault: unknown \"slow\"; write one of \"late:MS\", \"unanswered:ATTEMPTS\", \"empty\"",
        ),
        ("fault = \"late:x\"", 9, "fault: unknown \"late:x\"; write one of \"late:MS\""),
        (
            "reply = { MsgType = \"text\", Contents = \"\" }",
            29,
            "reply: unknown member \"Contents\"; known: MsgType, Content,",
        ),
        ("reply = { MsgType = \"Text\" }", 21, "MsgType: unknown \"Text\"; write one of \"text\", \"image\""),
        (
            "reply = { MsgType = \"text\", Content = 6 }",
            39,
            "reply: invalid type: integer `6`, expected a string; write text in quotes",
        ),
        ("reply = { raw_base64 = \"*\" }", 24, "raw_base64: "),
        (
            "reply = { forward = \"localhost\" }",
            21,
            "forward: \"localhost\" is no URL to post to; write a URL in quotes",
        ),
        (
            "reply = { forward = false }",
            21,
            "invalid value: boolean `false`, expected forward as a URL in quotes, or as true",
        ),
        (
            "reply = { forward = true, bad_answer = \"no\" }",
            40,
            "bad_answer: unknown \"no\"; write \"pass\" or \"default\"",
        ),
        (
            "reply = \"sucess\"",
            9,
            "unknown \"sucess\", expected reply as \"success\", \"empty\", \"default\", \"hold\", \"forward\"",
        ),
        ("reply = 6", 9, "invalid type: integer `6`, expected reply as \"success\""),
    ] {
        let (line, found, reason) = rule(rest);
        assert_eq!((line, found), (5, column), "{rest}: {reason}");
        assert!(reason.contains(says), "{rest}: {reason}");
    }
}

#[test]
fn members_that_do_not_belong_together_are_told() {
    for (value, says) in [
        ("{ MsgType = \"text\" }", "reply: MsgType \"text\" needs Content; add it"),
        ("{ MsgType = \"news\" }", "reply: MsgType \"news\" needs Articles; add it"),
        ("{ MsgType = \"video\", Title = \"t\" }", "reply: MsgType \"video\" needs MediaId; add it"),
        ("{ MsgType = \"text\", Content = \"\", Title = \"t\" }", "reply: Title does not belong here; remove it"),
        ("{ raw = \"\", MsgType = \"text\", Content = \"\" }", "reply: raw does not belong here; remove it"),
        ("{ raw = \"\", bad_answer = \"pass\" }", "reply: bad_answer does not belong here; remove it"),
        ("{ Content = \"x\" }", "reply: no MsgType; write one of \"text\""),
        ("{}", "reply: no MsgType; write one of \"text\""),
        ("{ MsgType = \"news\", Articles = [{ Titel = \"\" }] }", "unknown field `Titel`, expected one of"),
    ] {
        assert!(reply_mistake(value).contains(says), "{value}: {}", reply_mistake(value));
    }
}

#[test]
fn a_rule_without_a_name_is_told() {
    let (line, _, reason) = mistake("[look]\n[[rules]]\nmatch = \"\"\n");
    assert!(reason.contains("missing field `name`"), "{reason}");
    assert_eq!(line, 2);
    assert!(mistake("rules = 3\n").2.contains("each rule under a heading [[rules]]"));
}

#[test]
fn a_target_that_is_no_address_is_told() {
    let (line, column, reason) = mistake("[listener]\nforward = \"localhost:80\"\n");
    assert_eq!((line, column), (2, 11));
    assert!(reason.starts_with("forward: \"localhost:80\" is no URL to post to"), "{reason}");
    let (.., reason) = mistake("[listener]\nforward_bad_answer = \"no\"\n");
    assert!(reason.starts_with("forward_bad_answer: unknown \"no\"; write \"pass\" or \"default\""), "{reason}");
}

#[test]
fn the_line_of_a_rule_is_found_for_a_mistake_in_it() {
    let directory = tempfile::tempdir().unwrap();
    let path: PathBuf = directory.path().join("config.toml");
    std::fs::write(&path, "# rules\n\n[[rules]]\nname = \"a\"\n\n# second\n[[rules]]\nname = \"b\"\n").unwrap();
    let name = || "b".to_owned();
    assert_eq!(line_of_rule(&path, &RuleError::Status { rule: name(), status: 7 }), Some(7));
    assert_eq!(line_of_rule(&path, &RuleError::Unnamed { position: 1 }), Some(4));
    assert_eq!(line_of_rule(&path, &RuleError::Duplicate { rule: name(), position: 2 }), Some(8));
    assert_eq!(line_of_rule(&path, &RuleError::TooMany { found: 900 }), None);
}
