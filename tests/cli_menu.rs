//! The real binary where it knows menus: `menu show`, `lint`, `coverage`, `resolve` and `send`.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

#[path = "common/command.rs"]
mod command;
#[path = "cli_menu/fetched.rs"]
mod fetched;
#[path = "common/platform.rs"]
mod platform;
#[path = "cli_menu/sending.rs"]
mod sending;

use std::io::Write as _;
use std::path::Path;
use std::process::{Output, Stdio};

use command::{Listening, complaint, menuscope, run, stdout};
use serde_json::{Value, json};

/// A menu of every type, with a conditional one beside it.
fn menu() -> Value {
    json!({
        "menu": { "menuid": 208_396_938, "button": [
            { "type": "click", "name": "今日歌曲", "key": "V1001", "sub_button": [] },
            { "name": "菜单", "sub_button": [
                { "type": "view", "name": "搜索", "url": "http://www.soso.com/" },
                { "type": "scancode_waitmsg", "name": "扫码", "key": "rselfmenu_0_0" },
                { "type": "miniprogram", "name": "wxa", "url": "http://mp.weixin.qq.com", "appid": "wx286b93c14bbf93aa",
                  "pagepath": "pages/lunar/index" },
                { "type": "location_select", "name": "位置", "key": "rselfmenu_2_0" },
                { "type": "media_id", "name": "图片", "media_id": "MEDIA_ID1" },
            ] },
        ] },
        "conditionalmenu": [
            { "menuid": 208_396_993, "matchrule": { "tag_id": "2", "client_platform_type": "1" },
              "button": [{ "type": "click", "name": "VIP", "key": "VIP" }] },
        ],
    })
}

fn write(folder: &Path, menu: &Value) -> String {
    let path = folder.join("menu.json");
    std::fs::write(&path, menu.to_string()).unwrap();
    path.to_str().unwrap().to_owned()
}

fn json_of(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", complaint(output)))
}

fn lint_stdin(data: &Path, text: &[u8]) -> Output {
    let mut command = menuscope(data, &["menu", "lint", "-", "--json"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn a_menu_is_shown_with_the_push_of_each_button() {
    let data = tempfile::tempdir().unwrap();
    let file = write(data.path(), &menu());
    let shown = json_of(&run(data.path(), &["menu", "show", &file, "--json"]));
    assert_eq!(shown["shape"], "menu/get");
    let buttons = &shown["default"]["buttons"];
    assert_eq!((&buttons[0]["pushes"], &buttons[0]["event_key"]), (&json!("CLICK"), &json!("V1001")));
    let below = &buttons[1]["sub_buttons"];
    assert_eq!((&below[2]["path"], &below[2]["pushes"]), (&json!("2.3"), &json!("view_miniprogram")));
    assert_eq!((&below[4]["pushes"], &below[4]["media_id"]), (&Value::Null, &json!("MEDIA_ID1")));
    let listed = run(data.path(), &["menu", "show", &file]);
    let text = stdout(&listed);
    assert!(text.contains("  1  今日歌曲  click  → CLICK V1001"), "{text}");
    assert!(text.contains("    2.5  图片  media_id  never: WeChat answers by itself"), "{text}");
}

#[test]
fn the_lint_names_the_errcode_the_place_and_exits_with_1() {
    let data = tempfile::tempdir().unwrap();
    let sound = lint_stdin(data.path(), menu().to_string().as_bytes());
    assert_eq!((sound.status.code(), &json_of(&sound)["legal"]), (Some(0), &json!(true)));
    let four = b"{\"button\":[\n{\"type\":\"click\",\"name\":\"a\",\"key\":\"1\"},{\"type\":\"click\",\"name\":\"b\",\"key\":\"2\"},\n\
                 {\"type\":\"click\",\"name\":\"c\",\"key\":\"3\"},\n{\"type\":\"click\",\"name\":\"d\",\"key\":\"4\"}]}";
    let refused = lint_stdin(data.path(), four);
    let finding = &json_of(&refused)["findings"][0];
    assert_eq!(
        (refused.status.code(), &finding["code"], &finding["errcode"]),
        (Some(1), &json!("button-count"), &json!(40_016))
    );
    assert_eq!((&finding["place"]["line"], &finding["place"]["column"]), (&json!(4), &json!(1)));
    let comment = lint_stdin(data.path(), b"{\n// the menu\n\"button\":[]}");
    let finding = &json_of(&comment)["findings"][0];
    assert_eq!(
        (&finding["code"], &finding["errcode"], &finding["place"]["line"]),
        (&json!("not-json"), &json!(47_001), &json!(2))
    );
}

#[test]
fn what_is_no_menu_is_an_error_with_its_reason() {
    let data = tempfile::tempdir().unwrap();
    for (text, reason) in [
        (r#"{"errcode":40001,"errmsg":"invalid credential"}"#, "40001 (invalid credential)"),
        ("{}", "selfmenu_info"),
        (
            r#"{"errcode":40164,"errmsg":"invalid ip 203.0.113.7 ipv6 ::1, not in whitelist"}"#,
            "the address 203.0.113.7 of this",
        ),
        (r#"{"errcode":48001,"errmsg":"api unauthorized"}"#, "it is not verified"),
        (r#"{"errcode":0,"errmsg":"ok"}"#, "a call was carried out (errcode 0), and it holds no menu"),
        ("<xml/>", "XML"),
        ("<html>\n<body>", "this is XML or HTML"),
        (r#"{"button":{}}"#, "button is not a list: line 1, column 11"),
    ] {
        let refused = lint_stdin(data.path(), text.as_bytes());
        assert_eq!(refused.status.code(), Some(2), "{text}");
        assert!(complaint(&refused).contains(reason), "{}", complaint(&refused));
    }
    let absent = run(data.path(), &["menu", "show", "/nowhere/menu.json"]);
    assert_eq!(absent.status.code(), Some(2));
    assert!(complaint(&absent).contains("/nowhere/menu.json"));
}

#[test]
fn a_users_menu_is_resolved_with_the_reason() {
    let data = tempfile::tempdir().unwrap();
    let file = write(data.path(), &menu());
    let resolved = |tag: &str, platform: &str| {
        json_of(&run(data.path(), &["menu", "resolve", &file, "--tag", tag, "--platform", platform, "--json"]))
    };
    let vip = resolved("2", "ios");
    assert_eq!((&vip["menu"], &vip["menu_id"]), (&json!("conditional"), &json!("208396993")));
    let android = resolved("2", "android");
    assert_eq!((&android["menu"], &android["tried"][0]["outcome"]), (&json!("default"), &json!("other-platform")));
    assert_eq!(resolved("3", "ios")["tried"][0]["outcome"], "other-tag");
    let told = run(data.path(), &["menu", "resolve", &file, "--tag", "2", "--platform", "ios"]);
    let text = stdout(&told);
    assert!(text.starts_with("This user sees the conditional menu menuid 208396993"), "{text}");
}

#[test]
fn every_button_that_is_tapped_is_covered() {
    let data = tempfile::tempdir().unwrap();
    let file = write(data.path(), &menu());
    let before = run(data.path(), &["menu", "coverage", &file, "--all"]);
    assert_eq!(before.status.code(), Some(1), "nothing was captured yet");
    let listening = Listening::start(data.path(), &[]);
    let one = run(data.path(), &["menu", "send", &file, "--button", "菜单/扫码", "--to", &listening.url, "--json"]);
    assert_eq!(one.status.code(), Some(0), "{}", complaint(&one));
    let sent = run(data.path(), &["menu", "send", &file, "--to", &listening.url]);
    assert_eq!(sent.status.code(), Some(0), "{}", complaint(&sent));
    assert!(run(data.path(), &["send", "CLICK", "--key", "OLD", "--to", &listening.url]).status.success());
    let covered = json_of(&run(data.path(), &["menu", "coverage", &file, "--json"]));
    let of = |path: &str| covered["buttons"].as_array().unwrap().iter().find(|button| button["path"] == path).unwrap();
    assert_eq!((&of("2.2")["count"], &of("2.2")["state"]), (&json!(2), &json!("seen")));
    assert_eq!((&of("2.3")["count"], &of("2.3")["outcomes"]["legal"]), (&json!(1), &json!(1)));
    assert_eq!(of("2.5")["state"], "cannot-be-seen");
    assert_eq!(
        (&covered["in_no_button"][0]["event_key"], &covered["in_no_button"][0]["count"]),
        (&json!("OLD"), &json!(1))
    );
    // The conditional menu's own button was tapped as well.
    assert_eq!(run(data.path(), &["menu", "coverage", &file, "--all"]).status.code(), Some(0));
    let listed = run(data.path(), &["menu", "coverage", &file]);
    let rows: Vec<&str> = stdout(&listed).lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(rows[..9], ["BUTTON", "1", "2", "2.1", "2.2", "2.3", "2.4", "2.5", "208396993:1"]);
    let narrowed = json_of(&run(data.path(), &["menu", "coverage", &file, "event:VIEW", "--json"]));
    assert_eq!(narrowed["buttons"][1]["count"], 0, "the parent has none");
    let taps: u64 =
        narrowed["buttons"].as_array().unwrap().iter().map(|button| button["count"].as_u64().unwrap()).sum();
    assert_eq!(taps, 1);
}

#[test]
fn the_taps_of_a_named_account_are_its_own() {
    let data = tempfile::tempdir().unwrap();
    let accounts = "[account.a]\npath = \"/a\"\n[account.b]\npath = \"/b\"\n";
    std::fs::write(data.path().join("config.toml"), accounts).unwrap();
    let file = write(data.path(), &menu());
    let listening = Listening::start(data.path(), &[]);
    for (path, key) in [("a", "V1001"), ("b", "V1001"), ("b", "OTHER")] {
        let url = format!("{}/{path}", listening.url);
        assert!(run(data.path(), &["send", "CLICK", "--key", key, "--to", &url]).status.success());
    }
    let covered = |arguments: &[&str]| {
        let covered = json_of(&run(data.path(), &[&["menu", "coverage", &file, "--json"], arguments].concat()));
        let stray = covered["in_no_button"].as_array().unwrap().iter().map(|stray| stray["event_key"].clone());
        (covered["buttons"][0]["count"].clone(), stray.collect::<Vec<_>>())
    };
    assert_eq!(covered(&[]), (json!(2), vec![json!("OTHER")]));
    assert_eq!(covered(&["--account", "a"]), (json!(1), vec![]));
    assert_eq!(covered(&["--account", "b"]), (json!(1), vec![json!("OTHER")]));
    assert_eq!(covered(&["--account", "b", "key:V1001"]), (json!(1), vec![]));
}

#[test]
fn what_we_send_ourselves_is_no_tap() {
    let data = tempfile::tempdir().unwrap();
    let file = write(data.path(), &menu());
    let listening = Listening::start(data.path(), &[]);
    assert!(run(data.path(), &["send", "CLICK", "--key", "V1001", "--to", &listening.url]).status.success());
    assert!(run(data.path(), &["replay", "1", "--to", &listening.url]).status.success());
    assert!(run(data.path(), &["replay", "1", "--mode", "fresh", "--to", &listening.url]).status.success());
    let url = format!("{}/wx", listening.url);
    run(data.path(), &["doctor", "--url", &url, "--allow-local"]);
    let own = json_of(&run(data.path(), &["events", "is:replay key:menuscope_doctor_*", "--json"]));
    assert_eq!(own["event_key"].as_str().map(|key| key.starts_with("menuscope_doctor_")), Some(true));
    let covered = |filter: &[&str]| {
        let covered = json_of(&run(data.path(), &[&["menu", "coverage", &file, "--json"], filter].concat()));
        (covered["buttons"][0]["count"].clone(), covered["in_no_button"].clone())
    };
    assert_eq!(covered(&[]), (json!(1), json!([])));
    assert_eq!(covered(&["event:CLICK"]), (json!(1), json!([])));
    // Where a person asks for them, they are there.
    assert_eq!(covered(&["is:replay key:V1001"]), (json!(2), json!([])));
}

#[test]
fn text_output_is_of_one_language_and_names_the_errcode() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("bad.json");
    std::fs::write(&file, r#"{"button":[{"type":"click","name":"aaaaaaaaaaaaaaaaa","key":"k"}]}"#).unwrap();
    let file = file.to_str().unwrap();
    let said = |language: &str, arguments: &[&str]| {
        stdout(&menuscope(data.path(), arguments).env("LC_ALL", language).output().unwrap()).to_owned()
    };
    let english = said("en_US.UTF-8", &["menu", "lint", file]);
    assert!(
        english.starts_with("Error [name-too-long] errcode 40018, line 1, column 35: The name has 17 bytes"),
        "{english}"
    );
    let chinese = said("zh_CN.UTF-8", &["menu", "lint", file]);
    assert!(chinese.starts_with("错误 [name-too-long] errcode 40018，第 1 行第 35 列: 名称有 17 字节"), "{chinese}");
    let covered = said("zh_CN.UTF-8", &["menu", "coverage", file]);
    let heading: Vec<&str> = covered.lines().next().unwrap().split_whitespace().collect();
    assert_eq!(heading[..5], ["按钮", "名称", "推送", "状态", "点击次数"]);
    assert!(covered.contains("从未触发"), "{covered}");
    let listening = Listening::start(data.path(), &[]);
    let tapped = |language: &str| said(language, &["menu", "send", file, "--to", &listening.url]);
    let (english, chinese) = (tapped("en_US.UTF-8"), tapped("zh_CN.UTF-8"));
    assert!(english.starts_with("1 aaaaaaaaaaaaaaaaa  200 after "), "{english}");
    assert!(chinese.contains(" ms 后返回 200  success\n") && !chinese.contains("after"), "{chinese}");
}

#[test]
fn a_key_in_no_button_is_named_after_the_former_menu_that_had_it() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("menus/account-default");
    std::fs::create_dir_all(&folder).unwrap();
    let former = json!({ "button": [{ "type": "click", "name": "往期", "key": "OLD" }] });
    std::fs::write(folder.join("1700000000000000.json"), former.to_string()).unwrap();
    let file = write(data.path(), &menu());
    let listening = Listening::start(data.path(), &[]);
    for key in ["OLD", "NOWHERE"] {
        assert!(run(data.path(), &["send", "CLICK", "--key", key, "--to", &listening.url]).status.success());
    }
    let covered = json_of(&run(data.path(), &["menu", "coverage", &file, "--json"]));
    let stray = covered["in_no_button"].as_array().unwrap();
    let of = |key: &str| stray.iter().find(|stray| stray["event_key"] == key).unwrap();
    assert_eq!(of("OLD")["former"], json!({ "since": "2023-11-14T22:13:20Z", "path": "1", "name": "往期" }));
    assert_eq!((&of("NOWHERE")["former"], &of("NOWHERE")["last_outcome"]), (&Value::Null, &json!("legal")));
    let told = run(data.path(), &["menu", "coverage", &file]);
    assert!(stdout(&told).contains("CLICK OLD, 1 tap (button 1 往期 of the menu of 2023-11-1"), "{}", stdout(&told));
}
