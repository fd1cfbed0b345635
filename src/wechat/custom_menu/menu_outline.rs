//! The outline of a menu of any size and depth: as much as tells why WeChat refuses one that is too large or too deep to be
//! read, and members that come twice.
//!
//! One pass over the bytes, without recursion; what is no JSON ends it.

use std::ops::Range;

/// The limits of buttons in the bar and below one button.
pub(super) const MAX_BUTTONS: usize = 3;
pub(super) const MAX_SUB_BUTTONS: usize = 5;

/// Members that hold menus and buttons; of the others the reader tells what comes twice.
const HOLDERS: [&str; 6] = ["button", "sub_button", "menu", "conditionalmenu", "selfmenu_info", "matchrule"];

/// A number of buttons beyond the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Excess {
    /// All buttons of that list.
    pub(super) count: usize,
    /// The offset of the first one beyond the limit.
    pub(super) at: usize,
}

/// The outline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct MenuOutline {
    /// The first bar with too many buttons.
    pub(super) bar: Option<Excess>,
    /// The first button with too many sub-buttons.
    pub(super) sub_buttons: Option<Excess>,
    /// The offset of the first sub-button of a sub-button.
    pub(super) third_level: Option<usize>,
    /// Members that came before in the same object: their names, and the places of the repeated ones.
    pub(super) repeated: Vec<(&'static str, Range<usize>)>,
}

/// The part of a menu that an object or a list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Menu,
    Menus,
    Bar,
    Button,
    SubButtons,
    SubButton,
    ThirdLevel,
    Other,
}

impl Part {
    /// The part that begins inside another one.
    fn below(outer: Option<Self>, name: Option<&str>, is_list: bool) -> Self {
        match (outer, name, is_list) {
            (None | Some(Self::Menus), _, false) | (Some(Self::Menu), Some("menu" | "selfmenu_info"), false) => {
                Self::Menu
            }
            (Some(Self::Menu), Some("conditionalmenu"), true) => Self::Menus,
            (Some(Self::Menu), Some("button"), true) => Self::Bar,
            (Some(Self::Bar), _, false) => Self::Button,
            // get_current_selfmenu_info wraps the list in an object.
            (Some(Self::Button), Some("sub_button"), _) | (Some(Self::SubButtons), Some("list"), true) => {
                Self::SubButtons
            }
            (Some(Self::SubButtons), None, false) => Self::SubButton,
            (Some(Self::SubButton), Some("sub_button"), _) | (Some(Self::ThirdLevel), Some("list"), true) => {
                Self::ThirdLevel
            }
            _ => Self::Other,
        }
    }
}

/// An object or a list that has begun.
#[derive(Debug)]
struct Open {
    part: Part,
    /// Buttons in it so far.
    buttons: usize,
    /// The offset of the first button beyond the limit.
    beyond: Option<usize>,
    /// The holders that it has had, one bit each.
    holders: u8,
}

impl MenuOutline {
    pub(super) fn of(payload: &[u8]) -> Self {
        let mut outline = Self::default();
        let (mut open, mut name, mut at) = (Vec::<Open>::new(), None::<Range<usize>>, 0);
        while let Some(byte) = payload.get(at) {
            match byte {
                b'"' => {
                    let Some(end) = end_of_string(payload, at) else { break };
                    let is_name = payload.get(end..).is_some_and(|rest| rest.trim_ascii_start().starts_with(b":"));
                    name = is_name.then_some(at + 1..end - 1);
                    if let (Some(name), Some(object)) = (&name, open.last_mut()) {
                        outline.note_name(payload, name, object);
                    }
                    at = end;
                    continue;
                }
                b'{' | b'[' => {
                    let name = name.take().and_then(|name| std::str::from_utf8(payload.get(name)?).ok());
                    let part = Part::below(open.last().map(|outer| outer.part), name, *byte == b'[');
                    outline.note_begin(part, open.last_mut(), *byte == b'{', at);
                    open.push(Open { part, buttons: 0, beyond: None, holders: 0 });
                }
                b'}' | b']' => {
                    let Some(ended) = open.pop() else { break };
                    outline.note_end(&ended);
                }
                b',' => name = None,
                _ => {}
            }
            at += 1;
        }
        while let Some(ended) = open.pop() {
            outline.note_end(&ended);
        }
        outline
    }

    fn note_name(&mut self, payload: &[u8], name: &Range<usize>, object: &mut Open) {
        let found = HOLDERS.iter().enumerate().find(|(_, known)| payload.get(name.clone()) == Some(known.as_bytes()));
        let is_holder = |known: &str| match object.part {
            Part::Menu => known != "sub_button",
            Part::Button | Part::SubButton => known == "sub_button",
            _ => false,
        };
        let Some((number, known)) = found.filter(|(_, known)| is_holder(known)) else { return };
        let bit = 1 << number;
        if object.holders & bit != 0 {
            self.repeated.push((known, name.start - 1..name.end + 1));
        }
        object.holders |= bit;
    }

    fn note_begin(&mut self, part: Part, outer: Option<&mut Open>, is_object: bool, at: usize) {
        let Some(outer) = outer else { return };
        let limit = match part {
            Part::Button => MAX_BUTTONS,
            Part::SubButton => MAX_SUB_BUTTONS,
            _ => {
                let is_button = outer.part == Part::ThirdLevel && part == Part::Other && is_object;
                self.third_level = self.third_level.or(is_button.then_some(at));
                return;
            }
        };
        outer.buttons += 1;
        if outer.buttons == limit + 1 {
            outer.beyond = Some(at);
        }
    }

    fn note_end(&mut self, ended: &Open) {
        let Some(at) = ended.beyond else { return };
        let excess = Excess { count: ended.buttons, at };
        let found = if ended.part == Part::Bar { &mut self.bar } else { &mut self.sub_buttons };
        found.get_or_insert(excess);
    }
}

/// The offset behind a string that begins here.
fn end_of_string(payload: &[u8], begins: usize) -> Option<usize> {
    let mut at = begins + 1;
    loop {
        match payload.get(at)? {
            b'\\' => at += 2,
            b'"' => return Some(at + 1),
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> MenuOutline {
        MenuOutline::of(text.as_bytes())
    }

    #[test]
    fn the_first_button_beyond_a_limit_is_found_with_the_number_of_all() {
        let four = r#"{"menu":{"button":[{"name":"{[\"A"},{},{},{"name":"D"},{}]}}"#;
        let at = four.find(r#"{"name":"D"#).unwrap();
        assert_eq!(of(four).bar, Some(Excess { count: 5, at }));
        let six = r#"{"is_menu_open":1,"selfmenu_info":{"button":[{"sub_button":{"list":[{},{},{},{},{},{"x":1}]}}]}}"#;
        let outline = of(six);
        assert_eq!(outline.sub_buttons, Some(Excess { count: 6, at: six.find(r#"{"x":1"#).unwrap() }));
        assert_eq!((outline.bar, outline.third_level), (None, None));
    }

    #[test]
    fn the_first_sub_button_of_a_sub_button_is_found_at_any_depth() {
        let deep = format!(r#"{{"button":[{}{}]}}"#, r#"{"sub_button":["#.repeat(5_000), "]}".repeat(5_000));
        let third = deep.match_indices(r#"{"sub"#).nth(2).unwrap().0;
        assert_eq!(of(&deep).third_level, Some(third));
        assert_eq!(of(&format!(r#"{{"button":[{}"#, "[".repeat(5_000))).third_level, None, "these are no sub-buttons");
    }

    #[test]
    fn members_that_hold_buttons_and_come_twice_are_found() {
        let twice = r#"{"button":[{"sub_button":[],"sub_button" : [{"button":1,"button":2}]}],"button":[]}"#;
        let found: Vec<_> = of(twice).repeated.into_iter().map(|(name, place)| (name, place.start)).collect();
        let second = twice.match_indices("\"sub_button\"").nth(1).unwrap().0;
        assert_eq!(found, [("sub_button", second), ("button", twice.rfind("\"button\"").unwrap())]);
        assert_eq!(of("\"").repeated, []);
    }
}
