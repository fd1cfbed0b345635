//! The menus of an account that were kept, each with its time: the one in force when an event came, and the buttons of former
//! ones.

use jiff::Timestamp;

use crate::config::{ConfigError, DataFolder};
use crate::wechat::custom_menu::{Menu, MenuFile};

/// Kept menus that are read, the newest; more changes of one menu are seldom looked back at.
const MOST_MENUS: usize = 64;

/// The menus that were in force, as far as they were kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MenuHistory {
    /// The newest first.
    menus: Vec<DatedMenu>,
}

/// A menu with the time from which on it is known to have been in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatedMenu {
    /// The time at which it was fetched or published.
    pub since: Timestamp,
    /// The menu.
    pub file: MenuFile,
}

/// The facts about a tap that tell its menu.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TapMoment<'m> {
    /// The time at which it came.
    pub at: Timestamp,
    /// The `MenuId` that VIEW and `view_miniprogram` carry.
    pub menu_id: Option<&'m str>,
}

/// The reason why a menu is taken for the one in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForceReason {
    /// The event names it.
    MenuId,
    /// It was the last to be fetched or published before the event came.
    Time,
    /// Of the time before it nothing is known.
    Earliest,
}

impl ForceReason {
    /// The spelling in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MenuId => "menu_id",
            Self::Time => "time",
            Self::Earliest => "earliest",
        }
    }
}

/// The menu that was in force when an event came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MenuInForce<'h> {
    /// The file with all menus of that time.
    pub dated: &'h DatedMenu,
    /// The menu in it: the default one, or the conditional one that the event names.
    pub menu: Option<&'h Menu>,
    /// The reason.
    pub reason: ForceReason,
}

/// A button of a menu that was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormerButton {
    /// The time of its menu.
    pub since: Timestamp,
    /// Its path, as in `2.1`.
    pub path: String,
    /// Its name.
    pub name: String,
}

impl MenuHistory {
    /// A history of these menus.
    pub fn new(mut menus: Vec<DatedMenu>) -> Self {
        menus.sort_by_key(|menu| std::cmp::Reverse(menu.since));
        Self { menus }
    }

    /// Reads the menus that were kept for an account; those that cannot be read are left out.
    pub fn read(folder: &DataFolder, account: &str) -> Result<Self, ConfigError> {
        let mut menus = Vec::new();
        for kept in folder.menus(account)?.into_iter().take(MOST_MENUS) {
            let read = std::fs::read(&kept.path).map_err(|error| error.to_string());
            let file = read.and_then(|json| MenuFile::read(&json).map_err(|error| error.to_string()));
            match file {
                Ok(file) => menus.push(DatedMenu { since: kept.fetched_at, file }),
                Err(error) => tracing::warn!("a kept menu is left out: {error}: {}", kept.path.display()),
            }
        }
        Ok(Self::new(menus))
    }

    /// The menus, the newest first.
    pub fn menus(&self) -> &[DatedMenu] {
        &self.menus
    }

    /// The newest menu.
    pub fn newest(&self) -> Option<&DatedMenu> {
        self.menus.first()
    }

    /// The menu that was in force when an event came: the one that it names, else the newest before it, else the earliest.
    pub fn in_force(&self, moment: TapMoment<'_>) -> Option<MenuInForce<'_>> {
        let named = |dated: &'_ DatedMenu| -> Option<usize> {
            let id = moment.menu_id?;
            dated.file.menus().position(|menu| menu.menu_id.as_deref() == Some(id))
        };
        let before = || self.menus.iter().filter(|dated| dated.since <= moment.at);
        // Its number is known from a later fetch, where none was made before.
        let after = || self.menus.iter().rev().filter(|dated| dated.since > moment.at);
        let by_id = before().chain(after()).find_map(|dated| Some((dated, named(dated)?)));
        if let Some((dated, at)) = by_id {
            return Some(MenuInForce { dated, menu: dated.file.menus().nth(at), reason: ForceReason::MenuId });
        }
        let (dated, reason) = match (before().next(), self.menus.last()) {
            (Some(dated), _) => (dated, ForceReason::Time),
            (None, Some(dated)) => (dated, ForceReason::Earliest),
            (None, None) => return None,
        };
        Some(MenuInForce { dated, menu: dated.file.default.as_ref(), reason })
    }

    /// The button that an event came from: of the menu that it names, else of the newest before it that has its key, since
    /// phones keep a menu for a while, else of any.
    pub fn button_of(&self, kind: &str, key: &str, moment: TapMoment<'_>) -> Option<FormerButton> {
        let named = self.in_force(moment).filter(|found| found.reason == ForceReason::MenuId);
        let in_named = named.and_then(|found| button_in(found.menu.into_iter(), found.dated.since, kind, key));
        let (before, after): (Vec<_>, Vec<_>) = self.menus.iter().partition(|dated| dated.since <= moment.at);
        let others = before.into_iter().chain(after.into_iter().rev());
        in_named.or_else(|| others.into_iter().find_map(|dated| button_in(dated.file.menus(), dated.since, kind, key)))
    }

    /// The button of the newest menu that has this key.
    pub fn former_button(&self, kind: &str, key: &str) -> Option<FormerButton> {
        self.menus.iter().find_map(|dated| button_in(dated.file.menus(), dated.since, kind, key))
    }
}

/// The first button of these menus that pushes this kind and key.
fn button_in<'m>(
    mut menus: impl Iterator<Item = &'m Menu>,
    since: Timestamp,
    kind: &str,
    key: &str,
) -> Option<FormerButton> {
    menus.find_map(|menu| {
        let mut buttons = menu.all_buttons().into_iter();
        let is_it = |(_, button): &(String, &crate::wechat::custom_menu::Button)| {
            button.push().is_some_and(|push| push.kind == kind && push.key == key)
        };
        let (path, button) = buttons.find(is_it)?;
        Some(FormerButton { since, path, name: button.name().to_owned() })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn menu(since: i64, id: u32, key: &str) -> DatedMenu {
        let json = format!(
            r#"{{"menu":{{"menuid":{id},"button":[{{"type":"click","name":"N{id}","key":"{key}"}}]}},
               "conditionalmenu":[{{"menuid":{},"matchrule":{{"tag_id":"2"}},
                 "button":[{{"type":"view","name":"C{id}","url":"http://e.com/{id}"}}]}}]}}"#,
            id + 100
        );
        DatedMenu { since: at(since), file: MenuFile::read(json.as_bytes()).unwrap() }
    }

    fn history() -> MenuHistory {
        MenuHistory::new(vec![menu(100, 1, "OLD"), menu(300, 3, "NEW"), menu(200, 2, "MIDDLE")])
    }

    #[test]
    fn the_menu_in_force_is_the_one_that_is_named_else_the_last_before_the_event() {
        let history = history();
        let found = |second, menu_id| {
            let found = history.in_force(TapMoment { at: at(second), menu_id }).unwrap();
            (found.dated.since.as_second(), found.menu.unwrap().menu_id.clone().unwrap(), found.reason)
        };
        assert_eq!(found(250, None), (200, "2".to_owned(), ForceReason::Time));
        assert_eq!(found(200, None), (200, "2".to_owned(), ForceReason::Time));
        assert_eq!(found(50, None), (100, "1".to_owned(), ForceReason::Earliest));
        assert_eq!(found(999, Some("101")), (100, "101".to_owned(), ForceReason::MenuId));
        assert_eq!(found(50, Some("3")), (300, "3".to_owned(), ForceReason::MenuId), "known from a later fetch");
        assert_eq!(found(250, Some("77")), (200, "2".to_owned(), ForceReason::Time), "a number of nobody");
        assert!(MenuHistory::default().in_force(TapMoment { at: at(1), menu_id: None }).is_none());
    }

    #[test]
    fn a_button_is_looked_for_in_the_menus_that_a_phone_may_have_had() {
        let history = history();
        let button = |kind, key, second, menu_id| {
            history.button_of(kind, key, TapMoment { at: at(second), menu_id }).map(|found| found.name)
        };
        assert_eq!(button("CLICK", "MIDDLE", 250, None).as_deref(), Some("N2"));
        assert_eq!(button("CLICK", "OLD", 350, None).as_deref(), Some("N1"), "the phone had the former menu");
        assert_eq!(button("CLICK", "NEW", 250, None).as_deref(), Some("N3"), "fetched later than it was published");
        assert_eq!(button("VIEW", "http://e.com/2", 250, Some("102")).as_deref(), Some("C2"));
        assert_eq!(button("CLICK", "http://e.com/2", 250, None), None);
        assert_eq!(
            history.former_button("CLICK", "OLD").map(|found| (found.path, found.since)),
            Some(("1".into(), at(100)))
        );
    }

    #[test]
    fn what_was_kept_is_read_and_what_cannot_be_is_left_out() {
        let data = tempfile::tempdir().unwrap();
        let folder = DataFolder::locate(Some(data.path())).unwrap();
        folder.keep_menu("default", b"{\"button\":[]}", at(1)).unwrap();
        folder.keep_menu("default", b"no menu", at(2)).unwrap();
        let history = MenuHistory::read(&folder, "default").unwrap();
        assert_eq!(history.menus().iter().map(|menu| menu.since).collect::<Vec<_>>(), [at(1)]);
        assert_eq!(MenuHistory::read(&folder, "other").unwrap(), MenuHistory::default());
    }
}
