//! The tunnel in the top bar, the time line of arrivals with its pauses, and WeChat's alarms, as a person meets them.

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable as _;

use super::{Window, label};

impl Window {
    /// Opens the arrivals on the screen of reach.
    fn open_arrivals(&mut self) {
        self.click_tab("Reach");
        self.until("the tabs", |window| window.harness.query_by_role_and_label(Role::Tab, "Arrivals").is_some());
        self.click_tab("Arrivals");
        self.until_says("Arrivals and silences");
    }
}

/// A tunnel whose client is this script.
#[cfg(unix)]
fn open_with_tunnel(script: &str) -> Window {
    let mut window = Window::open_before("127.0.0.1:0", "", "", |_| ());
    let path = window.folder.path().join("client");
    std::fs::write(&path, script).unwrap();
    let config = window.folder.path().join("config.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    let command = format!("sh {} {{addr}}", path.display());
    std::fs::write(&config, format!("{text}\n[tunnel]\ncommand = \"{command}\"\n")).unwrap();
    window = window.reopen();
    window.until("a listener", |window| window.address().is_some());
    window
}

#[cfg(unix)]
#[test]
fn a_tunnel_is_started_shown_copied_and_stopped_in_the_top_bar() {
    let mut window = open_with_tunnel("echo 'ready at https://quick-fox.tunnel.example'; exec sleep 600");
    assert!(window.says("Tunnel: not started"), "nothing runs unasked");
    window.press_button("Start the tunnel");
    let name = "Tunnel: running, https://quick-fox.tunnel.example";
    window.until_says(name);
    window.press_button("Copy public URL");
    window.until_says("Copied");
    window.harness.get_by_role_and_label(Role::Button, name).click();
    window.until("the code", |window| {
        window.harness.query_by_role_and_label(Role::Image, "QR code of the public URL").is_some()
    });
    window.press_button("Open settings");
    window.until_says("Last output");
    assert!(window.says("ready at https://quick-fox.tunnel.example"));
    window.harness.get_all_by_role_and_label(Role::Button, "Stop the tunnel").next().unwrap().click_accesskit();
    window.until_says("Tunnel: not started");
}

#[cfg(target_os = "linux")]
#[test]
fn closing_the_window_ends_the_client_and_what_it_started() {
    let script = "sleep 600 & echo $$ $! > \"$(dirname \"$0\")/numbers\"; echo https://a.tunnel.example; wait";
    let mut window = open_with_tunnel(script);
    window.press_button("Start the tunnel");
    window.until_says("Tunnel: running, https://a.tunnel.example");
    let numbers = std::fs::read_to_string(window.folder.path().join("numbers")).unwrap();
    let is_alive = |number: &str| {
        let stat = std::fs::read_to_string(format!("/proc/{number}/stat")).unwrap_or_default();
        stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
    };
    assert!(numbers.split_whitespace().all(is_alive), "{numbers}");
    drop(window);
    let began = std::time::Instant::now();
    while numbers.split_whitespace().any(is_alive) {
        assert!(began.elapsed() < super::PATIENCE, "still there: {numbers}");
        std::thread::park_timeout(super::PAUSE);
    }
}

#[cfg(unix)]
#[test]
fn a_url_that_changed_is_a_warning_until_it_is_saved() {
    let mut window = open_with_tunnel("cat \"$(dirname \"$0\")/url\"; exec sleep 600");
    let url =
        |window: &Window, url: &str| std::fs::write(window.folder.path().join("url"), format!("{url}\n")).unwrap();
    url(&window, "https://first.tunnel.example");
    window.press_button("Start the tunnel");
    window.until_says("https://first.tunnel.example");
    window.press_button("Stop the tunnel");
    window.until_says("Tunnel: not started");
    url(&window, "https://second.tunnel.example");
    window.press_button("Start the tunnel");
    window.until_says("Tunnel: running, URL changed, https://second.tunnel.example");
    window.harness.get_by_label_contains("Tunnel: running").click();
    window.until_says("WeChat still has https://first.tunnel.example");
    window.press_button("I have saved the new URL");
    window.until("no warning", |window| !window.says("WeChat still has"));
}

#[cfg(unix)]
#[test]
fn a_command_that_is_not_there_is_said_with_its_remedy() {
    let mut window = Window::open();
    window.click_tab("Settings");
    window.until_says("Runs the tunnel that you use already");
    window.press_button("cloudflared");
    window.replace_field("Command", "/nowhere/cloudflared tunnel --url http://{addr}");
    window.press_button("Save the tunnel");
    window.until_says("Tunnel: not started");
    window.harness.get_all_by_role_and_label(Role::Button, "Start the tunnel").next().unwrap().click_accesskit();
    window.until_says("there is no program /nowhere/cloudflared");
}

#[test]
fn a_kind_of_account_is_chosen_with_its_hint_and_saved() {
    let mut window = Window::open();
    window.click_tab("Settings");
    window.until_says("Kind of account");
    window.harness.get_by_label("Third-party platform (第三方平台)").click_accesskit();
    window.until_says("Write the path as in 消息与事件接收 URL");
    window.press_button("Save account");
    let file = window.folder.path().join("config.toml");
    window.until("the kind in the file", |_| std::fs::read_to_string(&file).unwrap().contains("kind = \"platform\""));
}

/// Six failed events in a row, a minute of nothing, and one that is answered, all of this hour.
fn with_a_pause(folder: &std::path::Path) {
    use menuscope::account::Accounts;
    use menuscope::capture::{Headers, RawRequest, Reply, ReplyEnd, ReplySource};
    use menuscope::inspect::inspect;
    use menuscope::store::{BulkWriter, ImportEvent};
    let accounts = Accounts::new(Vec::new(), None);
    let now = jiff::Timestamp::now();
    let mut writer = BulkWriter::open(&folder.join("menuscope.db")).unwrap();
    let events = (0..7).map(|number: i64| {
        let ago = if number < 6 { 600 - number * 4 } else { 600 - 5 * 4 - 62 };
        let received_at = now - jiff::SignedDuration::from_secs(ago);
        let body = super::tap(&format!("KEY_{number}")).replace("1408090502", &(1_408_090_600 + number).to_string());
        let request = RawRequest {
            received_at,
            method: "POST".to_owned(),
            version: "HTTP/1.1".to_owned(),
            target: "/wx".to_owned(),
            headers: Headers::default(),
            peer: "127.0.0.1".to_owned(),
            body_length: body.len() as u64,
            body: body.into_bytes().into(),
        };
        let status = if number < 6 { 500 } else { 200 };
        let reply = Reply {
            status: Some(status),
            body: b"success".to_vec(),
            wire: None,
            source: ReplySource::Default,
            elapsed: std::time::Duration::from_millis(2),
            end: ReplyEnd::Answered,
            lint: Vec::new(),
            fault: None,
            forwarded: None,
        };
        ImportEvent { reply: Some(reply), ..ImportEvent::unanswered(inspect(request, &accounts).capture) }
    });
    let events: Vec<ImportEvent> = events.collect();
    writer.import(&events).unwrap();
}

#[test]
fn the_platforms_pause_is_named_with_what_led_to_it() {
    let mut window = Window::open_before("127.0.0.1:0", "", "", with_a_pause);
    window.until("a listener", |window| window.address().is_some());
    window.until("the rows", |window| window.rows().len() == 7);
    window.open_arrivals();
    window.until_says("6 failures in a row, then nothing for");
    window.until_says("Time line: 7 arrivals, 6 failed, 1 pause of the platform");
    window.press_button("Show the 6 failures");
    window.until("those six", |window| window.rows().len() == 6 && window.row("KEY_6").is_none());
}

/// An alarm of each kind about one event.
fn alarms(stamp: i64) -> String {
    let kinds = [
        "微信服务器向公众号推送消息或事件时，解析DNS失败",
        "微信服务器向公众号推送消息或事件时，解析DNS超时，超时时间为5秒",
        "微信服务器连接公众号开发者服务器时发生超时，超时时间为5秒",
        "微信服务器向公众号推送消息或事件后，开发者5秒内没有返回",
        "微信服务器向公众号推送消息或事件后，得到的回应不合法",
        "MarkFail(自动屏蔽)：发生多次失败后，暂时不推送消息，一分钟后解除屏蔽",
    ];
    let text = kinds.map(|content| {
        format!(
            "Appid: wx0123456789abcdef\n昵称: 示例\n时间: 2026-11-28 20:12:00\n内容: {content}\n次数: 5分钟 12次\n\
             错误样例: [OpenID=oMgHVjngRipVsoxg6TuX3vz6glDg][Stamp={stamp}][Event=Click Menu]"
        )
    });
    text.join("\n\n")
}

#[test]
fn alarms_of_all_six_kinds_are_matched_to_the_event_and_a_click_opens_it() {
    let mut window = Window::open_tapped(1);
    window.open_arrivals();
    window.until_says("Paste alarm messages");
    window.harness.get_by_label("Text of the alarms").focus();
    window.harness.step();
    window.harness.get_by_label("Text of the alarms").type_text(&alarms(1_408_090_502));
    window.harness.step();
    window.press_button("Find their events");
    for words in [
        "DNS failed",
        "DNS timed out",
        "Connecting timed out",
        "The request timed out",
        "The answer is not legal",
        "MarkFail: after many failures",
    ] {
        window.until_says(words);
    }
    let is_event =
        |node: &egui_kittest::Node<'_>| label(node).starts_with("#1 ") && label(node).contains("CLICK KEY_0");
    window.until("the event of each", |window| {
        window.harness.query_all_by_role(Role::Button).filter(is_event).count() == 6
    });
    window.harness.query_all_by_role(Role::Button).find(is_event).unwrap().click_accesskit();
    window.until("the event", |window| window.is_selected("KEY_0"));
}

#[test]
fn an_alarm_about_an_event_that_never_came_says_so() {
    let mut window = Window::open_tapped(1);
    window.open_arrivals();
    window.harness.get_by_label("Text of the alarms").focus();
    window.harness.step();
    window.harness.get_by_label("Text of the alarms").type_text(&alarms(1_500_000_000));
    window.harness.step();
    window.press_button("Find their events");
    window.until_says("not captured: it never reached menuscope");
    window.press_button("Clear the text");
    window.until("an empty form", |window| !window.says("not captured"));
}
