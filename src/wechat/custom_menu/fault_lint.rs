//! Findings about what cannot be read as a menu: no JSON, more buttons than are read, more levels.

use super::json_fault::JsonFault;
use super::menu_code::{MenuCode, MenuFinding};
use super::menu_error::MenuError;
use super::menu_lint::{DATA_FORMAT, MenuLint, SUB_LEVEL};
use super::menu_outline::{MAX_BUTTONS, MAX_SUB_BUTTONS, MenuOutline};
use crate::wechat::tree::{MAX_ELEMENTS, Place};

/// WeChat's errcode for a wrong number of buttons in the bar.
const BUTTON_COUNT: u32 = 40_016;
/// WeChat's errcode for a wrong number of sub-buttons.
const SUB_BUTTON_COUNT: u32 = 40_023;

impl MenuLint<'_> {
    /// The finding about what cannot be read as JSON, or is too large or too deep for a menu.
    pub(super) fn fault(&mut self, fault: JsonFault) -> Result<(), MenuError> {
        let outline = MenuOutline::of(self.payload);
        match &fault {
            JsonFault::TooDeep { .. } => {
                // What nests otherwise is no menu that could be linted.
                let at = outline.third_level.ok_or(MenuError::Json(fault))?;
                self.add(MenuFinding::new(MenuCode::SubButtonLevel).refused_with(SUB_LEVEL), &(at..at));
            }
            JsonFault::TooManyValues { place } => self.excess(&outline, *place),
            fault => {
                let finding = MenuFinding::new(MenuCode::NotJson).variant(fault.as_str()).refused_with(DATA_FORMAT);
                let finding = match fault {
                    JsonFault::NotAnObject { found, .. } => finding.with("found", found),
                    JsonFault::Malformed { reason, .. } => finding.with("reason", reason),
                    _ => finding,
                };
                self.findings.push(finding.at(fault.place()));
            }
        }
        Ok(())
    }

    /// The findings about more values than any menu has.
    fn excess(&mut self, outline: &MenuOutline, place: Place) {
        if let Some(bar) = outline.bar {
            self.add(button_count(bar.count), &(bar.at..bar.at));
        }
        if let Some(below) = outline.sub_buttons {
            self.add(sub_button_count(below.count), &(below.at..below.at));
        }
        if self.findings.is_empty() {
            let finding = MenuFinding::new(MenuCode::TooLarge).with("limit", format!("> {MAX_ELEMENTS} {{…}}"));
            self.findings.push(finding.at(Some(place)));
        }
    }
}

pub(super) fn button_count(count: usize) -> MenuFinding {
    MenuFinding::new(MenuCode::ButtonCount).with("count", count).with("limit", MAX_BUTTONS).refused_with(BUTTON_COUNT)
}

pub(super) fn sub_button_count(count: usize) -> MenuFinding {
    let finding = MenuFinding::new(MenuCode::SubButtonCount).with("count", count).with("limit", MAX_SUB_BUTTONS);
    finding.refused_with(SUB_BUTTON_COUNT)
}
