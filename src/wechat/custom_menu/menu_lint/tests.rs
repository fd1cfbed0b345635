//! Tests of the lint of menus: every documented errcode, warnings, and places.

use super::*;

/// The findings as code, errcode and line.
fn found(text: &str) -> Vec<(&'static str, Option<u32>)> {
    let findings = lint(text.as_bytes()).unwrap();
    findings.iter().map(|finding| (finding.code.as_str(), finding.errcode())).collect()
}

fn bar(buttons: &str) -> String {
    format!(r#"{{"button":[{buttons}]}}"#)
}

fn sub(button: &str) -> String {
    bar(&format!(r#"{{"name":"P","sub_button":[{button}]}}"#))
}

fn click(name: &str, key: &str) -> String {
    format!(r#"{{"type":"click","name":"{name}","key":"{key}"}}"#)
}

#[test]
fn a_sound_menu_has_no_finding() {
    assert_eq!(found(&bar(&click("A", "K"))), []);
    let view = r#"{"type":"view","name":"V","url":"https://e.com/"}"#;
    assert_eq!(found(&sub(&format!("{},{view}", click("A", "K")))), []);
    let mini = r#"{"type":"miniprogram","name":"M","url":"http://e.com","appid":"wx286b93c14bbf93aa","pagepath":"pages/index"}"#;
    assert_eq!(found(&bar(mini)), []);
}

#[test]
fn every_documented_errcode_of_a_menu_has_its_finding() {
    let four = vec![click("A", "K"); 4].join(",");
    let six: Vec<String> = (0..6).map(|index| click("A", &format!("K{index}"))).collect();
    let third = r#"{"name":"S","sub_button":[{"type":"click","name":"A","key":"K"}]}"#;
    let long_name = "菜".repeat(6);
    let sub_name = "菜".repeat(21);
    let url = |url: &str| format!(r#"{{"type":"view","name":"V","url":"{url}"}}"#);
    let long_url = url(&format!("http://e.com/{}", "x".repeat(1_020)));
    let cases: [(String, &str, Option<u32>); 27] = [
        (bar(""), "button-count", Some(40_016)),
        (bar(&four), "button-count", Some(40_016)),
        (bar(r#"{"type":"klick","name":"A","key":"K"}"#), "type-unknown", Some(40_017)),
        (bar(r#"{"type":"Click","name":"A","key":"K"}"#), "type-case", Some(40_017)),
        (bar(r#"{"type":"text","name":"A","value":"K"}"#), "type-console", Some(40_017)),
        (bar(r#"{"name":"A"}"#), "type-missing", Some(40_017)),
        (bar(&click(&long_name, "K")), "name-too-long", Some(40_018)),
        (bar(r#"{"type":"click","key":"K"}"#), "name-missing", Some(40_018)),
        (bar(&click("A", &"k".repeat(129))), "key-too-long", Some(40_019)),
        (bar(r#"{"type":"click","name":"A"}"#), "member-missing", Some(40_019)),
        (bar(&long_url), "url-too-long", Some(40_020)),
        (sub(third), "sub-button-level", Some(40_022)),
        (sub(&six.join(",")), "sub-button-count", Some(40_023)),
        (sub(r#"{"type":"klick","name":"A","key":"K"}"#), "type-unknown", Some(40_024)),
        (sub(&click(&sub_name, "K")), "name-too-long", Some(40_025)),
        (sub(&click("A", &"k".repeat(129))), "key-too-long", Some(40_026)),
        (sub(&long_url), "url-too-long", Some(40_027)),
        (bar(&click("\\u83dc", "K")), "text-escaped", Some(40_033)),
        (sub(&url("www.qq.com")), "url-invalid", Some(40_054)),
        (bar(&url("www.qq.com")), "url-invalid", Some(40_055)),
        (bar(r#"{"type":"media_id","name":"A"}"#), "member-missing", Some(40_007)),
        (
            bar(
                r#"{"type":"miniprogram","name":"A","url":"http://e.com","appId":"wx286b93c14bbf93aa","pagepath":"p"}"#,
            ),
            "member-misspelt",
            Some(40_013),
        ),
        (bar(r#"{"type":"article_id","name":"A"}"#), "member-missing", Some(53_600)),
        (
            bar(r#"{"type":"miniprogram","name":"A","url":"http://e.com","appid":"wx286b93c14bbf93aa"}"#),
            "member-missing",
            Some(40_165),
        ),
        (
            bar(r#"{"type":"miniprogram","name":"A","url":"http://e.com","appid":"bad","pagepath":"p"}"#),
            "appid-invalid",
            Some(40_013),
        ),
        (bar(r#"{"type":"click","name":5,"key":"K"}"#), "wrong-type", Some(47_001)),
        ("{\"button\":[],}".to_owned(), "not-json", Some(47_001)),
    ];
    for (text, code, errcode) in cases {
        assert!(found(&text).contains(&(code, errcode)), "{code}: {:?} in {text}", found(&text));
    }
}

#[test]
fn what_weixin_takes_and_phones_cut_is_a_warning() {
    let cases = [
        (bar(&click("五个汉字名", "K")), "name-cut"),
        (bar(r#"{"type":"view","name":"V","url":"http://e.com","key":"K"}"#), "member-superfluous"),
        (sub(&format!("{},{}", click("A", "K"), click("B", "K"))), "key-repeated"),
        (bar(r#"{"type":"click","name":"P","sub_button":[{"type":"click","name":"A","key":"K"}]}"#), "type-of-parent"),
        (bar(r#"{"type":"media_id","name":"A","media_id":"M"}"#), "never-pushes"),
        (bar(&click("A\\n", "K")), "name-control"),
        (
            bar(r#"{"type":"miniprogram","name":"A","url":"http://e.com","appid":"wx1","pagepath":"p"}"#),
            "appid-unusual",
        ),
        (bar(r#"{"type":"pic_weixin","name":"A","key":"K"}"#), "needs-new-phone"),
    ];
    for (text, code) in cases {
        assert_eq!(found(&text), [(code, None)], "{text}");
    }
}

#[test]
fn conditional_menus_need_a_rule_that_still_exists() {
    let menu = |rule: &str| format!(r#"{{"button":[{}],"matchrule":{rule}}}"#, click("A", "K"));
    let codes = |rule: &str| -> Vec<_> {
        found(&menu(rule)).into_iter().filter(|(code, _)| *code != "default-menu-needed").collect()
    };
    assert_eq!(codes(r#"{"tag_id":"2","client_platform_type":"1"}"#), []);
    assert_eq!(codes("{}"), [("rule-empty", Some(65_304))]);
    assert_eq!(codes(r#"{"sex":"1","tag_id":"2"}"#), [("rule-withdrawn", Some(65_320))]);
    assert_eq!(codes(r#"{"client_platform_type":"4"}"#), [("rule-value", Some(40_035))]);
    assert_eq!(codes(r#"{"tag_id":"2","tagid":"2"}"#), [("rule-unknown", None)]);
    let get = format!(r#"{{"conditionalmenu":[{}]}}"#, menu(r#"{"tag_id":"2"}"#));
    assert_eq!(found(&get), [("default-menu-missing", Some(65_303))]);
    let url = |host: &str| format!(r#"{{"type":"view","name":"V","url":"http://{host}/"}}"#);
    let urls = ["a.com", "b.com", "c.com", "d.com", "mp.weixin.qq.com"].map(url).join(",");
    let menu = format!(r#"{{"button":[{{"name":"P","sub_button":[{urls}]}}],"matchrule":{{"tag_id":"2"}}}}"#);
    assert!(found(&menu).contains(&("url-domains", Some(65_316))));
}

#[test]
fn places_point_at_the_value() {
    let findings =
        lint("{\"button\":[\n  {\"type\": \"click\", \"name\": \"A\",\n   \"key\": \"\\u0041\"}]}".as_bytes());
    let finding = &findings.unwrap()[0];
    let place = finding.place.unwrap();
    assert_eq!((finding.code, place.line, place.column, finding.length), (MenuCode::TextEscaped, 3, 11, 8));
}

#[test]
fn menus_of_the_console_are_read_without_being_refused() {
    let info = r#"{"is_menu_open":1,"selfmenu_info":{"button":[{"type":"news","name":"N","value":"M","news_info":{"list":[]}}]}}"#;
    assert_eq!(found(info), [("never-pushes", None)]);
    assert!(found(&info.replace(":1,", ":0,")).contains(&("menu-closed", None)));
}

#[test]
fn of_members_that_come_twice_the_last_is_judged() {
    let view = bar(r#"{"type":"click","name":"A","key":"K","type":"view"}"#);
    let expected = [("member-missing", Some(40_020)), ("member-superfluous", None), ("member-repeated", None)];
    assert_eq!(found(&view), expected);
    let lists = format!(r#"{{"button":[{}],"button":[{}]}}"#, vec![click("A", "K"); 4].join(","), click("B", "K"));
    assert_eq!(found(&lists), [("member-repeated", None)]);
}

#[test]
fn an_account_without_a_menu_is_no_error() {
    assert_eq!(found(r#"{"is_menu_open":0,"selfmenu_info":{"button":[]}}"#), [("menu-closed", None)]);
    assert_eq!(found(r#"{"is_menu_open":0}"#), [("menu-closed", None)]);
    assert_eq!(found(r#"{"is_menu_open":1,"selfmenu_info":{"button":[]}}"#), []);
}

#[test]
fn findings_are_limited() {
    let many = bar(&vec![r#"{"type":"x"}"#; 3_000].join(","));
    assert_eq!(found(&many).len(), MAX_FINDINGS);
}
