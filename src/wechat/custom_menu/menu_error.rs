//! Errors of reading a menu.

use crate::wechat::tree::{MAX_BYTES, Place, TreeError};

/// A file that holds no menu that can be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MenuError {
    /// No JSON object.
    #[error("cannot read the menu: {0}; a menu is a JSON object, as menu/create takes it")]
    Json(#[from] TreeError),
    /// More bytes than are read of any menu.
    #[error("cannot read the menu: it has {bytes} bytes, more than the {} of any menu: {place}", MAX_BYTES)]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The place of the first byte that is too much.
        place: Place,
    },
    /// XML.
    #[error("cannot read the menu: this is XML; a menu is a JSON object, as menu/create takes it")]
    Xml,
    /// An answer of the API that refuses something.
    #[error(
        "cannot read the menu: this is WeChat's refusal {errcode} ({errmsg}) in place of a menu; ask for the menu again"
    )]
    Refusal {
        /// WeChat's number of the error.
        errcode: String,
        /// WeChat's words.
        errmsg: String,
    },
    /// An object without a member that a menu has.
    #[error(
        "cannot read the menu: there is neither button, menu, conditionalmenu nor selfmenu_info at {place}; take the JSON of \
         menu/create, menu/get, menu/addconditional or get_current_selfmenu_info"
    )]
    NotAMenu {
        /// The place of the object.
        place: Place,
    },
    /// A member of another type than the one that carries the menu.
    #[error("cannot read the menu: {name} is not {expected}: {place}")]
    Structure {
        /// The name of the member.
        name: &'static str,
        /// The type that it has to have.
        expected: &'static str,
        /// The place of the value.
        place: Place,
    },
}
