//! Tests of matching, templates, and the checks of rules.

use bytes::Bytes;
use jiff::{Timestamp, Zoned};

use super::*;
use crate::capture::{Capture, CaptureId, Envelope, Mode, Placement, RawRequest, Signature};
use crate::texts::user_error::UserError;
use crate::wechat::reply::Article;

const SCAN: &str = "<xml><ToUserName>gh_1</ToUserName><FromUserName>o1</FromUserName><CreateTime>1408090606</CreateTime>\
    <MsgType>event</MsgType><Event>scancode_waitmsg</Event><EventKey>6</EventKey><ScanCodeInfo><ScanType>qrcode</ScanType>\
    <ScanResult>]]&gt;<![CDATA[<b>1&2</b>]]></ScanResult></ScanCodeInfo></xml>";

const LOCATION: &str = "<xml><MsgType>event</MsgType><Event>location_select</Event><SendLocationInfo>\
    <Location_X>23.10</Location_X><Location_Y>113</Location_Y><Scale>15</Scale><Label>广州</Label></SendLocationInfo></xml>";

fn capture(body: &str) -> Capture {
    Capture {
        request: RawRequest {
            received_at: Timestamp::UNIX_EPOCH,
            method: "POST".to_owned(),
            version: "HTTP/1.1".to_owned(),
            target: "/".to_owned(),
            headers: crate::capture::Headers::default(),
            peer: String::new(),
            body: Bytes::from(body.to_owned()),
            body_length: body.len() as u64,
        },
        account: "shop".to_owned(),
        envelope: Envelope {
            kind: "scancode_waitmsg".to_owned(),
            event: Some("scancode_waitmsg".to_owned()),
            event_key: Some("6".to_owned()),
            create_time: Some(1_408_090_606),
            ..Envelope::default()
        },
        mode: Mode::Plain,
        signature: Signature::Valid,
        message: None,
        group_key: None,
        replay: false,
        diagnoses: Vec::new(),
        team: crate::capture::TeamMark::default(),
    }
}

fn now() -> Zoned {
    "2026-11-23T08:30:00+08:00[+08:00]".parse().unwrap()
}

fn rule(name: &str, filter: &str, response: Response) -> Rule {
    Rule {
        name: name.to_owned(),
        filter: filter.to_owned(),
        enabled: true,
        response,
        delay_ms: 0,
        status: None,
        fault: None,
    }
}

fn text(content: &str) -> Response {
    Response::Reply(PassiveReply::Text { content: content.to_owned() })
}

fn with_subject<T>(body: &str, ask: impl FnOnce(&Subject<'_>) -> T) -> T {
    let capture = capture(body);
    let placement = Placement { id: CaptureId(7), group: CaptureId(7), attempt: 2 };
    ask(&Subject::arriving(&capture, placement))
}

/// The reply of a rule with this template.
fn rendered(template: &str, body: &str) -> Result<String, RuleError> {
    let rules = RuleSet::compile(vec![rule("r", "", text(template))], &now())?;
    match with_subject(body, |subject| rules.render(&rules.rules()[0], subject))? {
        PassiveReply::Text { content } => Ok(content),
        other => panic!("{other:?}"),
    }
}

fn mistake(rule: Rule) -> RuleError {
    RuleSet::compile(vec![rule], &now()).unwrap_err()
}

#[test]
fn the_first_rule_that_is_on_and_matches_answers() {
    let off = Rule { enabled: false, ..rule("off", "", Response::Hold) };
    let list = vec![
        off,
        rule("other", "event:CLICK", Response::Hold),
        rule("scan", "event:scancode_waitmsg key:6", Response::Default),
        rule("all", "", Response::Hold),
    ];
    let rules = RuleSet::compile(list, &now()).unwrap();
    let found = with_subject(SCAN, |subject| rules.first_match(subject).map(|rule| rule.name.clone()));
    assert_eq!(found.as_deref(), Some("scan"));
    assert!(with_subject(SCAN, |subject| RuleSet::default().first_match(subject).is_none()));
}

#[test]
fn elements_are_there_by_their_official_names_and_beside_them_our_own() {
    for (template, text) in [
        ("{{ FromUserName }} {{ ScanCodeInfo.ScanType }} {{ EventKey }}", "o1 qrcode 6"),
        ("{{ fields.ScanCodeInfo.ScanType }} {{ decoded.scan.type }}", "qrcode qrcode"),
        (
            "{{ kind }} {{ event_key }} {{ create_time }} {{ attempt }} {{ account }}",
            "scancode_waitmsg 6 1408090606 2 shop",
        ),
        ("{% if attempt > 1 %}again{% else %}first{% endif %}", "again"),
        ("{{ Missing | default('-') }}{# says nothing #}", "-"),
    ] {
        assert_eq!(rendered(template, SCAN).as_deref(), Ok(text), "{template}");
    }
    let place = "{{ decoded.location.latitude + 1 }} {{ decoded.location.longitude }} {{ decoded.location.label }}";
    assert_eq!(rendered(place, LOCATION).as_deref(), Ok("24.1 113 广州"));
}

#[test]
fn an_own_name_without_a_value_prints_nothing() {
    assert_eq!(rendered("[{{ msg_id }}{{ openid }}{{ decoded.scan.symbology }}]", SCAN).as_deref(), Ok("[]"));
    assert_eq!(rendered("{{ decoded }}{{ fields }}", "not XML").as_deref(), Ok("{}{}"));
}

#[test]
fn an_element_cannot_take_the_place_of_an_own_name() {
    let body = "<xml><kind>x</kind><fields>y</fields></xml>";
    assert_eq!(rendered("{{ kind }} {{ fields.kind }}", body).as_deref(), Ok("scancode_waitmsg x"));
}

#[test]
fn what_a_template_makes_is_text_to_the_character() {
    assert_eq!(rendered("{{ ScanCodeInfo.ScanResult }}\n", SCAN).as_deref(), Ok("]]><b>1&2</b>\n"));
    // Text that was scanned is no template.
    let scanned = SCAN.replace("qrcode", "{{ 1 + 1 }}");
    assert_eq!(rendered("{{ ScanCodeInfo.ScanType }}", &scanned).as_deref(), Ok("{{ 1 + 1 }}"));
}

#[test]
fn a_text_without_signs_of_a_template_stays_as_it_is() {
    for plain in ["", "100 % { sure } }} %} #}\n", "\u{feff}点击"] {
        assert_eq!(rendered(plain, SCAN).as_deref(), Ok(plain));
    }
}

#[test]
fn raw_bytes_are_no_template() {
    let raw = PassiveReply::Raw(b"{{ nothing }}".to_vec());
    let rules = RuleSet::compile(vec![rule("r", "", Response::Reply(raw.clone()))], &now()).unwrap();
    assert_eq!(with_subject(SCAN, |subject| rules.render(&rules.rules()[0], subject)), Ok(raw));
}

#[test]
fn a_rule_without_a_reply_of_its_own_renders_as_success() {
    let rules = RuleSet::compile(vec![rule("r", "", Response::Hold)], &now()).unwrap();
    assert_eq!(with_subject(SCAN, |subject| rules.render(&rules.rules()[0], subject)), Ok(PassiveReply::Success));
}

#[test]
fn a_rule_that_is_not_in_the_set_is_rendered_all_the_same() {
    let draft = rule("draft", "", text("{{ EventKey }}"));
    let rendered = with_subject(SCAN, |subject| RuleSet::default().render(&draft, subject));
    assert_eq!(rendered, Ok(PassiveReply::Text { content: "6".to_owned() }));
}

#[test]
fn every_text_of_an_article_is_a_template_and_a_mistake_says_which() {
    let article =
        |title: &str| Article { title: title.to_owned(), url: "{{ EventKey }}".to_owned(), ..Article::default() };
    let news = |second: &str| {
        let articles = vec![article("{{ kind }}"), article(second)];
        rule("n", "", Response::Reply(PassiveReply::News { articles }))
    };
    let rules = RuleSet::compile(vec![news("b")], &now()).unwrap();
    let filled = |title: &str| Article { title: title.to_owned(), url: "6".to_owned(), ..Article::default() };
    let articles = vec![filled("scancode_waitmsg"), filled("b")];
    let rendered = with_subject(SCAN, |subject| rules.render(&rules.rules()[0], subject));
    assert_eq!(rendered, Ok(PassiveReply::News { articles }));
    assert!(mistake(news("{{")).to_string().contains("Title of article 2"));
}

#[test]
fn a_mistake_in_a_template_is_reported_at_its_line_and_column() {
    let error = mistake(rule("r", "", text("ok {{ kind }}\n点击 {{ kind | }}")));
    let RuleError::Template { spot, .. } = &error else { panic!("{error}") };
    assert_eq!(*spot, Spot { line: 2, column: 14 }, "{error}");
    let says = "rule \"r\": the template of Content cannot be read at line 2, column 14: ";
    assert!(error.to_string().starts_with(says), "{error}");
}

#[test]
fn a_filter_that_does_not_exist_is_reported_where_it_is_used() {
    let error = rendered("{{ kind }}\n点 {{ kind | nonsense }}", SCAN).unwrap_err();
    let says = "rule \"r\": Content, line 2, column 13: filter nonsense is unknown; try the rule against this event in the window";
    assert_eq!(error.to_string(), says);
}

#[test]
fn a_name_that_is_not_there_is_named_with_its_place() {
    let error = rendered("key {{ EventKey }}\n{{ decoded.scan.contents }}", SCAN).unwrap_err();
    let says = "rule \"r\": Content, line 2, column 4: this event has no decoded.scan.contents; \
                write {{ decoded.scan.contents | default(\"…\") }} if it may be missing";
    assert_eq!(error.to_string(), says);
    let error = rendered("{% if Latitude %}x{% endif %}", SCAN).unwrap_err();
    assert!(matches!(&error, RuleError::UnknownName { expression, .. } if expression == "Latitude"), "{error}");
    let error = rendered("{{ Latitude.x }}", SCAN).unwrap_err();
    assert!(matches!(&error, RuleError::UnknownName { expression, .. } if expression == "Latitude"), "{error}");
}

#[test]
fn a_template_that_loops_or_makes_a_megabyte_is_stopped() {
    let endless = "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}";
    assert!(matches!(rendered(endless, SCAN), Err(RuleError::Work { .. })));
    let memory = "{% set a = 'x' * 99999999 %}{{ a | length }}";
    assert!(matches!(rendered(memory, SCAN), Err(RuleError::Work { .. })));
    let megabyte = "{{ 'x' * 1048576 }}";
    assert!(matches!(rendered(megabyte, SCAN), Err(RuleError::TextLength { .. })));
    let deep = "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}";
    assert!(rendered(deep, SCAN).is_err());
    assert_eq!(rendered(&format!("{{{{ 'x' * {MAX_TEXT} }}}}"), SCAN).map(|text| text.len()), Ok(MAX_TEXT));
}

#[test]
fn a_template_of_many_parentheses_is_refused_and_not_fatal() {
    let error = mistake(rule("r", "", text(&format!("{{{{ {} }}}}", "(".repeat(8_000)))));
    assert!(matches!(error, RuleError::Template { .. }), "{error}");
    let long = mistake(rule("r", "", text(&format!("{{{{ kind }}}}{}", "x".repeat(MAX_TEMPLATE)))));
    assert!(matches!(long, RuleError::TemplateLength { .. }), "{long}");
}

#[test]
fn no_file_can_be_included() {
    for template in ["{% include 'Cargo.toml' %}", "{% extends 'x' %}", "{% import 'x' as x %}"] {
        assert!(rendered(template, SCAN).is_err(), "{template}");
    }
}

#[test]
fn a_mistake_in_a_filter_names_the_rule_and_the_column() {
    let error = mistake(rule("r", "key:6 evnt:CLICK", Response::Default));
    let says = "rule \"r\": match: unknown name \"evnt:\" at column 7; did you mean \"event:\"?";
    assert_eq!(error.to_string(), says);
    let error = mistake(rule("r", "-status:200", Response::Default));
    assert!(error.to_string().contains("\"status:200\" asks what becomes of an event"), "{error}");
}

#[test]
fn a_rule_has_a_name_of_its_own_and_numbers_that_can_be() {
    let named = |name: &str| rule(name, "", Response::Default);
    let compile = |list: Vec<Rule>| RuleSet::compile(list, &now()).map(drop);
    assert_eq!(compile(vec![named("a"), named(" ")]), Err(RuleError::Unnamed { position: 2 }));
    let duplicate = RuleError::Duplicate { rule: "a".to_owned(), position: 2 };
    assert_eq!(compile(vec![named("a"), named("a")]), Err(duplicate));
    for name in ["a\nb", " a", &"x".repeat(MAX_NAME + 1)] {
        assert!(matches!(compile(vec![named(name)]), Err(RuleError::Name { .. })), "{name}");
    }
    for status in [0, 99, 600] {
        let error = mistake(Rule { status: Some(status), ..named("a") });
        assert!(matches!(error, RuleError::Status { .. }), "{error}");
    }
    let late = mistake(Rule { delay_ms: MAX_DELAY_MS + 1, ..named("a") });
    assert!(matches!(late, RuleError::Delay { .. }), "{late}");
    let many = (0..=MAX_RULES).map(|number| named(&number.to_string())).collect();
    assert_eq!(compile(many), Err(RuleError::TooMany { found: MAX_RULES + 1 }));
    let fine = Rule { status: Some(599), delay_ms: MAX_DELAY_MS, ..named("点击 {{ }}") };
    assert_eq!(compile(vec![fine]), Ok(()));
}

#[test]
fn a_rule_forwards_to_a_web_address_only() {
    let to = |url: &str| Response::Forward(ForwardTo { url: Some(url.to_owned()), bad_answer: None });
    for url in ["localhost:80", "ftp://x/", "", "http://", "http://a b/", "https:///x"] {
        let error = mistake(rule("r", "", to(url)));
        assert!(matches!(error, RuleError::Target { .. }), "{error}");
    }
    assert!(RuleSet::compile(vec![rule("r", "", to("https://host/x?a=b"))], &now()).is_ok());
}

#[test]
fn both_languages_say_every_mistake() {
    let (name, field) = (|| "r".to_owned(), || "Content".to_owned());
    let spot = Spot { line: 1, column: 2 };
    let filter = Filter::parse("a (", &now()).unwrap_err();
    let errors = [
        RuleError::TooMany { found: 501 },
        RuleError::Unnamed { position: 1 },
        RuleError::Name { rule: name(), position: 1 },
        RuleError::Duplicate { rule: name(), position: 2 },
        RuleError::Filter { rule: name(), error: filter },
        RuleError::Status { rule: name(), status: 7 },
        RuleError::Delay { rule: name(), delay_ms: 70_000 },
        RuleError::Target { rule: name(), url: "x".to_owned() },
        RuleError::TemplateLength { rule: name(), field: field(), length: 20_000 },
        RuleError::Template { rule: name(), field: field(), spot, reason: "x".to_owned() },
        RuleError::UnknownName { rule: name(), field: field(), spot, expression: "a.b".to_owned() },
        RuleError::Work { rule: name(), field: field(), spot },
        RuleError::TextLength { rule: name(), field: field() },
        RuleError::Failed { rule: name(), field: field(), spot, reason: "x".to_owned() },
    ];
    for error in &errors {
        UserError::from(error).assert_said();
        assert_eq!(error.rule().is_some(), !matches!(error, RuleError::TooMany { .. } | RuleError::Unnamed { .. }));
    }
}

#[test]
fn rules_can_be_asked_from_any_thread() {
    const fn shared<T: Send + Sync>() {}
    shared::<RuleSet>();
}
