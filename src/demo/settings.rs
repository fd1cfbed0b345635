//! Settings of the demonstration: an account, rules, saved filters and targets, in its own `config.toml`.

use std::collections::BTreeMap;

use super::{DemoError, Plot};
use crate::config::{self, DataFolder, FilterConfig, Hue, LookConfig, TargetConfig};
use crate::rules::{BadAnswer, Response, Rule};
use crate::wechat::fault::Fault;
use crate::wechat::reply::{Article, PassiveReply};

/// The account's original id.
pub(super) const TO_USER: &str = "gh_e136c6e50636";
/// The account's AppID.
pub(super) const APP_ID: &str = "wxb11529c136998cb6";
/// The key that pushes are encrypted with: an example in many libraries' tests, and nobody's secret.
pub(super) const AES_KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
/// The token, likewise.
pub(super) const TOKEN: &str = "pamtest";

/// Any free port, so that a demonstration is in nobody's way.
const ADDRESS: &str = "127.0.0.1:0";

/// Rules of the story, by which events of it were answered: the texts that name them.
pub(super) const WELCOME: &str = "demo.rule.welcome";
pub(super) const NEWS: &str = "demo.rule.news";
pub(super) const MEMBER: &str = "demo.rule.member";

/// Writes `config.toml` and `secrets.toml`. The secrets stay in a file: the keyring is the user's own.
pub(super) fn write(plot: &Plot, folder: &DataFolder, look: &LookConfig) -> Result<(), DemoError> {
    let account = format!("[account.default]\nto_user = \"{TO_USER}\"\napp_id = \"{APP_ID}\"\nsecrets = \"file\"\n");
    let secrets = format!("[default]\ntoken = \"{TOKEN}\"\naes_key = \"{AES_KEY}\"\n");
    let file = folder.config_file();
    std::fs::write(&file, account).map_err(DemoError::Folder)?;
    std::fs::write(folder.secrets_file(), secrets).map_err(DemoError::Folder)?;
    config::save_address(folder, &file, ADDRESS)?;
    config::save_look(folder, &file, look)?;
    config::save_rules(folder, &file, &rules(plot))?;
    config::save_filters(folder, &file, &filters(plot))?;
    config::save_targets(folder, &file, &targets(plot))?;
    // As the rows of the story say; nothing goes there before something arrives.
    config::save_forward(folder, &file, Some(&plot.server), BadAnswer::default())?;
    Ok(())
}

fn rule(name: &str, filter: &str, reply: PassiveReply) -> Rule {
    Rule {
        name: name.to_owned(),
        filter: filter.to_owned(),
        enabled: true,
        response: Response::Reply(reply),
        delay_ms: 0,
        status: None,
        fault: None,
    }
}

fn rules(plot: &Plot) -> Vec<Rule> {
    let text = |key: &str| PassiveReply::Text { content: plot.text(key) };
    let named = |name: &str, filter: &str, reply| rule(&plot.text(name), filter, reply);
    let hold =
        Rule { enabled: false, response: Response::Hold, ..named("demo.rule.hold", "type:text", PassiveReply::Empty) };
    let faulty = Rule {
        enabled: false,
        fault: Some(Fault::WrongCase),
        ..named("demo.rule.wrong_case", "key:HOURS", PassiveReply::Success)
    };
    vec![
        named(WELCOME, "event:subscribe", text("demo.welcome")),
        named(NEWS, "event:CLICK key:NEWS", news(plot)),
        named(MEMBER, "event:CLICK key:MEMBER_CARD", text("demo.member")),
        hold,
        faulty,
    ]
}

/// The news of the story: three articles.
pub(super) fn news(plot: &Plot) -> PassiveReply {
    let article = |title: &str, description: &str, page: &str| Article {
        title: plot.text(title),
        description: description.to_owned(),
        pic_url: format!("https://halfday.example.com/{page}.jpg"),
        url: format!("https://halfday.example.com/{page}"),
    };
    let articles = vec![
        article("demo.news_title", &plot.text("demo.news_description"), "autumn"),
        article("demo.news_second", "", "cup"),
        article("demo.news_third", "", "haizhu"),
    ];
    PassiveReply::News { articles }
}

fn filters(plot: &Plot) -> BTreeMap<String, FilterConfig> {
    let kept = |filter: &str, colour| FilterConfig { filter: filter.to_owned(), colour };
    BTreeMap::from([
        (plot.text("demo.filter.scans"), kept("event:scancode_waitmsg OR event:scancode_push", Some(Hue::Blue))),
        (plot.text("demo.filter.late"), kept("forward:late", Some(Hue::Orange))),
    ])
}

fn targets(plot: &Plot) -> BTreeMap<String, TargetConfig> {
    BTreeMap::from([("local".to_owned(), TargetConfig { url: plot.server.clone(), account: None })])
}
