//! The loop that agents are taught: wait, explain, fix, replay. A fault is found and mended through it alone.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;

use crate::common::TestListener;
use crate::session::Session;
use crate::target::TargetServer;
use crate::{OPENID, text_message};

/// The developer's handler: it answers with a text, addressed back to the wrong side until it is mended.
fn reply(is_mended: bool) -> String {
    let (to, from) = if is_mended { (OPENID, "gh_e136c6e50636") } else { ("gh_e136c6e50636", OPENID) };
    format!(
        "<xml><ToUserName><![CDATA[{to}]]></ToUserName><FromUserName><![CDATA[{from}]]></FromUserName>\
         <CreateTime>1408090502</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[hello]]></Content></xml>"
    )
}

#[test]
fn a_fault_is_found_through_wait_and_explain_and_its_mending_is_shown_by_replay() {
    let is_mended = Arc::new(AtomicBool::new(false));
    let handler = Arc::clone(&is_mended);
    let server = TargetServer::start(move |_| Some(reply(handler.load(Ordering::Relaxed))));
    let url = server.url("/wx");
    let listener =
        TestListener::with(&format!("[listener]\nforward = \"{url}\"\n[targets.dev]\nurl = \"{url}\"\n"), "");
    let mut session = Session::start(listener.folder.path(), &["--allow-send"]);
    session.initialize("2025-11-25");
    let after = session.call("status", json!({}))["database"]["last_id"].clone();
    let waiting = session.send_call("wait_for_event", json!({ "filter": "type:text", "after": after }), None);
    listener.post("/wx", &text_message("hello"));
    let found = session.answer_to(waiting)["result"]["structuredContent"].clone();
    let id = found["event"]["id"].clone();

    let explained = session.call("explain_event", json!({ "id": id }));
    assert_eq!(explained["well"], false, "{explained}");
    let findings = explained["reply"]["lint"].as_array().unwrap();
    let codes: Vec<_> = findings.iter().map(|finding| finding["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["to-from-not-swapped"], "{explained}");
    assert!(findings[0]["remedy"].as_str().unwrap().contains("ToUserName"), "{explained}");
    assert!(explained["user_saw"]["message"].is_string(), "{explained}");

    let unmended = session.call("replay", json!({ "ids": [id], "to": "dev" }));
    assert_eq!((&unmended["answers"][0]["verdict"], &unmended["well"]), (&json!("same"), &json!(false)));
    is_mended.store(true, Ordering::Relaxed);
    let mended = session.call("replay", json!({ "ids": [id], "to": "dev" }));
    assert_eq!((&mended["answers"][0]["verdict"], &mended["well"]), (&json!("fixed"), &json!(true)), "{mended}");
    // The record says so, too.
    let explained = session.call("explain_event", json!({ "id": id }));
    assert_eq!(explained["replay"]["verdict"], "fixed");
}
