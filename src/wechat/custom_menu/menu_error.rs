//! Errors of reading a menu.

use super::json_fault::JsonFault;
use crate::wechat::tree::{MAX_BYTES, Place};

/// A file that holds no menu that can be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MenuError {
    /// No JSON object.
    #[error("cannot read the menu: {0}; a menu is a JSON object, as menu/create takes it")]
    Json(#[from] JsonFault),
    /// More bytes than are read of any menu.
    #[error("cannot read the menu: it has {bytes} bytes, more than the {} of any menu: {place}", MAX_BYTES)]
    TooLarge {
        /// Its size.
        bytes: usize,
        /// The place of the first byte that is too much.
        place: Place,
    },
    /// XML or HTML.
    #[error(
        "cannot read the menu: this is XML or HTML, such as a web page; a menu is a JSON object, as menu/create takes it"
    )]
    Xml,
    /// An answer of the API that refuses something.
    #[error(
        "cannot read the menu: this is WeChat's refusal {errcode} ({errmsg}) in place of a menu; remedy what it names, and ask \
         for the menu again"
    )]
    Refusal {
        /// WeChat's number of the error.
        errcode: String,
        /// WeChat's words.
        errmsg: String,
    },
    /// An answer of the API that a call was carried out.
    #[error(
        "cannot read the menu: this is WeChat's answer that a call was carried out (errcode 0), and it holds no menu; take the \
         JSON that was sent, or the answer to menu/get"
    )]
    Done,
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
