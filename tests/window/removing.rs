//! Rows removed, brought back and cleared by a filter; how much is kept; and a window over many events.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable as _;
use menuscope::capture::CaptureId;
use menuscope::store::{BulkWriter, Maintenance, Reader};
use menuscope::traffic::Traffic;

use super::{Window, label};

/// More than a page of the cache, and more than the first steps of a listing.
const MANY: u64 = 20_000;

impl Window {
    pub(super) fn chord(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.harness.step();
        self.harness.step();
    }

    fn filter_by(&mut self, text: &str) {
        self.harness.get_by_label("Filter").focus();
        self.harness.step();
        self.replace_field("Filter", text);
    }

    fn stored(&self) -> u64 {
        Reader::open(&self.folder.path().join("menuscope.db")).unwrap().count().unwrap()
    }
}

#[test]
fn a_row_is_removed_by_key_and_comes_back_to_its_place() {
    let mut window = Window::open_tapped(4);
    window.click_row("KEY_2");
    window.press(Key::D);
    window.until("three rows", |window| window.rows().len() == 3);
    window.until("the next one selected", |window| window.is_selected("KEY_1"));
    window.until_says("1 event removed");
    assert_eq!(window.stored(), 3);
    window.chord(Modifiers::COMMAND, Key::Z);
    window.until("four rows", |window| window.rows().len() == 4);
    assert!(window.is_selected("KEY_1"));
    let keys: Vec<String> = window.rows().iter().map(label).collect();
    let order = (0..4).rev().map(|n| format!("KEY_{n}"));
    assert!(keys.iter().zip(order).all(|(row, key)| row.contains(&key)), "{keys:?}");
    window.chord(Modifiers::COMMAND, Key::Z);
    window.until_says("Nothing was removed");
}

#[test]
fn keys_on_events_do_nothing_where_no_event_is_in_view() {
    let mut window = Window::open_tapped(4);
    window.click_row("KEY_2");
    window.click_tab("Rules");
    window.until_says("New rule");
    for key in [Key::D, Key::R, Key::X, Key::Z] {
        window.press(key);
    }
    window.click_tab("Events");
    window.until("four rows", |window| window.rows().len() == 4);
    assert!(window.is_selected("KEY_2"));
    assert!(!window.says("1 event removed") && !window.says("Remove the 4 events"));
}

#[test]
fn what_the_filter_finds_is_cleared_after_a_question_and_what_arrives_meanwhile_stays() {
    let mut window = Window::open_tapped(12);
    window.filter_by("key:KEY_1*");
    window.until("three rows", |window| window.rows().len() == 3);
    window.press(Key::Escape);
    window.press(Key::Z);
    window.until_says("Remove the 3 events that the filter finds?");
    window.press(Key::Escape);
    window.until("no question", |window| !window.says("that the filter finds"));
    assert_eq!(window.stored(), 12);
    window.press(Key::Z);
    window.until_says("Remove 3");
    window.tap(15..16);
    window.until("the newcomer stored", |window| window.stored() == 13);
    window.harness.get_by_role_and_label(Role::Button, "Remove 3").click();
    window.until_says("3 events removed");
    window.until("the newcomer alone", |window| {
        window.rows().len() == 1 && window.row("KEY_15").is_some() && window.stored() == 10
    });
    window.harness.get_by_role_and_label(Role::Button, "Undo").click();
    window.until_says("3 events are back");
    window.until("all four", |window| window.rows().len() == 4);
}

#[test]
fn another_programs_removal_shows_in_the_window() {
    let mut window = Window::open_tapped(3);
    let path = window.folder.path().join("menuscope.db");
    let ids = Reader::open(&path).unwrap().matching(&menuscope::filter::Filter::default()).unwrap();
    let removal = BulkWriter::open(&path).unwrap().remove(&ids[..2], &menuscope::progress::Progress::new()).unwrap().0;
    window.until("one row", |window| window.rows().len() == 1);
    BulkWriter::open(&path).unwrap().restore(removal).unwrap();
    window.until("three rows", |window| window.rows().len() == 3);
}

#[test]
fn how_much_is_kept_is_set_and_obeyed_and_the_database_is_looked_after() {
    let mut window = Window::open();
    window.tap(0..30);
    window.until("rows", |window| window.stored() == 30);
    window.chord(Modifiers::COMMAND, Key::Comma);
    window.until_says("30, from");
    window.replace_field("Events", "none");
    window.until_says("A whole number from 1");
    window.replace_field("Events", "4");
    window.press_button("Save retention");
    window.until("four events", |window| window.stored() == 4);
    let config = std::fs::read_to_string(window.folder.path().join("config.toml")).unwrap();
    assert!(config.contains("[retention]\nevents = 4"), "{config}");
    window.press_button("Check");
    window.until_says("The database is sound");
    window.press_button("Compact");
    window.until_says(" before, ");
}

#[test]
fn many_events_are_filtered_scrolled_to_their_end_selected_and_cleared() {
    let mut window = Window::open_over(MANY);
    window.until_says("20\u{a0}000 of 20\u{a0}000");
    window.press(Key::End);
    let path = window.folder.path().join("menuscope.db");
    let oldest = Reader::open(&path).unwrap().page(&[CaptureId(1)]).unwrap().remove(0);
    let (kind, openid) = (oldest.kind, oldest.openid.unwrap());
    window.until("the oldest row", |window| {
        window.selected().is_some_and(|row| row.contains(&kind) && row.contains(&openid))
    });
    window.filter_by("订单 event:scancode_waitmsg");
    window.until("what was found", |window| {
        window.rows().iter().all(|row| label(row).contains("scancode_waitmsg")) && !window.rows().is_empty()
    });
    window.press(Key::Escape);
    let found = window.rows().len();
    window.press(Key::Z);
    window.until_says("that the filter finds?");
    window.press(Key::Enter);
    window.until("nothing left of it", |window| window.rows().is_empty());
    assert!(found > 0 && window.stored() < MANY);
    window.chord(Modifiers::COMMAND, Key::Z);
    window.until("all of it", |window| window.stored() == MANY && window.rows().len() == found);
}

impl Window {
    /// One over a database with made-up events.
    fn open_over(events: u64) -> Self {
        Self::open_before("127.0.0.1:0", "", "", |folder| {
            let path = folder.join("menuscope.db");
            let mut additions = BulkWriter::open(&path).unwrap();
            let mut traffic = Traffic::new(1, events, "2026-11-23T08:00:00Z".parse().unwrap());
            for _ in 0..events / 1_000 {
                let some: Vec<_> = traffic.by_ref().take(1_000).collect();
                additions.import(&some).unwrap();
            }
            Maintenance::open(&path).unwrap().index(&menuscope::progress::Progress::new()).unwrap();
        })
    }
}
