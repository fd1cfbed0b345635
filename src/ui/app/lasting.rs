//! State that lasts from one session to the next: the list's columns and heights, the filter, and what was in view.
//!
//! The window's place and the widths of panes are egui's own; theme and language stand in `config.toml`.

use serde::{Deserialize, Serialize};

use super::App;
use crate::ui::action::Screen;
use crate::ui::screens::events::list::ListLayout;

/// Key of the state in the file of the window.
const KEY: &str = "menuscope.view";

/// The screen, list and filter that the window showed.
#[derive(Debug, Deserialize, Serialize, PartialEq)]
#[serde(default)]
struct LastingState {
    list: ListLayout,
    filter: String,
    following: bool,
    screen: Screen,
    detail_hidden: bool,
    /// True once nothing leads back to the steps of the set-up.
    set_up_over: bool,
}

impl Default for LastingState {
    fn default() -> Self {
        let (list, filter) = (ListLayout::default(), String::new());
        Self { list, filter, following: true, screen: Screen::default(), detail_hidden: false, set_up_over: false }
    }
}

impl App {
    /// Shows what the last session showed; what cannot be read is left as it is.
    pub fn restore(&mut self, storage: &dyn eframe::Storage) {
        let Some(text) = storage.get_string(KEY) else { return };
        let Ok(last) = serde_json::from_str::<LastingState>(&text) else { return };
        let state = &mut self.state;
        state.list.layout = last.list;
        state.detail_hidden = last.detail_hidden;
        state.set_up.is_over = last.set_up_over;
        if !last.following {
            state.list.follow(false);
        }
        self.show_screen(last.screen);
        if !last.filter.is_empty() {
            self.set_filter(last.filter);
        }
    }

    /// Keeps what the window shows for the next session.
    pub(super) fn keep(&self, storage: &mut dyn eframe::Storage) {
        let state = &self.state;
        let now = LastingState {
            list: state.list.layout.clone(),
            // What is being typed and cannot be read yet is no filter.
            filter: if state.filter.mistake().is_none() { state.filter.text().to_owned() } else { String::new() },
            following: state.list.following,
            screen: state.screen,
            detail_hidden: state.detail_hidden,
            set_up_over: state.set_up.is_over,
        };
        if let Ok(text) = serde_json::to_string(&now) {
            storage.set_string(KEY, text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_state_of_an_older_version_is_filled_up() {
        let read: LastingState = serde_json::from_str(r#"{"filter":"key:6"}"#).unwrap();
        assert_eq!(read, LastingState { filter: "key:6".to_owned(), ..LastingState::default() });
        let back: LastingState = serde_json::from_str(&serde_json::to_string(&read).unwrap()).unwrap();
        assert_eq!(back, read);
    }
}
