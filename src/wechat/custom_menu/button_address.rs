//! Addresses of buttons among all menus of a file, as people write and read them.
//!
//! A path (`2.1`, `More/Scan`) is one of the default menu's. Before a path of a conditional menu stands that menu: `208396993:2.1`
//! by its `menuid`, `c1:2.1` by its number, counted from 1, where it has none yet.

use super::definition::{Button, Menu, MenuFile};

/// The sign between the menu and the path.
const SEPARATOR: char = ':';

/// The letter before the number of a conditional menu.
const BY_NUMBER: char = 'c';

/// A button with the menu that it is in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AddressedButton<'m> {
    /// The index of the menu in [`MenuFile::menus`].
    pub menu_index: usize,
    /// The menu.
    pub menu: &'m Menu,
    /// The button.
    pub button: &'m Button,
}

impl MenuFile {
    /// Every button of every menu with its address, the default menu's first.
    pub fn all_buttons(&self) -> Vec<(String, AddressedButton<'_>)> {
        let menus = self.menus().enumerate();
        let buttons = menus.flat_map(|(menu_index, menu)| {
            let of_menu = menu.all_buttons().into_iter();
            of_menu.map(move |(path, button)| {
                (self.address(menu_index, &path), AddressedButton { menu_index, menu, button })
            })
        });
        buttons.collect()
    }

    /// The address of the button at a path in one of the menus.
    pub fn address(&self, menu_index: usize, path: &str) -> String {
        let defaults = usize::from(self.default.is_some());
        // A menu that is alone needs no name.
        let Some(number) = menu_index.checked_sub(defaults).filter(|_| self.menus().count() > 1) else {
            return path.to_owned();
        };
        let name = self.menus().nth(menu_index).and_then(|menu| menu.menu_id.clone());
        format!("{}{SEPARATOR}{path}", name.unwrap_or_else(|| Self::number_of(number)))
    }

    /// The name of a conditional menu that has no `menuid` yet, by its index among them.
    pub fn number_of(index: usize) -> String {
        format!("{BY_NUMBER}{}", index + 1)
    }

    /// The buttons at an address. Without a menu in it: the default menu's, else those of all conditional menus, which may be
    /// several.
    pub fn buttons_at(&self, address: &str) -> Vec<AddressedButton<'_>> {
        let menus = || self.menus().enumerate();
        let named = address.split_once(SEPARATOR).and_then(|(name, path)| {
            let menu = menus().find(|(index, menu)| self.is_named(*index, menu, name))?;
            button_in(menu, path)
        });
        let of_default = || menus().next().filter(|_| self.default.is_some()).and_then(|menu| button_in(menu, address));
        match named.or_else(of_default) {
            Some(found) => vec![found],
            None => menus().filter_map(|menu| button_in(menu, address)).collect(),
        }
    }

    fn is_named(&self, index: usize, menu: &Menu, name: &str) -> bool {
        let number = name.strip_prefix(BY_NUMBER).and_then(|number| number.parse::<usize>().ok());
        let defaults = usize::from(self.default.is_some());
        menu.menu_id.as_deref() == Some(name)
            || number.is_some_and(|number| number > 0 && index + 1 == defaults + number)
    }
}

fn button_in<'m>((menu_index, menu): (usize, &'m Menu), path: &str) -> Option<AddressedButton<'m>> {
    Some(AddressedButton { menu_index, menu, button: menu.button_at(path)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"{"menu":{"menuid":7,"button":[{"type":"click","name":"A","key":"A"},
            {"name":"P","sub_button":[{"type":"click","name":"B:C","key":"B"}]}]},
        "conditionalmenu":[
            {"menuid":8,"matchrule":{"tag_id":"1"},"button":[{"type":"click","name":"A","key":"8"}]},
            {"matchrule":{"tag_id":"2"},"button":[{"type":"click","name":"V","key":"V"}]},
            {"menuid":9,"matchrule":{"tag_id":"3"},"button":[{"type":"click","name":"W","key":"9"},
                {"type":"click","name":"V","key":"V9"}]}]}"#;

    #[test]
    fn every_button_is_found_again_at_its_address() {
        let file = MenuFile::read(FILE.as_bytes()).unwrap();
        let all = file.all_buttons();
        let addresses: Vec<&str> = all.iter().map(|(address, _)| &**address).collect();
        assert_eq!(addresses, ["1", "2", "2.1", "8:1", "c2:1", "9:1", "9:2"]);
        for (address, button) in &all {
            assert_eq!(file.buttons_at(address), [*button], "{address}");
        }
        let keys = |address: &str| -> Vec<_> {
            file.buttons_at(address).iter().map(|found| found.button.value_of("key").unwrap().to_owned()).collect()
        };
        assert_eq!((keys("7:1"), keys("c1:A"), keys("P/B:C")), (vec!["A".into()], vec!["8".into()], vec!["B".into()]));
        assert_eq!(keys("A"), ["A"], "of several the default menu's");
        assert_eq!((keys("W"), keys("V")), (vec!["9".into()], vec!["V".into(), "V9".into()]));
        for nowhere in ["", "3", "c0:1", "c4:1", "10:1", "8:2", ":1", "c:1"] {
            assert_eq!(file.buttons_at(nowhere), [], "{nowhere}");
        }
    }

    #[test]
    fn a_menu_that_is_alone_needs_no_name() {
        let text = r#"{"button":[{"type":"click","name":"A","key":"K"}],"matchrule":{"tag_id":"1"}}"#;
        let file = MenuFile::read(text.as_bytes()).unwrap();
        assert_eq!(file.all_buttons()[0].0, "1");
        assert_eq!((file.buttons_at("1").len(), file.buttons_at("c1:1").len()), (1, 1));
    }
}
