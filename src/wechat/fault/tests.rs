//! Tests of fault names and of the bytes that each fault makes.

use super::*;
use crate::wechat::tree::Tree;

fn address() -> Address {
    Address { to_user: "oUser".to_owned(), from_user: "gh_1".to_owned(), create_time: 12 }
}

fn hello() -> PassiveReply {
    PassiveReply::Text { content: "hello".to_owned() }
}

fn faulty(fault: Fault, reply: &PassiveReply) -> String {
    String::from_utf8(fault.faulty_body(reply, &address(), Format::Xml)).unwrap()
}

/// `ToUserName`, `FromUserName`, `MsgType` and `Content` of the faulty body.
fn elements(fault: Fault, reply: &PassiveReply) -> [String; 4] {
    let body = fault.faulty_body(reply, &address(), Format::Xml);
    let tree = Tree::parse(&body).unwrap();
    let text_of = |name| tree.root().text_of(name).unwrap().to_owned();
    ["ToUserName", "FromUserName", "MsgType", "Content"].map(text_of)
}

#[test]
fn every_fault_reads_back_as_it_is_displayed() {
    for fault in Fault::ALL {
        assert_eq!(Fault::parse(&fault.to_string()), Some(fault));
        assert_eq!(Fault::parse(fault.name()), Some(fault));
    }
    assert_eq!(Fault::Late { ms: 2_500 }.to_string(), "late:2500");
    assert_eq!(Fault::WrongCase.to_string(), "wrong-case");
}

#[test]
fn a_number_stands_only_behind_what_has_one() {
    assert_eq!(Fault::parse("late:2500"), Some(Fault::Late { ms: 2_500 }));
    assert_eq!(Fault::parse("unanswered:1"), Some(Fault::Unanswered { attempts: 1 }));
    for text in ["", "slow", "Late", "late:", "late:+5", "late:1.5", "late:4294967296", "unanswered:0", "bom:1", "bom:"]
    {
        assert_eq!(Fault::parse(text), None, "{text}");
    }
}

#[test]
fn only_faults_of_encryption_need_it() {
    let needing: Vec<_> = Fault::ALL.into_iter().filter(|fault| fault.needs_encryption()).collect();
    assert_eq!(needing, [Fault::WrongSignature, Fault::FormerKey]);
}

#[test]
fn faults_of_time_encryption_and_connection_leave_the_bytes_alone() {
    let expected = hello().to_bytes(&address(), Format::Xml);
    for fault in [
        Fault::Late { ms: 1 },
        Fault::Unanswered { attempts: 1 },
        Fault::WrongSignature,
        Fault::FormerKey,
        Fault::Cut,
        Fault::Reset,
    ] {
        assert_eq!(fault.faulty_body(&hello(), &address(), Format::Xml), expected, "{fault}");
    }
    assert_eq!(faulty(Fault::Late { ms: 1 }, &PassiveReply::Success), "success");
}

#[test]
fn empty_sends_nothing_whatever_was_asked_for() {
    for reply in [hello(), PassiveReply::Success, PassiveReply::Raw(b"x".to_vec())] {
        assert_eq!(faulty(Fault::Empty, &reply), "");
        assert!(!Fault::Empty.carrier(&reply).needs_address());
    }
}

#[test]
fn the_wrong_case_is_that_of_the_literal_or_of_the_type() {
    assert_eq!(faulty(Fault::WrongCase, &PassiveReply::Success), "Success");
    assert_eq!(faulty(Fault::WrongCase, &PassiveReply::Empty), "Success");
    let sound = String::from_utf8(hello().to_bytes(&address(), Format::Xml)).unwrap();
    assert_eq!(faulty(Fault::WrongCase, &hello()), sound.replace("[text]", "[TEXT]"));
}

#[test]
fn json_is_sent_where_xml_is_wanted() {
    assert_eq!(faulty(Fault::Json, &PassiveReply::Success), r#"{"success":true}"#);
    assert_eq!(faulty(Fault::Json, &hello()).into_bytes(), hello().to_bytes(&address(), Format::Json));
}

#[test]
fn a_byte_order_mark_stands_before_anything() {
    assert_eq!(Fault::Bom.faulty_body(&PassiveReply::Success, &address(), Format::Xml), b"\xEF\xBB\xBFsuccess");
    assert_eq!(Fault::Bom.faulty_body(&PassiveReply::Raw(vec![0xff]), &address(), Format::Xml), b"\xEF\xBB\xBF\xff");
    assert!(Fault::Bom.faulty_body(&hello(), &address(), Format::Xml).starts_with(b"\xEF\xBB\xBF<xml>"));
}

#[test]
fn the_wrong_address_is_the_pushs_own() {
    assert_eq!(elements(Fault::WrongAddress, &hello()), ["gh_1", "oUser", "text", "hello"]);
}

#[test]
fn a_short_text_stands_in_where_there_is_no_message() {
    assert_eq!(elements(Fault::WrongAddress, &PassiveReply::Success), ["gh_1", "oUser", "text", PLACEHOLDER]);
    for fault in [Fault::WrongSignature, Fault::FormerKey] {
        for reply in [PassiveReply::Success, PassiveReply::Empty] {
            assert_eq!(elements(fault, &reply), ["oUser", "gh_1", "text", PLACEHOLDER]);
            assert!(fault.carrier(&reply).needs_address());
        }
    }
    assert_eq!(elements(Fault::Cut, &PassiveReply::Empty), ["oUser", "gh_1", "text", PLACEHOLDER]);
    assert_eq!(faulty(Fault::Cut, &PassiveReply::Success), "success");
}

#[test]
fn raw_bytes_are_read_as_the_reply_that_they_are() {
    let raw = PassiveReply::Raw(b"<xml><MsgType>text</MsgType><Content>raw</Content></xml>".to_vec());
    assert_eq!(elements(Fault::WrongAddress, &raw), ["gh_1", "oUser", "text", "raw"]);
    assert_eq!(elements(Fault::WrongCase, &raw)[2], "TEXT");
    assert_eq!(faulty(Fault::Json, &PassiveReply::Raw(b"success".to_vec())), r#"{"success":true}"#);
    let page = PassiveReply::Raw(b"<html>".to_vec());
    for fault in [Fault::WrongCase, Fault::Json, Fault::WrongAddress, Fault::FormerKey, Fault::Late { ms: 1 }] {
        assert_eq!(faulty(fault, &page), "<html>");
    }
}
