//! Custom menus (自定义菜单): definitions read from JSON, their lint, conditional menus, and the push of each button.
//!
//! ```text
//! JSON ─► MenuFile ─┬─► lint: findings with WeChat's errcode and the place
//!                   ├─► resolve: the menu that a user sees, and why
//!                   ├─► MenuDraft: edited, and JSON for `menu/create` again
//!                   └─► Button::push: the event of a tap
//! ```
//! Four shapes are told apart by their members: see [`MenuShape`].

mod button_address;
mod button_type;
mod definition;
mod fault_lint;
mod json_fault;
mod menu_code;
mod menu_draft;
mod menu_error;
mod menu_lint;
mod menu_outline;
mod reader;
mod resolution;
mod rule_lint;
mod url_lint;

pub use button_address::AddressedButton;
pub use button_type::{ButtonPush, ButtonType};
pub use definition::{Button, MatchRule, Menu, MenuFile, MenuMember, MenuShape};
pub use json_fault::JsonFault;
pub use menu_code::{MenuCode, MenuFinding};
pub use menu_draft::{DraftButton, MenuDraft};
pub use menu_error::MenuError;
pub use menu_lint::lint;
pub use resolution::{MenuUser, Platform, Resolution, RuleOutcome, resolve};
