//! Menus as programs and WeChat itself write them: read, linted by every documented errcode, and tapped.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

use std::collections::BTreeSet;
use std::path::Path;

use menuscope::account::Account;
use menuscope::coverage::{DatedMenu, MenuHistory, TapMoment};
use menuscope::sample;
use menuscope::wechat::custom_menu::{MenuDraft, MenuError, MenuFile, MenuShape, lint};
use menuscope::wechat::tree::Tree;
use proptest::prelude::*;
use serde_json::{Value, json};

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/menus").join(name)).unwrap()
}

/// The codes of the findings, each once.
fn codes(payload: &[u8]) -> BTreeSet<&'static str> {
    lint(payload).unwrap().iter().map(|finding| finding.code.as_str()).collect()
}

#[test]
fn menus_of_every_shape_are_read_with_all_their_buttons() {
    for (name, shape, buttons, conditional, found) in [
        ("create_nested.json", MenuShape::Create, 6, 0, &[][..]),
        ("create_new_types.json", MenuShape::Create, 13, 0, &["needs-new-phone", "never-pushes"][..]),
        ("get_with_nulls.json", MenuShape::Get, 3, 2, &["rule-withdrawn"]),
        ("addconditional.json", MenuShape::AddConditional, 0, 1, &["default-menu-needed"]),
        ("selfmenu_of_the_console.json", MenuShape::SelfMenu, 7, 0, &["never-pushes"]),
        ("selfmenu_of_the_api.json", MenuShape::SelfMenu, 4, 0, &["menu-closed", "never-pushes"]),
    ] {
        let payload = fixture(name);
        let file = MenuFile::read(&payload).unwrap_or_else(|error| panic!("{name}: {error}"));
        let count = file.default.as_ref().map_or(0, |menu| menu.all_buttons().len());
        assert_eq!((file.shape, count, file.conditional.len()), (shape, buttons, conditional), "{name}");
        assert_eq!(codes(&payload), found.iter().copied().collect(), "{name}");
        for menu in file.menus() {
            // What is copied from the board is the same menu.
            let again = MenuFile::read(MenuDraft::of(menu).to_json().as_bytes()).unwrap();
            assert_eq!(MenuDraft::of(again.menus().next().unwrap()), MenuDraft::of(menu), "{name}");
        }
    }
}

fn bar(buttons: &Value) -> String {
    json!({ "button": buttons }).to_string()
}

fn below(button: &Value) -> String {
    bar(&json!([{ "name": "P", "sub_button": [button] }]))
}

fn conditional(rule: &Value, buttons: &Value) -> String {
    json!({ "button": buttons, "matchrule": rule }).to_string()
}

/// A menu for each errcode that the documentation of menus names and that a menu alone can give.
fn refused() -> Vec<(u32, String)> {
    let click = |name: &str, key: &str| json!({ "type": "click", "name": name, "key": key });
    let view = |url: &str| json!({ "type": "view", "name": "V", "url": url });
    let six: Vec<Value> = (0..6).map(|number| click("A", &format!("K{number}"))).collect();
    let (long_key, long_url) = ("k".repeat(129), format!("http://e.com/{}", "u".repeat(1_020)));
    let third = json!({ "name": "S", "sub_button": [click("A", "K")] });
    let hosts = ["a", "b", "c", "d"].map(|host| view(&format!("http://{host}.com/")));
    let four_domains = conditional(&json!({ "tag_id": "2" }), &json!([{ "name": "P", "sub_button": hosts }]));
    let one = json!([click("A", "K")]);
    vec![
        (40_007, bar(&json!([{ "type": "media_id", "name": "A" }]))),
        (40_013, bar(&json!([{ "type": "miniprogram", "name": "A", "url": "http://e.com", "pagepath": "p" }]))),
        (40_016, bar(&json!([]))),
        (40_017, bar(&json!([{ "type": "tap", "name": "A", "key": "K" }]))),
        (40_018, bar(&json!([click("十七个字节的名称", "K")]))),
        (40_019, bar(&json!([click("A", &long_key)]))),
        (40_020, bar(&json!([view(&long_url)]))),
        (
            40_013,
            bar(
                &json!([{ "type": "miniprogram", "name": "A", "url": "http://e.com", "appid": "bad", "pagepath": "p" }]),
            ),
        ),
        (40_022, below(&third)),
        (40_023, bar(&json!([{ "name": "P", "sub_button": six }]))),
        (40_024, below(&json!({ "type": "tap", "name": "A", "key": "K" }))),
        (40_025, below(&click(&"名".repeat(21), "K"))),
        (40_026, below(&click("A", &long_key))),
        (40_027, below(&view(&long_url))),
        (40_033, "{\"button\":[{\"type\":\"click\",\"name\":\"\\u4eca\",\"key\":\"K\"}]}".to_owned()),
        (40_035, conditional(&json!({ "client_platform_type": "9" }), &one)),
        (40_054, below(&view("ftp://e.com/"))),
        (40_055, bar(&json!([view("e.com")]))),
        (
            40_165,
            bar(&json!([{ "type": "miniprogram", "name": "A", "url": "http://e.com", "appid": "wx286b93c14bbf93aa" }])),
        ),
        (47_001, "{\"button\":[".to_owned()),
        (53_600, bar(&json!([{ "type": "article_id", "name": "A" }]))),
        (65_303, json!({ "conditionalmenu": [{ "button": one, "matchrule": { "tag_id": "2" } }] }).to_string()),
        (65_304, conditional(&json!({}), &one)),
        (65_316, four_domains),
        (65_320, conditional(&json!({ "language": "zh_CN" }), &one)),
    ]
}

#[test]
fn every_documented_errcode_has_a_menu_that_gets_it_with_place_and_remedy_in_both_languages() {
    for (errcode, menu) in refused() {
        let findings = lint(menu.as_bytes()).unwrap();
        let Some(finding) = findings.iter().find(|finding| finding.errcode() == Some(errcode)) else {
            panic!("{errcode}: {findings:?} in {menu}")
        };
        let place = finding.place.unwrap_or_else(|| panic!("{errcode} has no place"));
        assert!(place.line >= 1 && place.column >= 1);
        for language in menuscope::texts::Language::ALL {
            for words in [finding.message(language), finding.remedy(language)] {
                assert!(
                    !words.is_empty() && !words.contains("%{") && !words.contains("menu_lint"),
                    "{errcode}: {words}"
                );
            }
        }
    }
}

#[test]
fn giants_and_damaged_menus_are_errors_with_their_place() {
    let many = bar(&Value::from(vec![json!({ "type": "click", "name": "A", "key": "K" }); 10_000]));
    let deep = format!("{{\"button\":[{}{}]}}", "{\"name\":\"A\",\"sub_button\":[".repeat(20), "]}".repeat(20));
    let long = bar(&json!([{ "type": "click", "name": "名".repeat(1 << 20), "key": "K" }]));
    for (name, text, code, errcode) in [
        ("many", many, "button-count", Some(40_016)),
        ("deep", deep, "sub-button-level", Some(40_022)),
        ("long", long, "too-large", None),
        ("comment", "{\n  // the menu\n  \"button\": []\n}".to_owned(), "not-json", Some(47_001)),
        ("comma", "{\"button\": [],}".to_owned(), "not-json", Some(47_001)),
        ("empty", String::new(), "not-json", Some(47_001)),
        ("number", bar(&json!([{ "type": "click", "name": 5, "key": "K" }])), "wrong-type", Some(47_001)),
        ("list", bar(&json!([{ "type": ["click"], "name": "A", "key": "K" }])), "wrong-type", Some(47_001)),
    ] {
        let findings = lint(text.as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let finding = findings.iter().find(|finding| finding.code.as_str() == code);
        let finding = finding.unwrap_or_else(|| panic!("{name}: {findings:?}"));
        assert_eq!(finding.errcode(), errcode, "{name}");
        assert!(finding.place.is_some() || name == "empty", "{name} has no place");
    }
    let place_of = |text: &str, code: &str| {
        let findings = lint(text.as_bytes()).unwrap();
        let finding = findings.iter().find(|finding| finding.code.as_str() == code).unwrap();
        (findings.len(), finding.place.unwrap().offset, finding.message(menuscope::texts::Language::English))
    };
    let many = bar(&Value::from(vec![json!({ "type": "click", "name": "A", "key": "K" }); 10_000]));
    let fourth = many.match_indices('{').nth(4).unwrap().0;
    let said = "The menu has 10000 buttons; WeChat takes 1 to 3".to_owned();
    assert_eq!(place_of(&many, "button-count"), (1, fourth, said));
    for levels in [4, 20, 5_000] {
        let deep = format!(
            "{{\"button\":[{}",
            "{\"name\":\"A\",\"type\":\"click\",\"key\":\"K\",\"sub_button\":[".repeat(levels)
        );
        let deep = format!("{deep}{}]}}", "]}".repeat(levels));
        let third = deep.match_indices("{\"name").nth(2).unwrap().0;
        let (_, at, _) = place_of(&deep, "sub-button-level");
        assert_eq!(at, third, "the first sub-button that is too deep, of {levels} levels");
    }
    let lists = format!("{{\"button\":{}", "[".repeat(5_000));
    let error = lint(lists.as_bytes()).unwrap_err().to_string();
    assert!(error.contains("its values nest more than 32 levels deep: line 1, column "), "{error}");
    let with_bom = [&b"\xEF\xBB\xBF"[..], fixture("create_nested.json").as_slice()].concat();
    assert_eq!(codes(&with_bom), ["bom"].into());
    for (text, at) in [
        ("{\"button\": 5}", (1, 12)),
        ("{\"button\": [\n  5]}", (2, 3)),
        ("{\"menu\": [\n]}", (1, 10)),
        ("{\"selfmenu_info\": \"x\"}", (1, 19)),
        ("{}", (1, 1)),
    ] {
        let error = MenuFile::read(text.as_bytes()).unwrap_err();
        let (MenuError::Structure { place, .. } | MenuError::NotAMenu { place }) = &error else { panic!("{error}") };
        assert_eq!((place.line, place.column), at, "{text}: {error}");
    }
    let refusal = MenuFile::read(br#"{"errcode":46003,"errmsg":"menu no exist hint: [x]"}"#).unwrap_err();
    assert!(refusal.to_string().contains("46003 (menu no exist hint: [x])"), "{refusal}");
}

/// Types whose key is any text.
const KEYED: [&str; 6] =
    ["click", "scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin"];

/// A leaf of any type that pushes, with any key that a button can have.
fn leaf() -> impl Strategy<Value = Value> {
    let key = "[a-z0-9_\u{4e00}-\u{4e20}<>&\"' \\\\\\]]{1,24}";
    prop_oneof![
        (prop::sample::select(&KEYED[..]), key)
            .prop_map(|(kind, key)| json!({ "type": kind, "name": "N", "key": key })),
        key.prop_map(|key| json!({ "type": "location_select", "name": "N", "key": key })),
        "[a-z0-9/?&=%#]{0,24}"
            .prop_map(|rest| json!({ "type": "view", "name": "N", "url": format!("http://e.com/{rest}") })),
        "[a-z/?=&]{1,24}".prop_map(|page| {
            json!({ "type": "miniprogram", "name": "N", "url": "http://e.com", "appid": "wx286b93c14bbf93aa", "pagepath": page })
        }),
    ]
}

/// A bar of these buttons and their sub-buttons; their names say which menu they are in.
fn bar_of(parents: &[Vec<Value>], name: &str) -> Vec<Value> {
    let named = |button: &Value| {
        let mut button = button.clone();
        button["name"] = json!(name);
        button
    };
    let of_bar = parents.iter().map(|below| match below.as_slice() {
        [one] => named(one),
        several => json!({ "name": "P", "sub_button": several.iter().map(named).collect::<Vec<_>>() }),
    });
    of_bar.collect()
}

/// Buttons and their sub-buttons.
fn parents() -> impl Strategy<Value = Vec<Vec<Value>>> {
    prop::collection::vec(prop::collection::vec(leaf(), 1..6), 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_button_is_found_again_by_its_event(default in parents(), conditional in parents()) {
        // The first button of both menus is the same: where its event names the menu, it is that menu's.
        let conditional = [vec![default[0].clone()], conditional].concat();
        let menus = json!({
            "menu": { "button": bar_of(&default, "D"), "menuid": 7 },
            "conditionalmenu": [{ "button": bar_of(&conditional, "C"), "menuid": 8, "matchrule": { "tag_id": "2" } }],
        });
        let file = MenuFile::read(menus.to_string().as_bytes()).unwrap();
        let since = "2026-11-28T10:00:00Z".parse().unwrap();
        let history = MenuHistory::new(vec![DatedMenu { since, file: file.clone() }]);
        for (address, found) in file.all_buttons() {
            let (menu, button) = (found.menu, found.button);
            prop_assert_eq!(file.buttons_at(&address), [found]);
            let Some(push) = button.push() else {
                prop_assert!(button.is_parent());
                continue;
            };
            let message = sample::tap(push, menu.menu_id.as_deref(), Some("oUser"), &Account::named("default")).unwrap();
            let tree = Tree::parse(&message).unwrap();
            let text = |name: &str| tree.root().text_of(name);
            let moment = TapMoment { at: since, menu_id: text("MenuId") };
            let found = history.button_of(text("Event").unwrap(), text("EventKey").unwrap(), moment);
            // Of buttons with one key the first: of the menu that the event names, else of all.
            let all = file.menus().filter(|known| text("MenuId").is_none_or(|id| known.menu_id.as_deref() == Some(id)));
            let mut all = all.flat_map(|menu| menu.all_buttons());
            let first = all.find(|(_, other)| other.push() == Some(push)).map(|(path, first)| (path, first.name().to_owned()));
            prop_assert_eq!(found.map(|found| (found.path, found.name)), first);
        }
    }
}
