//! Named filters: those of `config.toml` and those of this session; a colour marks what they find.

use std::collections::BTreeMap;

use crate::config::{FilterConfig, Hue};
use crate::engine::{Command, QueryCommand, SettingsCommand};
use crate::filter::Filter;

/// A filter with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NamedFilter {
    pub(crate) name: String,
    /// The filter, as written.
    pub(crate) text: String,
    /// Colour that marks the rows it finds.
    pub(crate) colour: Option<Hue>,
    /// True if `config.toml` has it.
    pub(crate) kept: bool,
    /// True if the filter can be parsed.
    pub(crate) sound: bool,
}

/// Input of the form that saves a filter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct FilterInput {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) colour: Option<Hue>,
    /// Its former name; empty for a new one.
    pub(crate) former: String,
    /// Set for the filter of the list, which may change while its name is being typed.
    pub(crate) of_list: bool,
    /// Puts the caret into the field of the name in the next frame.
    pub(crate) focus: bool,
}

#[derive(Debug, Default)]
pub(crate) struct SavedFilters {
    /// Filters of `config.toml`.
    kept: BTreeMap<String, FilterConfig>,
    /// Filters coloured in this session.
    session: Vec<NamedFilter>,
    /// Both, in the order in which they are shown; the first match marks a row.
    all: Vec<NamedFilter>,
    /// The open form.
    pub(crate) naming: Option<FilterInput>,
    /// Goes up with each change of the coloured filters.
    generation: u64,
    /// Index in `all` for each index in the engine's list.
    coloured: Vec<usize>,
}

impl SavedFilters {
    /// All filters, in the order in which they are shown.
    pub(crate) fn all(&self) -> &[NamedFilter] {
        &self.all
    }

    /// Revision of the coloured filters.
    pub(crate) fn generation(&self) -> u64 {
        self.generation
    }

    /// The filter that marks a row, by its index among the coloured ones.
    pub(crate) fn marking(&self, index: usize) -> Option<(&NamedFilter, Hue)> {
        let named = self.all.get(*self.coloured.get(index)?)?;
        named.colour.map(|hue| (named, hue))
    }

    /// Follows `config.toml`; returns the command that tells the engine the coloured filters, if they have changed.
    pub(crate) fn follow(&mut self, kept: &BTreeMap<String, FilterConfig>) -> Option<Command> {
        if self.kept == *kept {
            return None;
        }
        self.kept.clone_from(kept);
        self.session.retain(|named| !kept.contains_key(&named.name));
        Some(self.changed())
    }

    /// Marks what a filter finds, in this session, with the colour used least.
    pub(crate) fn colour_by(&mut self, name: &str, text: &str) -> Command {
        let times = |hue: &Hue| self.all.iter().filter(|named| named.colour == Some(*hue)).count();
        let colour = Hue::ALL.iter().min_by_key(|hue| times(hue)).copied();
        self.session.retain(|named| named.text != text);
        self.session.insert(0, named(name, text, colour, false));
        self.changed()
    }

    /// Forgets a filter of this session.
    pub(crate) fn forget(&mut self, name: &str) -> Command {
        self.session.retain(|named| named.name != name);
        self.changed()
    }

    /// Opens the form.
    pub(crate) fn begin(&mut self, naming: FilterInput) {
        self.naming = Some(naming);
    }

    /// Follows the filter of the list: its form saves what the list shows, and closes where that is everything.
    pub(crate) fn follow_list(&mut self, text: &str) {
        let Some(naming) = self.naming.as_mut().filter(|naming| naming.of_list) else { return };
        match text.trim() {
            "" => self.naming = None,
            text => text.clone_into(&mut naming.text),
        }
    }

    /// Returns true if the input can be saved.
    pub(crate) fn is_sound(&self) -> bool {
        self.naming.as_ref().is_some_and(|naming| {
            let name = naming.name.trim();
            !name.is_empty() && (name == naming.former || !self.kept.contains_key(name))
        })
    }

    /// Saves the input.
    pub(crate) fn keep(&mut self) -> Option<Command> {
        if !self.is_sound() {
            return None;
        }
        let FilterInput { name, text, colour, former, .. } = self.naming.take()?;
        let mut filters = self.kept.clone();
        filters.remove(&former);
        filters.insert(name.trim().to_owned(), FilterConfig { filter: text.clone(), colour });
        self.session.retain(|named| named.text != text);
        Some(SettingsCommand::SaveFilters { filters }.into())
    }

    /// Removes a filter from `config.toml`.
    pub(crate) fn remove(&self, name: &str) -> Command {
        let mut filters = self.kept.clone();
        filters.remove(name);
        SettingsCommand::SaveFilters { filters }.into()
    }

    fn changed(&mut self) -> Command {
        let kept = self.kept.iter().map(|(name, kept)| named(name, &kept.filter, kept.colour, true));
        self.all = self.session.iter().cloned().chain(kept).collect();
        self.generation += 1;
        let coloured = self.all.iter().enumerate().filter(|(_, named)| named.colour.is_some());
        let now = crate::clock::local_now();
        let read = coloured.filter_map(|(at, named)| Some((at, Filter::parse(&named.text, &now).ok()?)));
        let (places, filters) = read.unzip();
        self.coloured = places;
        QueryCommand::SetMarks { generation: self.generation, filters }.into()
    }
}

fn named(name: &str, text: &str, colour: Option<Hue>, kept: bool) -> NamedFilter {
    let sound = Filter::parse(text, &crate::clock::local_now()).is_ok();
    NamedFilter { name: name.to_owned(), text: text.to_owned(), colour, kept, sound }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept() -> BTreeMap<String, FilterConfig> {
        let filter = |text: &str, colour| FilterConfig { filter: text.to_owned(), colour };
        [
            ("bad".to_owned(), filter("evnt:", Some(Hue::Red))),
            ("plain".to_owned(), filter("event:VIEW", None)),
            ("taps".to_owned(), filter("event:CLICK", Some(Hue::Blue))),
        ]
        .into()
    }

    #[test]
    fn what_can_be_read_and_has_a_colour_marks_rows() {
        let mut saved = SavedFilters::default();
        let Some(Command::Query(QueryCommand::SetMarks { generation: 1, filters })) = saved.follow(&kept()) else {
            panic!()
        };
        assert_eq!(filters.iter().map(|filter| &*filter.text).collect::<Vec<_>>(), ["event:CLICK"]);
        assert_eq!(saved.marking(0).map(|(named, hue)| (&*named.name, hue)), Some(("taps", Hue::Blue)));
        assert!(saved.follow(&kept()).is_none() && saved.marking(1).is_none());
        assert!(!saved.all()[0].sound && saved.all()[1].sound);
    }

    #[test]
    fn what_is_coloured_in_this_session_comes_first_and_can_be_kept() {
        let mut saved = SavedFilters::default();
        saved.follow(&kept());
        let Command::Query(QueryCommand::SetMarks { filters, .. }) = saved.colour_by("MENU_1", "key:MENU_1") else {
            panic!()
        };
        assert_eq!((filters.len(), saved.all()[0].colour), (2, Some(Hue::Orange)));
        saved.begin(FilterInput { name: "taps".to_owned(), text: "key:MENU_1".to_owned(), ..FilterInput::default() });
        assert!(saved.keep().is_none(), "the name is taken");
        saved.begin(FilterInput { name: " menu ".to_owned(), text: "key:MENU_1".to_owned(), ..FilterInput::default() });
        let Some(Command::Settings(SettingsCommand::SaveFilters { filters })) = saved.keep() else { panic!() };
        assert_eq!(filters["menu"].filter, "key:MENU_1");
        assert_eq!(filters.len(), 4);
    }

    #[test]
    fn the_form_of_the_lists_filter_follows_it_and_closes_with_it() {
        let mut saved = SavedFilters::default();
        let input = |of_list| FilterInput { text: "event:VIEW".to_owned(), of_list, ..FilterInput::default() };
        saved.begin(input(true));
        saved.follow_list("key:A ");
        assert_eq!(saved.naming.as_ref().map(|naming| &*naming.text), Some("key:A"));
        saved.follow_list(" ");
        assert!(saved.naming.is_none());
        saved.begin(input(false));
        saved.follow_list("");
        assert!(saved.naming.is_some(), "another filter is being renamed");
    }

    #[test]
    fn a_filter_is_renamed_and_removed() {
        let mut saved = SavedFilters::default();
        saved.follow(&kept());
        let naming = FilterInput {
            name: "clicks".to_owned(),
            text: "event:CLICK".to_owned(),
            former: "taps".to_owned(),
            ..FilterInput::default()
        };
        saved.begin(naming);
        let Some(Command::Settings(SettingsCommand::SaveFilters { filters })) = saved.keep() else { panic!() };
        assert!(filters.contains_key("clicks") && !filters.contains_key("taps"));
        let Command::Settings(SettingsCommand::SaveFilters { filters }) = saved.remove("plain") else { panic!() };
        assert_eq!(filters.len(), 2);
    }
}
