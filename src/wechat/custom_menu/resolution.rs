//! Resolves the menu that a user sees: the newest conditional menu whose rule matches, else the default menu.

use super::definition::{Menu, MenuFile};

/// The platform of a user's phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Platform {
    Ios,
    Android,
    Other,
}

impl Platform {
    /// Every platform, in WeChat's order.
    pub const ALL: [Self; 3] = [Self::Ios, Self::Android, Self::Other];

    /// The number in `client_platform_type`.
    pub fn number(self) -> &'static str {
        match self {
            Self::Ios => "1",
            Self::Android => "2",
            Self::Other => "3",
        }
    }

    /// The name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ios => "ios",
            Self::Android => "android",
            Self::Other => "other",
        }
    }
}

/// A user, as far as rules look at one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuUser {
    /// The numbers of the user's tags.
    pub tags: Vec<String>,
    /// The platform of the phone.
    pub platform: Platform,
}

/// The outcome of one conditional menu's rule for a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RuleOutcome {
    /// The rule matches.
    Match,
    /// The user does not have this tag.
    OtherTag(String),
    /// The menu is for the platform of this number.
    OtherPlatform(String),
    /// The rule has members that WeChat has withdrawn, so the menu is void.
    Withdrawn(Vec<String>),
    /// The rule has no member, so the menu is void.
    Empty,
    /// A newer menu matched already.
    Unreached,
}

impl RuleOutcome {
    /// The name of the sentence that says it in the texts (`menu.rule.…`), and the value in that sentence.
    pub(crate) fn sentence(&self) -> (&'static str, String) {
        match self {
            Self::Match => ("menu.rule.match", String::new()),
            Self::OtherTag(tag) => ("menu.rule.other_tag", tag.clone()),
            Self::OtherPlatform(platform) => ("menu.rule.other_platform", platform.clone()),
            Self::Withdrawn(names) => ("menu.rule.withdrawn", names.join(", ")),
            Self::Empty => ("menu.rule.empty", String::new()),
            Self::Unreached => ("menu.rule.unreached", String::new()),
        }
    }
}

/// The menu that a user sees, and the outcome of each rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution {
    /// The index in [`MenuFile::conditional`]; `None` for the default menu.
    pub chosen: Option<usize>,
    /// The conditional menus in the order in which WeChat tries them, by their index, the newest first.
    pub steps: Vec<(usize, RuleOutcome)>,
}

/// Resolves the menu of a user.
///
/// The newest menu is the one with the greatest `menuid`; where ids are missing, the one that stands last in the file.
pub fn resolve(file: &MenuFile, user: &MenuUser) -> Resolution {
    let mut order: Vec<usize> = (0..file.conditional.len()).rev().collect();
    let id = |index: &usize| file.conditional.get(*index)?.menu_id.as_deref()?.parse::<u64>().ok();
    if order.iter().all(|index| id(index).is_some()) {
        order.sort_by_key(|index| std::cmp::Reverse(id(index)));
    }
    let mut chosen = None;
    let mut steps = Vec::with_capacity(order.len());
    for index in order {
        let outcome = match (chosen, file.conditional.get(index)) {
            (None, Some(menu)) => outcome(menu, user),
            _ => RuleOutcome::Unreached,
        };
        if outcome == RuleOutcome::Match {
            chosen = Some(index);
        }
        steps.push((index, outcome));
    }
    Resolution { chosen, steps }
}

fn outcome(menu: &Menu, user: &MenuUser) -> RuleOutcome {
    let Some(rule) = menu.rule.as_ref().filter(|rule| !rule.is_empty()) else { return RuleOutcome::Empty };
    let withdrawn = rule.withdrawn();
    if !withdrawn.is_empty() {
        return RuleOutcome::Withdrawn(withdrawn.into_iter().map(str::to_owned).collect());
    }
    if let Some(tag) = rule.tag().filter(|tag| !user.tags.iter().any(|own| own == tag)) {
        return RuleOutcome::OtherTag(tag.to_owned());
    }
    match rule.platform().filter(|platform| *platform != user.platform.number()) {
        Some(platform) => RuleOutcome::OtherPlatform(platform.to_owned()),
        None => RuleOutcome::Match,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(rules: &[(&str, Option<u32>)]) -> MenuFile {
        let menus = rules.iter().map(|(rule, id)| match id {
            Some(id) => format!(r#"{{"button":[],"matchrule":{rule},"menuid":{id}}}"#),
            None => format!(r#"{{"button":[],"matchrule":{rule}}}"#),
        });
        let menus: Vec<String> = menus.collect();
        let text = format!(r#"{{"menu":{{"button":[]}},"conditionalmenu":[{}]}}"#, menus.join(","));
        MenuFile::read(text.as_bytes()).unwrap()
    }

    fn user(tag: &str, platform: Platform) -> MenuUser {
        MenuUser { tags: vec![tag.to_owned()], platform }
    }

    #[test]
    fn the_newest_menu_that_matches_is_shown() {
        let two = [(r#"{"tag_id":"2"}"#, None), (r#"{"tag_id":2,"client_platform_type":"1"}"#, None)];
        let both = file(&two);
        assert_eq!(resolve(&both, &user("2", Platform::Ios)).chosen, Some(1));
        assert_eq!(resolve(&both, &user("2", Platform::Android)).chosen, Some(0));
        let none = resolve(&both, &user("3", Platform::Ios));
        assert_eq!(none.chosen, None);
        assert_eq!(none.steps, [(1, RuleOutcome::OtherTag("2".into())), (0, RuleOutcome::OtherTag("2".into()))]);
    }

    #[test]
    fn the_greatest_menuid_is_the_newest_whatever_the_order() {
        let both = file(&[(r#"{"tag_id":"2"}"#, Some(9)), (r#"{"tag_id":"2"}"#, Some(8))]);
        let resolution = resolve(&both, &user("2", Platform::Other));
        assert_eq!(resolution.chosen, Some(0));
        assert_eq!(resolution.steps, [(0, RuleOutcome::Match), (1, RuleOutcome::Unreached)]);
    }

    #[test]
    fn void_rules_match_nobody() {
        let void = file(&[(r#"{"sex":"1"}"#, None), (r#"{"tag_id":""}"#, None)]);
        let resolution = resolve(&void, &user("2", Platform::Ios));
        assert_eq!(resolution.chosen, None);
        assert_eq!(resolution.steps, [(1, RuleOutcome::Empty), (0, RuleOutcome::Withdrawn(vec!["sex".into()]))]);
    }
}
