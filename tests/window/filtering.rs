//! Filtering as a habit: completion, what was used before, chips, filters under names, colours, and menus of values.

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use menuscope::config::Config;

use super::{Window, label};

impl Window {
    /// Writes at the end of the filter, as a person does.
    fn write_filter(&mut self, text: &str) {
        self.harness.get_by_role_and_label(Role::TextInput, "Filter").type_text(text);
        self.harness.step();
        self.harness.step();
    }

    fn filter_text(&self) -> String {
        let field = self.harness.get_by_role_and_label(Role::TextInput, "Filter");
        field.accesskit_node().value().unwrap_or_default()
    }

    /// What is offered below the field.
    fn offered(&self, text: &str) -> bool {
        self.harness.query_all_by_role_and_label(Role::MenuItem, text).next().is_some()
    }

    fn button(&mut self, name: &str) {
        self.until(name, |window| window.harness.query_all_by_role_and_label(Role::Button, name).next().is_some());
        self.harness.query_all_by_role_and_label(Role::Button, name).next().unwrap().click_accesskit();
        self.harness.step();
        self.harness.step();
    }

    fn right_click(&mut self, text: &str) {
        self.row(text).unwrap().click_secondary();
        self.harness.step();
        self.harness.step();
    }

    fn config(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("config.toml")).unwrap()
    }
}

#[test]
fn a_name_and_a_value_that_was_seen_are_completed_by_keys_alone() {
    let mut window = Window::open_tapped(3);
    window.press(Key::Slash);
    window.write_filter("ke");
    window.until("the name", |window| window.offered("key:"));
    window.press(Key::Tab);
    window.until("the name written", |window| window.filter_text() == "key:");
    window.until("the values", |window| window.offered("KEY_0") && window.offered("KEY_2"));
    window.press(Key::ArrowDown);
    window.press(Key::ArrowDown);
    window.press(Key::Enter);
    window.until("the value written", |window| window.filter_text() == "key:KEY_1 ");
    window.until("one row", |window| window.rows().len() == 1 && window.row("KEY_1").is_some());
    assert!(window.harness.get_by_role_and_label(Role::TextInput, "Filter").is_focused(), "one goes on writing");
    window.write_filter("ev");
    window.until("another name", |window| window.offered("event:"));
    window.press(Key::Escape);
    window.until("nothing offered", |window| !window.offered("event:"));
    assert!(window.harness.get_by_role_and_label(Role::TextInput, "Filter").is_focused());
    window.press(Key::Escape);
    assert!(!window.harness.get_by_role_and_label(Role::TextInput, "Filter").is_focused());
}

#[test]
fn esc_leaves_the_filter_then_clears_it_and_tab_leaves_an_empty_one() {
    let mut window = Window::open_tapped(3);
    window.press(Key::Slash);
    window.write_filter("key:KEY_1 evnt:");
    window.until_says("evnt");
    window.press(Key::Escape);
    window.until_says("Column 11");
    assert!(!window.offered("event:"), "the mistake covers nothing any more");
    window.press(Key::Escape);
    window.until("three rows", |window| window.filter_text().is_empty() && window.rows().len() == 3);
    window.press(Key::Slash);
    window.write_filter("key:KEY_1 ");
    window.until("one row", |window| window.rows().len() == 1);
    window.press(Key::Enter);
    window.press(Key::Escape);
    window.until("everything", |window| window.rows().len() == 3);
    window.press(Key::Slash);
    window.until("what was used", |window| window.offered("key:KEY_1"));
    window.press(Key::Tab);
    window.until("the field left", |window| {
        !window.harness.get_by_role_and_label(Role::TextInput, "Filter").is_focused()
    });
    assert!(window.filter_text().is_empty() && window.rows().len() == 3);
}

#[test]
fn filters_that_were_used_are_offered_after_a_restart() {
    let mut window = Window::open_tapped(3);
    window.press(Key::Slash);
    window.write_filter("key:KEY_2 ");
    window.until("one row", |window| window.rows().len() == 1);
    window.press(Key::Enter);
    let mut again = window.reopen();
    again.until("three rows", |window| window.rows().len() == 3);
    again.until("what was used", |window| window.harness.query_by_label("Filters that were used").is_some());
    again.press(Key::Slash);
    again.until("the filter", |window| window.offered("key:KEY_2"));
    again.press(Key::ArrowDown);
    again.press(Key::Enter);
    again.until("one row", |window| window.rows().len() == 1 && window.row("KEY_2").is_some());
}

#[test]
fn a_term_is_turned_and_removed_by_its_chip() {
    let mut window = Window::open_tapped(3);
    window.press(Key::Slash);
    window.write_filter("event:CLICK key:KEY_1 ");
    window.until("one row", |window| window.rows().len() == 1);
    window.press(Key::Enter);
    window.button("Exclude key:KEY_1");
    window.until("two rows", |window| window.rows().len() == 2 && window.row("KEY_1").is_none());
    assert_eq!(window.filter_text(), "event:CLICK -key:KEY_1 ");
    window.button("Include key:KEY_1");
    window.until("one row", |window| window.rows().len() == 1);
    window.button("Remove term key:KEY_1");
    window.until("three rows", |window| window.rows().len() == 3);
    assert_eq!(window.filter_text(), "event:CLICK");
}

#[test]
fn a_filter_is_kept_under_a_name_with_the_persons_comments() {
    let mut window =
        Window::open_before("127.0.0.1:0", "\n# mine\n[filters.bad]\nmatch = \"evnt:\" # here\n", "", |_| ());
    window.until("a listener", |window| window.address().is_some());
    window.tap(0..3);
    window.until("three rows", |window| window.rows().len() == 3);
    assert!(window.says("bad, which has a mistake"), "a mistake is told, and everything else works");
    window.press(Key::Slash);
    window.write_filter("key:KEY_1 ");
    window.until("one row", |window| window.rows().len() == 1);
    window.press(Key::Enter);
    window.button("Save this filter…");
    window.replace_field("Name", "the one");
    window.harness.get_by_label("Blue").click();
    window.harness.step();
    window.button("Keep");
    window.until("the file", |window| window.config().contains("the one"));
    assert!(window.config().contains("# mine\n[filters.bad]\nmatch = \"evnt:\" # here\n"), "{}", window.config());
    let mut again = window.reopen();
    again.until("three rows", |window| window.rows().len() == 3);
    again.until("its mark", |window| window.row("KEY_1").is_some_and(|row| label(&row).contains("marked the one")));
    assert!(again.row("KEY_2").is_some_and(|row| !label(&row).contains("marked")));
    again.button("Show the one");
    again.until("one row", |window| window.rows().len() == 1);
    again.button("Show the one");
    again.until("three rows", |window| window.rows().len() == 3);
    let config = Config::load(&again.folder.path().join("config.toml")).unwrap();
    assert_eq!(config.filters["the one"].filter, "key:KEY_1");
}

#[test]
fn a_value_is_excluded_and_coloured_from_the_menu_of_its_field() {
    let mut window = Window::open_tapped(3);
    window.click_row("KEY_1");
    window.button("Actions for EventKey");
    window.button("Colour by this value");
    window.until("the mark", |window| window.row("KEY_1").is_some_and(|row| label(&row).contains("marked KEY_1")));
    assert!(window.row("KEY_0").is_some_and(|row| !label(&row).contains("marked")));
    window.button("Actions for EventKey");
    window.button("Exclude this value");
    window.until("two rows", |window| window.rows().len() == 2 && window.row("KEY_1").is_none());
    assert_eq!(window.filter_text(), "-key:KEY_1");
}

#[test]
fn a_row_is_filtered_by_the_values_of_its_cells() {
    let mut window = Window::open_tapped(3);
    window.right_click("KEY_2");
    window.until_says("Filter by key:KEY_2");
    window.harness.get_by_label("Filter by key:KEY_2").click();
    window.until("one row", |window| window.rows().len() == 1 && window.row("KEY_2").is_some());
    assert_eq!(window.filter_text(), "key:KEY_2");
    window.harness.key_press_modifiers(Modifiers::NONE, Key::Escape);
}

#[test]
fn a_mistake_says_its_place_its_remedy_and_what_the_list_still_shows() {
    let mut window = Window::open_tapped(3);
    window.press(Key::Slash);
    window.write_filter("evnt:CLICK");
    window.press(Key::Escape);
    window.until_says("The list still shows every event");
    window.press(Key::Escape);
    window.press(Key::Slash);
    window.write_filter("key:KEY_1 ");
    window.until("one row", |window| window.rows().len() == 1);
    window.write_filter("evnt:CLICK");
    window.until_says("The list still shows key:KEY_1");
    window.press(Key::Escape);
    window.until_says("Column 11: there is no \"evnt:\"");
    let chips = window.harness.query_all_by_role_and_label(Role::Button, "Exclude key:KEY_1").count();
    assert_eq!((chips, window.rows().len()), (0, 1), "no chip stands as if the filter held");
    window.button("Use event:");
    window.until("mended", |window| window.filter_text() == "key:KEY_1 event:CLICK");
    window.until("no mistake", |window| !window.says("The list still shows"));
}

#[test]
fn words_of_the_state_column_offer_the_term_that_finds_its_rows() {
    let mut window = Window::open_tapped(3);
    window.press(Key::Slash);
    window.write_filter("server la");
    window.until("the term", |window| window.offered("forward:late"));
    window.press(Key::Tab);
    window.until("the term in place of both words", |window| window.filter_text() == "forward:late ");
    window.button("Clear filter");
    window.until("everything", |window| window.rows().len() == 3);
    window.press(Key::Slash);
    window.write_filter("too late");
    window.until("the term", |window| window.offered("ms:>5000"));
    window.press(Key::Escape);
    window.until("nothing offered", |window| !window.offered("ms:>5000"));
    window.press(Key::Escape);
    window.until("nothing found", |window| window.rows().is_empty());
    window.button("Show the rows with the state “too late”");
    window.until("the term", |window| window.filter_text() == "ms:>5000");
}

#[test]
fn the_form_that_names_a_filter_closes_when_the_filter_is_cleared() {
    let mut window = Window::open_tapped(3);
    window.press(Key::Slash);
    window.write_filter("key:KEY_1 ");
    window.until("one row", |window| window.rows().len() == 1);
    window.press(Key::Enter);
    window.button("Save this filter…");
    window.until("the form", |window| window.harness.query_by_role_and_label(Role::TextInput, "Name").is_some());
    window.button("Clear filter");
    window.until("no form", |window| window.harness.query_by_role_and_label(Role::TextInput, "Name").is_none());
}
