//! The window over a real engine and a real socket: what a person does, and what they then see, by label.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

use std::fmt::Write as _;
use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

use egui::{Event, Key, Modifiers, ViewportId};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use egui_kittest::{Harness, Node};
use menuscope::config::{DataFolder, Overrides};
use menuscope::engine::{ListenerState, Setup};
use menuscope::ui::App;
use posting::{request, sample, tap};

#[path = "window/access.rs"]
mod access;
#[path = "window/arrivals.rs"]
mod arrivals;
#[path = "window/beside.rs"]
mod beside;
#[path = "window/board.rs"]
mod board;
#[path = "window/composer.rs"]
mod composer;
#[path = "window/files.rs"]
mod files;
#[path = "window/filtering.rs"]
mod filtering;
#[path = "window/held.rs"]
mod held;
#[path = "window/keyboard.rs"]
mod keyboard;
#[path = "window/list.rs"]
mod list;
#[path = "window/marking.rs"]
mod marking;
#[path = "common/platform.rs"]
mod platform;
#[path = "window/posting.rs"]
mod posting;
#[path = "window/reach.rs"]
mod reach;
#[path = "window/removing.rs"]
mod removing;
#[path = "window/replays.rs"]
mod replays;
#[path = "window/rules.rs"]
mod rules;
#[path = "window/server.rs"]
mod server;
#[path = "window/set_up.rs"]
mod set_up;
#[path = "window/spoofing.rs"]
mod spoofing;

/// Long enough for any machine; a test never asserts how long something took.
const PATIENCE: Duration = Duration::from_mins(1);

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(5);

/// What signatures are made with.
const TOKEN: &str = "pamtest";

/// A window with a data folder of its own.
struct Window {
    harness: Harness<'static, App>,
    folder: tempfile::TempDir,
}

impl Window {
    /// One that listens on a free port.
    fn open() -> Self {
        Self::open_with("")
    }

    /// The same, with this in the section of its listener.
    fn open_with(settings: &str) -> Self {
        let mut window = Self::open_at("127.0.0.1:0", settings, "");
        window.until("a listener", |window| window.address().is_some());
        window
    }

    /// One with so many rows: `KEY_0`, `KEY_1` …
    fn open_tapped(count: usize) -> Self {
        let mut window = Self::open();
        window.tap(0..count);
        window.until("as many rows", |window| window.rows().len() == count);
        // The newest event opens by itself, and the banner above the list takes its room.
        window.until_says("This account has no token, so signatures are not checked");
        window
    }

    /// One whose account has [`TOKEN`]: only what is verified is taken for a retry.
    fn open_with_token(settings: &str) -> Self {
        let settings = format!("{settings}\n[accounts.default]\nsecrets = \"file\"");
        let mut window = Self::open_at("127.0.0.1:0", &settings, &format!("[default]\ntoken = \"{TOKEN}\"\n"));
        window.until("a listener", |window| window.address().is_some());
        window
    }

    fn open_at(address: &str, settings: &str, secrets: &str) -> Self {
        Self::open_before(address, settings, secrets, |_empty| ())
    }

    /// One whose folder is filled first.
    fn open_before(address: &str, settings: &str, secrets: &str, fill: impl FnOnce(&Path)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fill(folder.path());
        let config = format!("[listener]\naddr = \"{address}\"\n{settings}\n[look]\nlanguage = \"en\"\n");
        std::fs::write(folder.path().join("config.toml"), config).unwrap();
        std::fs::write(folder.path().join("secrets.toml"), secrets).unwrap();
        Self::over(folder)
    }

    /// Closes it and opens another one onto the same folder.
    fn reopen(self) -> Self {
        let Self { harness, folder } = self;
        drop(harness);
        Self::over(folder)
    }

    fn over(folder: tempfile::TempDir) -> Self {
        let data = DataFolder::locate(Some(folder.path())).unwrap();
        let setup = Setup { config_file: data.config_file(), folder: data, overrides: Overrides::default() };
        let harness = Harness::builder()
            .with_size([1400.0, 900.0])
            .build_eframe(move |creation| App::start(&creation.egui_ctx, setup).unwrap());
        Self { harness, folder }
    }

    fn address(&self) -> Option<String> {
        match &self.harness.state().engine().status().listener {
            ListenerState::Listening { address } => Some(address.clone()),
            _ => None,
        }
    }

    /// Draws frames until this holds.
    fn until(&mut self, what: &str, holds: impl Fn(&Self) -> bool) {
        let start = Instant::now();
        loop {
            self.harness.step();
            if holds(self) {
                return;
            }
            assert!(start.elapsed() < PATIENCE, "{what} did not come; the window says:\n{}", self.words());
            std::thread::park_timeout(PAUSE);
        }
    }

    /// Roles, names and values of all that is shown, a line each.
    fn words(&self) -> String {
        let mut lines = String::new();
        let mut nodes = vec![self.harness.root()];
        while let Some(node) = nodes.pop() {
            let inner = node.accesskit_node();
            let state = if inner.is_disabled() { " (disabled)" } else { "" };
            let said = [inner.label(), inner.value()].map(Option::unwrap_or_default);
            if said.iter().any(|said| !said.is_empty()) {
                writeln!(lines, "{:?}: {}{state}", inner.role(), said.join(" = ")).unwrap();
            }
            let mut children: Vec<_> = node.children().collect();
            children.reverse();
            nodes.append(&mut children);
        }
        lines
    }

    /// Presses a button once it can be pressed; it may move meanwhile, or be out of view.
    fn press_button(&mut self, name: &str) {
        let button = |window: &Self| {
            let found = window.harness.query_by_role_and_label(egui::accesskit::Role::Button, name);
            found.is_some_and(|button| !button.accesskit_node().is_disabled())
        };
        self.until(name, button);
        // As a mouse and the Tab key do, and the clicks of tests do not: a field would keep the focus.
        self.harness.get_by_role_and_label(egui::accesskit::Role::Button, name).focus();
        self.harness.step();
        self.harness.get_by_role_and_label(egui::accesskit::Role::Button, name).click_accesskit();
        self.harness.step();
    }

    fn until_says(&mut self, text: &str) {
        self.until(text, |window| window.says(text));
    }

    /// Whether a label holds this text.
    fn says(&self, text: &str) -> bool {
        self.harness.query_all_by_label_contains(text).next().is_some()
    }

    /// The rows of the list that are in view, newest first, with what each of them says.
    fn rows(&self) -> Vec<Node<'_>> {
        self.harness.query_all_by_role(egui::accesskit::Role::ListBoxOption).collect()
    }

    fn row(&self, text: &str) -> Option<Node<'_>> {
        self.rows().into_iter().find(|row| label(row).contains(text))
    }

    fn selected(&self) -> Option<String> {
        self.rows().iter().find(|row| row.accesskit_node().is_selected() == Some(true)).map(label)
    }

    fn is_selected(&self, text: &str) -> bool {
        self.selected().is_some_and(|label| label.contains(text))
    }

    fn click_row(&mut self, text: &str) {
        self.until(text, |window| window.row(text).is_some());
        self.row(text).unwrap().click();
        self.until("the selection", |window| window.is_selected(text));
    }

    /// Types over what stands in the field of that name.
    fn replace_field(&mut self, name: &str, text: &str) {
        self.harness.get_by_role_and_label(egui::accesskit::Role::TextInput, name).focus();
        self.harness.step();
        self.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
        self.harness.step();
        self.harness.get_by_role_and_label(egui::accesskit::Role::TextInput, name).type_text(text);
        self.harness.step();
        self.harness.step();
    }

    fn press(&mut self, key: Key) {
        self.harness.key_press(key);
        self.harness.step();
        self.harness.step();
    }
}

fn label(node: &Node<'_>) -> String {
    node.accesskit_node().label().unwrap_or_default()
}

/// A key going down, to be put into a frame beside other events.
fn stroke(key: Key) -> Event {
    Event::Key { key, physical_key: None, pressed: true, repeat: false, modifiers: Modifiers::NONE }
}

#[test]
fn a_post_becomes_a_row_and_its_fields_stand_in_the_detail() {
    let mut window = Window::open();
    window.post(&[sample("scancode_waitmsg"), sample("location_select")]);
    window.until("two rows", |window| window.rows().len() == 2);
    window.until("the answer", |window| {
        window.row("scancode_waitmsg").is_some_and(|row| label(&row).contains("answered 200"))
    });
    let row = label(&window.row("scancode_waitmsg").unwrap());
    for part in ["scancode_waitmsg, 6, oMgHVjngRipVsoxg6TuX3vz6glDg", "attempt 1", "signature unchecked", "plain"] {
        assert!(row.contains(part), "{row}");
    }
    window.until("the newest in the detail", |window| window.says("Location_X"));
    window.click_row("scancode_waitmsg");
    window.until_says("ScanResult");
    assert!(!window.says("Location_X"));
    window.until_says("2 of 2 shown");
}

#[test]
fn the_filter_narrows_the_list_and_a_mistake_leaves_it_as_it_was() {
    let mut window = Window::open();
    window.post(&[sample("CLICK"), sample("VIEW")]);
    window.until("two rows", |window| window.rows().len() == 2);
    window.press(Key::Slash);
    window.harness.get_by_label("Filter").type_text("event:VIEW");
    window.until("one row", |window| window.rows().len() == 1 && window.row("VIEW").is_some());
    window.until_says("1 of 2 shown");
    window.harness.get_by_label("Filter").type_text(" evnt:x");
    window.until_says("Column 12");
    assert!(window.says("Use event:"), "the nearest name is offered");
    assert_eq!(window.rows().len(), 1, "the last good list stays");
    window.press(Key::Escape);
    assert!(!window.harness.get_by_label("Filter").is_focused());
    window.harness.get_by_label("Clear filter").click();
    window.until("two rows", |window| window.rows().len() == 2);
}

#[test]
fn the_newest_is_followed_until_the_person_moves_and_again_when_asked_for() {
    let mut window = Window::open();
    window.tap(0..3);
    window.until("the newest selected", |window| window.is_selected("KEY_2"));
    window.tap(3..4);
    window.until("the newest selected", |window| window.is_selected("KEY_3"));
    window.click_row("KEY_1");
    window.tap(4..6);
    window.until_says("2 new");
    assert!(window.is_selected("KEY_1") && window.row("KEY_5").is_none(), "what arrives is only counted");
    window.harness.get_by_label_contains("2 new").click();
    window.until("the newest selected", |window| window.is_selected("KEY_5"));
    window.tap(6..7);
    window.until("the newest selected", |window| window.is_selected("KEY_6"));
}

#[test]
fn language_and_theme_change_at_once_and_are_kept() {
    let mut window = Window::open();
    window.until_says("Settings");
    window.harness.get_by_label("Language").click();
    window.until_says("简体中文");
    window.harness.get_by_label("简体中文").click();
    window.until("a Chinese window", |window| window.harness.query_by_label("外观").is_some());
    window.harness.get_by_label("外观").click();
    window.until_says("浅色");
    window.harness.get_by_label("浅色").click();
    window.until("a light window", |window| window.harness.ctx.theme() == egui::Theme::Light);
    let file = window.folder.path().join("config.toml");
    window.until("both in the file", |_| {
        let config = std::fs::read_to_string(&file).unwrap();
        config.contains("zh-CN") && config.contains("light")
    });
}

#[test]
fn a_port_that_is_taken_is_a_banner_with_a_way_out() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let mut window = Window::open_at(&address, "", "");
    window.until_says("Nothing can arrive");
    assert!(window.says(&format!("The port of {address} is taken")), "the message names the address");
    window.harness.get_by_label("Language").click();
    window.until_says("简体中文");
    window.harness.get_by_label("简体中文").click();
    window.until_says(&format!("{address} 的端口已被占用"));
    window.harness.get_by_label("语言").click();
    window.until_says("English");
    window.harness.get_by_label("English").click();
    window.until_says("Nothing can arrive");
    window.harness.get_by_label("Open settings").click();
    window.until("the settings", |window| window.harness.query_all_by_label("Settings").count() > 0);
    drop(taken);
    window.harness.get_by_label("Try again").click();
    window.until("a listener", |window| window.address() == Some(address.clone()));
    window.until("no banner", |window| !window.says("Nothing can arrive"));
}

#[test]
fn where_nothing_happens_no_frame_is_asked_for() {
    let mut window = Window::open_tapped(3);
    window.until("all answers", |window| window.rows().iter().all(|row| label(row).contains("answered 200")));
    window.until("the detail", |window| window.says("EventKey"));
    window.until("rest", |window| {
        let viewports = &window.harness.output().viewport_output;
        viewports[&ViewportId::ROOT].repaint_delay == Duration::MAX && !window.harness.ctx.has_requested_repaint()
    });
}

#[test]
fn thousands_of_rows_are_scrolled_to_their_end() {
    let mut window = Window::open();
    window.tap(0..3_000);
    window.until("all of them", |window| window.says("3\u{a0}000 of 3\u{a0}000 shown"));
    window.press(Key::End);
    window.until("the oldest", |window| window.row("KEY_0,").is_some() && window.is_selected("KEY_0,"));
    assert!(window.rows().len() < 60, "only what is in view is drawn");
    window.press(Key::Home);
    window.until("the newest", |window| window.is_selected("KEY_2999,"));
}

#[test]
fn what_is_copied_is_what_was_received() {
    let mut window = Window::open();
    window.post(&[sample("CLICK")]);
    window.until("the detail", |window| window.says("EventKey"));
    let copied = |window: &mut Window, key| {
        window.harness.input_mut().events.push(stroke(key));
        window.harness.step();
        window.harness.output().platform_output.commands.iter().find_map(|command| match command {
            egui::OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        })
    };
    assert_eq!(copied(&mut window, Key::C), None);
    window.until("the bar says what may follow", |window| window.says("Copy as JSON"));
    assert_eq!(copied(&mut window, Key::B), Some(sample("CLICK")));
    copied(&mut window, Key::C);
    let json: serde_json::Value = serde_json::from_str(&copied(&mut window, Key::J).unwrap()).unwrap();
    assert_eq!(json["event_key"], "EVENTKEY");
    copied(&mut window, Key::C);
    assert!(copied(&mut window, Key::C).unwrap().starts_with("curl --request POST 'http://127.0.0.1:8080/wx?"));
    copied(&mut window, Key::C);
    let report = copied(&mut window, Key::T).unwrap();
    assert!(report.starts_with("## `CLICK` `EVENTKEY` · #1") && report.contains("### Answer"), "{report}");
    copied(&mut window, Key::C);
    let raw = copied(&mut window, Key::R).unwrap();
    assert!(raw.starts_with("POST /wx?signature=") && raw.ends_with(&sample("CLICK")), "{raw}");
}
