//! The real binary where it reads WeChat's alarm messages.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

#[path = "common/command.rs"]
mod command;

use command::{Listening, complaint, run, stdout};
use serde_json::Value;

#[test]
fn an_alarm_finds_its_event_with_what_was_answered() {
    let data = tempfile::tempdir().unwrap();
    let listening = Listening::start(data.path(), &[]);
    let send = ["send", "VIEW", "CLICK", "--openid", "oUser", "--set", "CreateTime=1408090606", "--to", &listening.url];
    assert!(run(data.path(), &send).status.success());
    let alarm = |openid: &str, event: &str| {
        let text = format!(
            "Appid: wx0123456789abcdef\n内容: 微信服务器向公众号推送消息或事件后，开发者5秒内没有返回\n次数: 5分钟 30次\n\
             错误样例: [OpenID={openid}][Stamp=1408090606][Event={event}]\n"
        );
        let path = data.path().join("alarm.txt");
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let found = run(data.path(), &["alarm", &alarm("oUser", "Click Menu Url"), "--json"]);
    assert_eq!(found.status.code(), Some(0), "{}", complaint(&found));
    let object: Value = serde_json::from_slice(&found.stdout).unwrap();
    let alarm_json = &object["alarms"][0];
    assert_eq!(alarm_json["kind"], "request-timeout");
    let events = alarm_json["examples"][0]["events"].as_array().unwrap();
    assert_eq!(events.len(), 1);
    assert_eq!((&events[0]["kind"], &events[0]["reply"]["body"]), (&Value::from("VIEW"), &Value::from("success")));
    let listed = run(data.path(), &["alarm", &alarm("oUser", "Click Menu")]);
    let text = stdout(&listed);
    assert!(text.contains("CLICK") && text.contains("200 default"), "{text}");
    let other = run(data.path(), &["alarm", &alarm("oOther", "Click Menu")]);
    assert_eq!(other.status.code(), Some(1));
    assert!(stdout(&other).contains("not captured") && complaint(&other).contains("OpenID"));
}

#[test]
fn a_text_without_an_alarm_is_1_and_a_file_that_is_not_there_2() {
    let data = tempfile::tempdir().unwrap();
    let path = data.path().join("note.txt");
    std::fs::write(&path, "hello").unwrap();
    let none = run(data.path(), &["alarm", path.to_str().unwrap()]);
    assert_eq!(none.status.code(), Some(1));
    assert!(complaint(&none).contains("no alarm"));
    assert_eq!(run(data.path(), &["alarm", "/nowhere"]).status.code(), Some(2));
}
