//! The board: a menu on the phone and in the tree, its taps, its editor, and WeChat's API, stood in for.

use std::path::PathBuf;

use egui::Key;
use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;

use super::platform::PlatformApi;
use super::server::{Server, text_reply};
use super::{Window, tap};

const TOKEN: &str = r#"{"access_token":"ACCESS","expires_in":7200}"#;

const MENU: &str = r#"{
  "button": [
    {"type": "click", "name": "今日", "key": "KEY_1"},
    {"name": "更多", "sub_button": [
      {"type": "click", "name": "签到", "key": "KEY_2"},
      {"type": "view", "name": "商城", "url": "https://shop.example.com/"},
      {"type": "media_id", "name": "海报", "media_id": "MEDIA"}
    ]}
  ]
}"#;

/// WeChat's API as it answers an account that may fetch and publish, but has no menu yet.
fn api() -> PlatformApi {
    PlatformApi::start(vec![("/cgi-bin/stable_token", 200, TOKEN.to_owned())])
}

impl Window {
    fn open_board(&mut self) {
        self.click_tab("Menu");
        self.until("the board", |window| window.says("Ask WeChat"));
    }

    fn drop_menu(&mut self, json: &str) {
        let path: PathBuf = self.folder.path().join("menu.json");
        std::fs::write(&path, json).unwrap();
        self.drop_files(&[path]);
    }

    fn paste_menu(&mut self, json: &str) {
        self.press_button("Paste…");
        self.until_says("Paste a menu");
        self.until("its field", |window| {
            window.harness.query_by_role_and_label(Role::MultilineTextInput, "Menu as JSON").is_some()
        });
        self.harness.get_by_role_and_label(Role::MultilineTextInput, "Menu as JSON").focus();
        self.harness.step();
        self.harness.get_by_role_and_label(Role::MultilineTextInput, "Menu as JSON").type_text(json);
        self.harness.step();
        self.press_button("Open");
    }

    fn has_button(&self, name: &str) -> bool {
        self.harness.query_by_role_and_label(Role::Button, name).is_some()
    }

    /// A window whose account asks that API.
    fn open_for(api: &PlatformApi) -> Self {
        let settings =
            format!("[account.default]\nsecrets = \"file\"\napp_id = \"wx1234567890abcdef\"\napi = \"{}\"\n", api.url);
        let secrets = "[default]\napp_secret = \"s3cr3t-s3cr3t-s3cr3t\"\n";
        let mut window = Self::open_at("127.0.0.1:0", &settings, secrets);
        window.until("a listener", |window| window.address().is_some());
        window
    }
}

#[test]
fn a_menu_that_is_dropped_shows_what_was_captured_of_each_button() {
    let mut window = Window::open_tapped(4);
    window.drop_menu(MENU);
    window.until_says("from menu.json");
    window.until_says("2 seen");
    assert!(window.says("1 never seen") && window.says("1 cannot be seen"));
    assert!(window.says("Keys in no button") && window.says("CLICK KEY_0") && window.says("CLICK KEY_3"));
    assert!(window.says("Phone: 今日, seen") && window.says("Phone: 更多, opens its sub-buttons"));
    window.press_button("Phone: 更多, opens its sub-buttons");
    window.until("what has risen", |window| window.says("Phone: 商城, never seen"));
    assert!(window.says("Phone: 海报, cannot be seen"));
    // A click lists its events.
    window.press_button("2.1 签到");
    window.until("its events", |window| window.rows().len() == 1 && window.row("KEY_2").is_some());
    // And the way back from the event to its button.
    window.click_row("KEY_2");
    window.until_says("Show in the menu");
    window.press_button("Show in the menu");
    window.until("the board", |window| window.says("from menu.json"));
    let selected = window.harness.get_by_role_and_label(Role::Button, "Phone: 签到, seen");
    let toggled = egui_kittest::kittest::NodeT::accesskit_node(&selected).data().toggled();
    assert_eq!(toggled, Some(egui::accesskit::Toggled::True));
}

#[test]
fn taps_arrive_while_the_board_is_looked_at() {
    let mut window = Window::open_tapped(1);
    window.drop_menu(MENU);
    window.until_says("3 never seen");
    window.post(&[tap("KEY_1")]);
    window.until_says("1 seen");
    window.until_says("2 never seen");
}

#[test]
fn a_tap_and_all_taps_are_sent_and_judged() {
    let server = Server::answering("success");
    let mut window = Window::open_tapped(1);
    window.drop_menu(MENU);
    window.until_says("never seen");
    window.press_button("Tap all with…");
    window.until_says("Send to");
    window.replace_field("Send to", &server.url);
    window.press(Key::Enter);
    window.until_says("3 of 3 answered legally");
    let asked = server.asked();
    assert_eq!(asked.len(), 3);
    assert!(asked[0].contains("KEY_1") && asked[1].contains("KEY_2") && asked[2].contains("https://shop.example.com/"));
    // What we send ourselves is nobody's tap; what arrives is.
    window.post(&[tap("KEY_1")]);
    window.until_says("1 seen");
    window.until_says("2 never seen");
    server.answer(&text_reply("").replace("text", "nonsense"));
    window.press_button("Tap 签到");
    window.until_says("2 of 3 answered legally");
    assert_eq!(server.asked().len(), 4, "at once, to the target that was chosen");
    window.until_says("× failed · 200");
}

#[test]
fn a_menu_is_edited_with_its_lint_and_compared_with_the_one_before() {
    let mut window = Window::open();
    window.open_board();
    window.until_says("No menu is open");
    window.paste_menu(MENU);
    window.until_says("pasted");
    assert!(window.says("Valid: WeChat takes this menu"));
    window.press_button("Edit");
    window.until_says("Selected button");
    window.until_says("6 of 16 bytes");
    window.replace_field("Name", "一个很长的按钮名称");
    window.until_says("Invalid: WeChat refuses this menu for 1 error");
    window.until_says("errcode 40018");
    assert!(window.says("changed, not published") && window.says("27 of 16 bytes"));
    assert!(window.says("Changes to the menu that was opened"));
    window.replace_field("Name", "今天");
    window.until_says("Valid: WeChat takes this menu");
    assert!(window.says("+     \"name\": \"今天\"") || window.says("\"今天\""));
    window.press_button("Move right");
    window.until("the new order", |window| window.has_button("2 今天") && window.has_button("1 更多"));
    window.press_button("Undo all changes");
    window.until("the menu as it was", |window| window.has_button("1 今日") && !window.says("changed, not published"));
}

#[test]
fn what_is_no_menu_is_told_with_line_and_column() {
    let mut window = Window::open();
    window.open_board();
    for (text, said) in [
        ("{\n// the menu\n\"button\":[]}", "line 2"),
        ("{\"button\":{}}", "button is not a list: line 1, column 11"),
        ("{\"errcode\":40001,\"errmsg\":\"invalid credential\"}", "refusal 40001"),
        ("{\"errcode\":48001,\"errmsg\":\"api unauthorized\"}", "it is not verified"),
        ("[]", "it begins with [ in place of a brace"),
        ("<xml/>", "this is XML"),
    ] {
        window.paste_menu(text);
        window.until_says(said);
        window.press_button("Dismiss this message");
        window.until("no error", |window| !window.says(said));
    }
}

#[test]
fn a_menu_is_fetched_only_by_the_button_and_refusals_are_explained() {
    let api = api();
    let mut window = Window::open_for(&api);
    window.open_board();
    window.until_says("No menu is open");
    assert_eq!(api.asked(), Vec::<String>::new(), "nothing is asked unasked");
    for (errcode, errmsg, said) in [
        (40_164, "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist", "address 203.0.113.7"),
        (40_001, "invalid credential", "AppSecret is not the account's"),
        (40_013, "invalid appid", "not an AppID"),
        (45_009, "reach max api daily quota limit", "today's calls"),
    ] {
        api.refuse("/cgi-bin/stable_token", errcode, errmsg);
        window.press_button("Ask WeChat");
        window.until_says(said);
        window.until_says(&errcode.to_string());
        assert!(!window.says("s3cr3t"));
    }
    api.answer("/cgi-bin/stable_token", TOKEN);
    for (errcode, said) in [(48_001, "not verified"), (42_001, "has expired")] {
        api.refuse("/cgi-bin/get_current_selfmenu_info", errcode, "no");
        window.press_button("Ask WeChat");
        window.until_says(said);
        assert!(!window.says("ACCESS"));
    }
    api.answer("/cgi-bin/get_current_selfmenu_info", r#"{"is_menu_open":1,"selfmenu_info":{"button":[]}}"#);
    api.answer("/cgi-bin/menu/get", &format!(r#"{{"menu":{MENU}}}"#));
    window.press_button("Ask WeChat");
    window.until("the menu", |window| window.has_button("1 今日"));
    assert!(window.says("as of "));
    let kept = std::fs::read_dir(window.folder.path().join("menus/account-default")).unwrap().count();
    assert_eq!(kept, 1);
}

#[test]
fn a_menu_is_published_after_its_request_was_shown_and_is_in_force_then() {
    let api = api();
    let mut window = Window::open_for(&api);
    window.open_board();
    window.paste_menu(MENU);
    window.until_says("pasted");
    for (errcode, said) in [(40_018, "1 to 16 bytes"), (45_010, "too often"), (65_320, "withdrawn")] {
        api.refuse("/cgi-bin/menu/create", errcode, "no");
        window.press_button("Publish…");
        window.until_says("Publish this menu?");
        assert!(window.says(&format!("POST {}/cgi-bin/menu/create?access_token=…", api.url)));
        window.press_button("Publish");
        window.until_says(said);
    }
    let before = api.asked().len();
    window.press_button("Publish…");
    window.until_says("Publish this menu?");
    window.press(Key::Escape);
    window.until("no dialog", |window| !window.says("Publish this menu?"));
    assert_eq!(api.asked().len(), before, "nothing is sent without the button");
    api.answer("/cgi-bin/menu/create", r#"{"errcode":0,"errmsg":"ok"}"#);
    window.press_button("Publish…");
    window.until_says("Publish this menu?");
    window.press_button("Publish");
    window.until_says("Clients show it within 5 minutes, at once after following anew");
    let asked = api.asked();
    let sent = asked.last().unwrap();
    assert!(sent.starts_with("POST /cgi-bin/menu/create?access_token=ACCESS"), "{sent}");
    assert!(sent.contains("今日") && !sent.contains("\\u"), "{sent}");
    window.press_button("Edit");
    window.until_says("Selected button");
    window.replace_field("Name", "明日");
    window.until_says("Changes to the menu in force");
}
