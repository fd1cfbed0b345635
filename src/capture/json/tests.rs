//! Tests of the JSON of an event.

use super::super::*;
use super::*;

fn stored(body: &'static [u8]) -> StoredCapture {
    let accounts = crate::account::Accounts::new(Vec::new(), None);
    let request = RawRequest {
        received_at: "2026-11-23T08:00:00.1Z".parse().unwrap(),
        method: "POST".to_owned(),
        version: "HTTP/1.1".to_owned(),
        target: "/wx?timestamp=1795420800&nonce=a&nonce=b".to_owned(),
        headers: [("content-type", "text/xml")].into_iter().collect(),
        peer: "127.0.0.1".to_owned(),
        body: body.into(),
        body_length: body.len() as u64,
    };
    let placement = Placement { id: CaptureId(17), group: CaptureId(17), attempt: 1 };
    let capture = crate::inspect::inspect(request, &accounts).capture;
    let reply = Reply {
        status: Some(200),
        body: b"success".to_vec(),
        wire: None,
        source: ReplySource::Default,
        elapsed: Duration::from_micros(1900),
        end: ReplyEnd::Answered,
        lint: Vec::new(),
        fault: None,
        forwarded: None,
    };
    StoredCapture { placement, capture, reply: Some(reply), annotation: Annotation::default() }
}

fn json_of(stored: &StoredCapture, images: &[CaptureId]) -> Value {
    event_json(EventView { stored, images, language: Language::English })
}

#[test]
fn an_event_has_its_members_in_the_documented_order() {
    let event = json_of(&stored(include_bytes!("../../../tests/fixtures/samples/scancode_waitmsg.xml")), &[]);
    let members: Vec<&str> = event.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        members.join(" "),
        "id received_at account kind msg_type event event_key openid to_user create_time msg_id group attempt mode \
         signature fields decoded diagnoses request reply"
    );
    assert_eq!(event["received_at"], "2026-11-23T08:00:00.100000Z");
    assert_eq!(event["decoded"]["scan"], json!({ "type": "qrcode", "symbology": null, "content": "2" }));
    assert_eq!(event["request"]["query"], json!({ "timestamp": "1795420800", "nonce": "a" }));
    assert_eq!(
        event["reply"],
        json!({ "status": 200, "body": "success", "source": "default", "elapsed_ms": 1.9, "lint": [] })
    );
}

#[test]
fn what_was_sent_from_here_says_so() {
    let mut stored = stored(b"<xml/>");
    assert_eq!(json_of(&stored, &[]).get("replay"), None);
    stored.capture.replay = true;
    assert_eq!(json_of(&stored, &[])["replay"], json!(true));
}

#[test]
fn what_came_through_a_relay_says_from_where_and_whose_it_is() {
    let mut stored = stored(b"<xml/>");
    let plain = json_of(&stored, &[]);
    assert_eq!((plain.get("origin"), plain.get("claimed")), (None, None));
    let origin = EventOrigin { relay: "hub".to_owned(), id: 4 };
    stored.capture.team = TeamMark { origin: Some(origin), claimed: Some("alice".to_owned()) };
    let event = json_of(&stored, &[]);
    assert_eq!((&event["origin"], &event["claimed"]), (&json!({ "relay": "hub", "id": 4 }), &json!("alice")));
}

#[test]
fn a_pin_and_a_note_are_there_only_where_they_are_set() {
    let mut stored = stored(b"<xml/>");
    let plain = json_of(&stored, &[]);
    assert_eq!((plain.get("pinned"), plain.get("note")), (None, None));
    stored.annotation = Annotation::of(true, Some("twice"));
    let event = json_of(&stored, &[]);
    assert_eq!((&event["pinned"], &event["note"]), (&json!(true), &json!("twice")));
}

#[test]
fn a_fault_stands_after_the_source_and_a_forward_begins_with_its_state() {
    let mut stored = stored(b"<xml/>");
    let reply = stored.reply.as_mut().unwrap();
    reply.fault = Some("bom");
    let unsent = ServerAnswer::unsent("http://127.0.0.1:5000/".to_owned(), ForwardProblem::TooLate);
    reply.forwarded = Some(Box::new(unsent));
    let reply = json_of(&stored, &[])["reply"].clone();
    let members: Vec<&str> = reply.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(members.join(" "), "status body source fault elapsed_ms lint forward");
    assert_eq!((&reply["source"], &reply["fault"]), (&json!("default"), &json!("bom")));
    let forward: Vec<&str> = reply["forward"].as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!((forward[0], &reply["forward"]["state"]), ("state", &json!("late")));
}

#[test]
fn bytes_that_are_no_text_are_given_as_base64() {
    let event = json_of(&stored(b"<xml>\xff</xml>"), &[]);
    assert_eq!(event["kind"], "unreadable");
    assert_eq!(event["request"]["body_base64"], "PHhtbD7/PC94bWw+");
    assert_eq!(event["request"].get("body"), None);
}

#[test]
fn an_encrypted_event_has_its_message_and_a_finding_its_details() {
    let mut stored = stored(b"<xml><Encrypt>x</Encrypt></xml>");
    stored.capture.mode = Mode::Safe;
    stored.capture.message = None;
    assert_eq!(json_of(&stored, &[]).get("message"), Some(&Value::Null), "nobody could decrypt it");
    stored.capture.message = Some(b"<xml/>".to_vec());
    assert_eq!(json_of(&stored, &[])["message"], "<xml/>");
    stored.capture.message = Some(b"\xff".to_vec());
    assert_eq!(json_of(&stored, &[])["message_base64"], "/w==");
    let missing = diagnosis::Diagnosis::new(diagnosis::Code::ParameterMissing).with("name", "nonce");
    stored.capture.diagnoses = vec![missing, diagnosis::Diagnosis::new(diagnosis::Code::Bom)];
    let findings = json_of(&stored, &[])["diagnoses"].clone();
    assert_eq!((&findings[0]["details"], &findings[1]["details"]), (&json!({ "name": "nonce" }), &json!({})));
}

#[test]
fn pictures_are_linked_to_as_many_images_and_to_no_others() {
    let stored = stored(include_bytes!("../../../tests/fixtures/samples/pic_weixin.xml"));
    let linked = |images: &[CaptureId]| json_of(&stored, images)["decoded"]["pictures"][0]["image_event"].clone();
    assert_eq!(linked(&[CaptureId(18)]), json!(18));
    assert_eq!(linked(&[CaptureId(18), CaptureId(19)]), Value::Null);
}
