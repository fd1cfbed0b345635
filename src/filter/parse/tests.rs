//! Tests of the parser.

use proptest::prelude::*;

use super::super::{Code, Comparison, Filter, ForwardState, Mode, Pattern, Signature, State};
use super::*;
use crate::capture::ReplySource;

fn now() -> Zoned {
    "2026-11-23T08:30:00+08:00[+08:00]".parse().unwrap()
}

fn read(text: &str) -> Expr {
    Filter::parse(text, &now()).unwrap().expr
}

fn only(text: &str) -> Term {
    match read(text) {
        Expr::Term(term) => term,
        other => panic!("{text}: {other:?}"),
    }
}

fn mistake(text: &str) -> FilterError {
    Filter::parse(text, &now()).unwrap_err()
}

fn word(text: &str) -> Expr {
    Expr::Term(Term::Word(text.to_owned()))
}

#[test]
fn the_empty_filter_matches_everything() {
    assert_eq!(read(""), Expr::All);
    assert_eq!(read(" \u{3000}\t"), Expr::All);
}

#[test]
fn terms_side_by_side_all_have_to_hold_and_or_binds_weaker() {
    let ab = Expr::And(vec![word("a"), word("b")]);
    assert_eq!(read("a b"), ab);
    assert_eq!(read("a b OR c"), Expr::Or(vec![ab, word("c")]));
    assert_eq!(read("a (b OR c)"), Expr::And(vec![word("a"), Expr::Or(vec![word("b"), word("c")])]));
    assert_eq!(read("(a)"), word("a"));
    assert_eq!(read("or"), word("or"));
    assert_eq!(read("\"OR\""), word("OR"));
}

#[test]
fn a_minus_before_a_term_excludes_it() {
    let not = |expr| Expr::Not(Box::new(expr));
    assert_eq!(read("-a"), not(word("a")));
    assert_eq!(read("-\"a b\""), not(word("a b")));
    assert_eq!(read("-(a OR b)"), not(Expr::Or(vec![word("a"), word("b")])));
    assert_eq!(read("a-b"), word("a-b"));
    assert_eq!(read("\"-a\""), word("-a"));
    assert_eq!(read("-event:VIEW"), not(Expr::Term(Term::Event("VIEW".to_owned()))));
}

#[test]
fn every_name_takes_its_values() {
    assert_eq!(only("event:CLICK"), Term::Event("CLICK".to_owned()));
    assert_eq!(only("type:event"), Term::Type("event".to_owned()));
    assert_eq!(only("account:\"my shop\""), Term::Account("my shop".to_owned()));
    assert_eq!(only("sig:valid"), Term::Signature(Signature::Valid));
    assert_eq!(only("mode:safe"), Term::Mode(Mode::Safe));
    assert_eq!(only("reply:rule"), Term::ReplyByRule);
    assert_eq!(only("reply:\"rule:a b\""), Term::Reply(ReplySource::Rule("a b".to_owned())));
    assert_eq!(only("reply:desktop"), Term::ReplyByDesktop);
    assert_eq!(only("reply:Desktop:alice"), Term::Reply(ReplySource::Desktop("alice".to_owned())));
    assert_eq!(only("relay:hub"), Term::Relay(Pattern::exact("hub")));
    assert_eq!(only("claimed:al*"), Term::Claimed(Pattern::from_parts(vec!["al".to_owned(), String::new()])));
    assert_eq!(only("forward:late"), Term::Forward(ForwardState::Late));
    assert_eq!(only("fault:wrong-case"), Term::Fault(Some("wrong-case")));
    assert_eq!(only("fault:*"), Term::Fault(None));
    assert_eq!(only("is:replay"), Term::Is(State::Replay));
    assert_eq!(only("has:diagnosis"), Term::HasDiagnosis);
    assert_eq!((only("is:pinned"), only("has:note")), (Term::Is(State::Pinned), Term::HasNote));
    let code = Code::SignatureMismatch;
    assert_eq!(only("diagnosis:signature-mismatch"), Term::Diagnosis(code));
    assert_eq!(only("after:10m").to_string(), "after:2026-11-23T00:20:00Z");
    assert_eq!(only("before:\"2026-11-23 10:00\"").to_string(), "before:2026-11-23T02:00:00Z");
}

#[test]
fn names_and_their_fixed_values_are_understood_in_any_case() {
    assert_eq!(only("Event:CLICK"), Term::Event("CLICK".to_owned()));
    assert_eq!(only("SIG:Valid"), Term::Signature(Signature::Valid));
}

#[test]
fn numbers_are_compared() {
    assert_eq!(only("status:403"), Term::Status(Comparison::Equal(403)));
    assert_eq!(only("status:>=400"), Term::Status(Comparison::AtLeast(400)));
    assert_eq!(only("ms:>1000"), Term::Ms(Comparison::Above(1000.0)));
    assert_eq!(only("ms:<=1.5"), Term::Ms(Comparison::AtMost(1.5)));
    assert_eq!(only("attempt:>1"), Term::Attempt(Comparison::Above(1)));
    assert_eq!(only("id:17"), Term::Id(Comparison::Equal(17)));
    assert_eq!(only("id:10..20"), Term::Id(Comparison::Between(10, 20)));
    assert_eq!(only("id:10.."), Term::Id(Comparison::AtLeast(10)));
    assert_eq!(only("id:..20"), Term::Id(Comparison::AtMost(20)));
}

#[test]
fn an_asterisk_in_quotes_is_an_asterisk() {
    assert_eq!(only("key:6"), Term::Key(Pattern::exact("6")));
    assert_eq!(only("key:\"\""), Term::Key(Pattern::exact("")));
    assert_eq!(only("key:\"a*b\""), Term::Key(Pattern::exact("a*b")));
    let parts = vec!["a b".to_owned(), String::new()];
    assert_eq!(only("key:\"a b\"*"), Term::Key(Pattern::from_parts(parts)));
    let parts = vec![String::new(), "6".to_owned(), String::new()];
    assert_eq!(only("openid:*6*"), Term::Openid(Pattern::from_parts(parts)));
}

#[test]
fn quotes_hold_anything_and_two_escapes() {
    assert_eq!(read(r#""a \"b\" \\ \u""#), word(r#"a "b" \ \u"#));
    assert_eq!(read("\"evnt:x\""), word("evnt:x"));
    assert_eq!(read("a\"b\""), Expr::And(vec![word("a"), word("b")]));
}

#[test]
fn a_url_is_a_word_and_may_be_a_key() {
    assert_eq!(read("https://a.example/b?c=1"), word("https://a.example/b?c=1"));
    assert_eq!(read("key://6"), word("key://6"));
    assert_eq!(only("key:https://a.example/"), Term::Key(Pattern::exact("https://a.example/")));
}

#[test]
fn a_colon_after_what_is_no_name_is_text() {
    assert_eq!(read("10:30"), word("10:30"));
    assert_eq!(read(":8989"), word(":8989"));
    assert_eq!(read("地址：上海"), word("地址：上海"));
}

#[test]
fn a_full_width_colon_after_a_name_is_understood() {
    assert_eq!(only("event：CLICK"), Term::Event("CLICK".to_owned()));
    assert_eq!(only("reply:rule：a"), Term::Reply(ReplySource::Rule("a".to_owned())));
    assert_eq!(mistake("evnt：CLICK").suggestion.as_deref(), Some("event:"));
}

#[test]
fn an_unknown_name_is_reported_at_its_column_with_the_nearest() {
    let mistake = mistake("点击 evnt:x");
    assert_eq!((mistake.column, mistake.length), (4, 5));
    assert_eq!(mistake.to_string(), "unknown name \"evnt:\" at column 4; did you mean \"event:\"?");
}

#[test]
fn an_unknown_value_is_reported_at_its_column_with_the_nearest() {
    for (text, column, length, suggestion) in [
        ("sig:vaild", 5, 5, Some("valid")),
        ("is:hled", 4, 4, Some("held")),
        ("is:answered", 4, 8, None),
        ("forward:ltae", 9, 4, Some("late")),
        ("fault:bmo", 7, 3, Some("bom")),
        ("a -mode:sfae", 9, 4, Some("safe")),
        ("reply:defualt", 7, 7, Some("default")),
        ("has:diagnoses", 5, 9, Some("diagnosis")),
        ("diagnosis:token-mising", 11, 12, Some("token-missing")),
        ("sig:\"x y\"", 5, 5, None),
    ] {
        let mistake = mistake(text);
        assert_eq!((mistake.column, mistake.length), (column, length), "{text}");
        assert_eq!(mistake.suggestion.as_deref(), suggestion, "{text}");
    }
    assert_eq!(
        mistake("mode:x").to_string(),
        "unknown value \"x\" for \"mode:\" at column 6; it takes plain, compat, safe"
    );
    assert_eq!(
        mistake("is:answered").to_string(),
        "unknown value \"answered\" for \"is:\" at column 4; it takes held, replay, pinned"
    );
}

#[test]
fn each_mistake_has_its_place_and_words() {
    for (text, says) in [
        ("a )", "\")\" without its \"(\" at column 3"),
        ("a (b", "unclosed \"(\" at column 3"),
        ("a \"b", "unclosed quote at column 3"),
        ("a \"b\\\"", "unclosed quote at column 3"),
        ("a ()", "empty parentheses at column 3; to search for the text, put it in quotes"),
        ("a - b", "nothing to exclude after \"-\" at column 3; to search for the text, put it in quotes"),
        ("a OR", "nothing on one side of \"OR\" at column 3; to search for the text, put it in quotes"),
        ("OR a", "nothing on one side of \"OR\" at column 1; to search for the text, put it in quotes"),
        ("(a OR ) b", "nothing on one side of \"OR\" at column 4; to search for the text, put it in quotes"),
        ("key: a", "no value after \"key:\" at column 1; write key:\"\" for an empty one"),
        ("id:abc", "\"abc\" is not a number for \"id:\" at column 4; write 403, >=400 or 10..20"),
        ("id:1.5", "\"1.5\" is not a number for \"id:\" at column 4; write 403, >=400 or 10..20"),
        ("id:..", "\"..\" is not a number for \"id:\" at column 4; write 403, >=400 or 10..20"),
        ("status:99999999999", "\"99999999999\" is out of range for \"status:\" at column 8"),
        ("id:20..10", "backwards range \"20..10\" at column 4; did you mean \"10..20\"?"),
        (
            "after:soon",
            "\"soon\" is not a time for \"after:\" at column 7; write 2026-11-23, \"2026-11-23 10:00\", 10:00 or 10m",
        ),
        ("before:2026-02-30", "\"2026-02-30\" is out of range for \"before:\" at column 8"),
        ("Note:x", "unknown name \"Note:\" at column 1; to search for the text, write \"Note:…\" in quotes"),
    ] {
        assert_eq!(mistake(text).to_string(), says, "{text}");
    }
}

#[test]
fn a_filter_over_arrivals_asks_nothing_about_what_comes_later() {
    let refused = |text: &str| Filter::parse_for_arrivals(text, &now()).unwrap_err();
    for term in
        ["reply:rule", "status:>=400", "ms:>1000", "is:held", "is:pinned", "has:note", "forward:late", "fault:*"]
    {
        let error = refused(&format!("event:CLICK -({term} OR a)"));
        let says = format!("\"{term}\" asks what becomes of an event, and nothing has when it arrives");
        assert_eq!(error.to_string(), format!("{says} at column 15; leave it out: it could never hold"));
        assert_eq!(error.length, term.len());
    }
    let fine = "a key:6 attempt:>1 is:replay -has:diagnosis \"status:200\"";
    assert_eq!(Filter::parse_for_arrivals(fine, &now()), Filter::parse(fine, &now()));
}

#[test]
fn depth_length_and_number_of_terms_are_limited() {
    let nested = |depth: usize| format!("{}a{}", "(".repeat(depth), ")".repeat(depth));
    assert_eq!(read(&nested(MAX_DEPTH)), word("a"));
    assert_eq!(mistake(&nested(MAX_DEPTH + 1)).kind, FilterErrorKind::TooDeep);
    assert_eq!(mistake(&format!("{}a", "-".repeat(MAX_DEPTH + 1))).kind, FilterErrorKind::TooDeep);
    assert_eq!(mistake(&"a ".repeat(MAX_TERMS + 1)).kind, FilterErrorKind::TooManyTerms);
    let long = mistake(&"点".repeat(MAX_LENGTH + 3));
    assert_eq!((long.kind, long.column, long.length), (FilterErrorKind::TooLong, MAX_LENGTH + 1, 3));
}

proptest! {
    #[test]
    fn no_text_is_too_strange(text in "\\PC*") {
        Filter::parse(&text, &now()).ok();
    }

    #[test]
    fn no_mixture_of_the_signs_is_too_strange(text in "([-() \"\\\\:：*.<>=]|OR| |id:|after:|key:|sig:|ms:|[0-9a-z点])*") {
        match Filter::parse(&text, &now()) {
            Ok(filter) => prop_assert_eq!(read(&filter.expr.to_string()), filter.expr),
            Err(mistake) => {
                prop_assert!(mistake.column >= 1);
                prop_assert!(mistake.column - 1 + mistake.length <= text.chars().count());
                prop_assert_ne!(mistake.kind, FilterErrorKind::Unreadable);
            }
        }
    }
}
