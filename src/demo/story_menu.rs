//! The menus of the story: the coffee shop's in force, with one for its staff, and the one before, whose keys still arrive.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{DemoError, Plot};
use crate::account::DEFAULT_ACCOUNT;
use crate::config::DataFolder;

/// The times at which the menus were published, before the end of the story.
const NEWEST: SignedDuration = SignedDuration::from_hours(27);
const FORMER: SignedDuration = SignedDuration::from_hours(45);

/// The numbers of the menus.
const MENU: u32 = 410_418_124;
const STAFF_MENU: u32 = 410_418_131;
const FORMER_MENU: u32 = 409_907_003;

/// Keeps the menus as if they had been fetched.
pub(super) fn keep(plot: &Plot, folder: &DataFolder) -> Result<(), DemoError> {
    for (menu, ago) in [(former(plot), FORMER), (newest(plot), NEWEST)] {
        let since = plot.now.saturating_sub(ago).unwrap_or(plot.now);
        folder.keep_menu(DEFAULT_ACCOUNT, menu.to_string().as_bytes(), since)?;
    }
    Ok(())
}

fn button(plot: &Plot, kind: &str, name: &str, member: &str, value: &str) -> Value {
    json!({ "type": kind, "name": plot.text(&format!("demo.menu.{name}")), member: value, "sub_button": [] })
}

fn parent(plot: &Plot, name: &str, below: &[Value]) -> Value {
    json!({ "name": plot.text(&format!("demo.menu.{name}")), "sub_button": below })
}

fn newest(plot: &Plot) -> Value {
    let button = |kind, name, member, value| button(plot, kind, name, member, value);
    let page = "https://halfday.example.com/menu?store=12&lang=zh&utm_source=wechat&utm_medium=menu#autumn";
    let mut program = button("miniprogram", "table", "pagepath", "pages/order/index?store=12&table=7");
    program["appid"] = "wx286b93c14bbf93aa".into();
    program["url"] = "https://halfday.example.com/order".into();
    let order = [
        button("scancode_waitmsg", "scan", "key", "ORDER"),
        program,
        button("view", "card", "url", page),
        button("location_select", "nearest", "key", "NEAREST"),
        button("scancode_push", "price", "key", "PRICE"),
    ];
    let club = [
        button("click", "member", "key", "MEMBER_CARD"),
        button("click", "check_in", "key", "CHECK_IN"),
        button("pic_weixin", "receipts", "key", "RECEIPTS"),
        button("pic_sysphoto", "receipt", "key", "RECEIPT_PHOTO"),
        button("click", "birthday", "key", "BIRTHDAY"),
    ];
    let today = [
        button("click", "special", "key", "TODAY_SPECIAL"),
        button("click", "news", "key", "NEWS"),
        button("media_id", "poster", "media_id", "rFgTzC3Y8u6fLq0cWnB2kZ7xVhJ4sD1mPaEoQyUtIiN"),
    ];
    let bar = [parent(plot, "order", &order), parent(plot, "club", &club), parent(plot, "today", &today)];
    json!({
        "menu": { "button": bar, "menuid": MENU },
        "conditionalmenu": [{
            "button": [button("click", "shifts", "key", "SHIFTS"), button("click", "stock", "key", "STOCK")],
            "matchrule": { "tag_id": "102" },
            "menuid": STAFF_MENU,
        }],
    })
}

fn former(plot: &Plot) -> Value {
    let button = |kind, name, member, value| button(plot, kind, name, member, value);
    let bar = [
        button("click", "special", "key", "TODAY_SPECIAL"),
        button("click", "hours", "key", "HOURS"),
        button("scancode_push", "price", "key", "6"),
    ];
    json!({ "menu": { "button": bar, "menuid": FORMER_MENU } })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::texts::Language;
    use crate::wechat::codes::worst;
    use crate::wechat::custom_menu::lint;

    #[test]
    fn weixin_takes_the_menus_of_the_story() {
        for language in Language::ALL {
            let plot = Plot { now: crate::clock::now(), language, server: String::new() };
            for menu in [newest(&plot), former(&plot)] {
                let findings = lint(menu.to_string().as_bytes()).unwrap();
                let severity = worst(&findings);
                assert!(
                    severity.is_none_or(|worst| worst < crate::capture::diagnosis::Severity::Warning),
                    "{findings:?}"
                );
            }
        }
    }
}
