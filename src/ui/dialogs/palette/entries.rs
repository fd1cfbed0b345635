//! Entries of the palette: the verbs of the table of keys, screens, saved filters, recent events, and settings.

use crate::capture::CaptureSummary;
use crate::config::{LookConfig, Theme};
use crate::rules::Rule;
use crate::texts::Language;
use crate::texts::safe_text::shortened;
use crate::ui::action::{Action, Screen, SettingsSection};
use crate::ui::keys;
use crate::ui::look::Look;
use crate::ui::screens::events::filter::saved_filters::NamedFilter;

/// Most characters of a filter or a key in an entry.
const LONGEST: usize = 48;

/// One entry of the palette.
#[derive(Clone, Debug)]
pub(super) struct PaletteEntry {
    /// Locale key of its group.
    pub(super) group: &'static str,
    /// The name that is shown.
    pub(super) name: String,
    /// Other names that it is found by.
    pub(super) others: Vec<String>,
    /// Its keys, or a side note.
    pub(super) hint: String,
    pub(super) action: Action,
}

/// Everything outside of the table of keys that the palette offers.
#[derive(Debug)]
pub(crate) struct PaletteSources<'a> {
    pub(crate) filters: &'a [NamedFilter],
    pub(crate) rules: &'a [Rule],
    /// The newest events.
    pub(crate) recent: Vec<&'a CaptureSummary>,
    pub(crate) chosen: &'a LookConfig,
}

/// Collects the entries, in the order in which they are shown before anything is typed.
pub(super) fn entries(sources: &PaletteSources<'_>, look: &Look) -> Vec<PaletteEntry> {
    let mut entries: Vec<PaletteEntry> = verbs(look).collect();
    entries.extend(screens(look));
    entries.extend(sources.filters.iter().map(filter));
    entries.extend(sources.rules.iter().map(|one| rule(one, look)));
    entries.extend(sources.recent.iter().map(|event| recent(event, look)));
    entries.extend(settings(sources.chosen, look));
    entries
}

/// An entry named by a locale key; it is found by its English name as well.
fn named(group: &'static str, key: &str, hint: String, action: Action, look: &Look) -> PaletteEntry {
    let others = match look.language {
        Language::English => Vec::new(),
        Language::Chinese => vec![Language::English.text(key).into_owned()],
    };
    PaletteEntry { group, name: look.text(key).into_owned(), others, hint, action }
}

/// The shortcuts, but for those that only move or leave, and for screens, which have entries of their own.
fn verbs(look: &Look) -> impl Iterator<Item = PaletteEntry> + '_ {
    let is_verb = |action: &Action| {
        !matches!(
            action,
            Action::MoveSelection(_) | Action::Pick(_) | Action::Leave | Action::ShowPalette(_) | Action::ShowScreen(_)
        )
    };
    let verbs = keys::TABLE.iter().filter(move |shortcut| is_verb(&shortcut.action()));
    verbs.map(|shortcut| {
        let hint = shortcut.names().join(" · ");
        let mut entry = named(shortcut.group().text(), shortcut.text, hint, shortcut.action(), look);
        if matches!(entry.action, Action::Hold(_)) {
            // All of them are looked for by that word.
            entry.others.extend(Language::ALL.map(|language| language.text("hold.switch.name").into_owned()));
        }
        entry
    })
}

fn screens(look: &Look) -> impl Iterator<Item = PaletteEntry> + '_ {
    let screens = [
        (Screen::Events, "window.rail.events", String::new()),
        (Screen::Board, "board.rail", String::new()),
        (Screen::Rules, "window.rail.rules", String::new()),
        (Screen::Replays, "replay.title", String::new()),
        (Screen::Compose, "composer.rail", String::new()),
        (Screen::Reach, "reach.title", String::new()),
        (Screen::Settings, "window.rail.settings", keys::SHOW_SETTINGS.hint()),
        (Screen::SetUp, "first_run.set_up", String::new()),
    ];
    let group = "palette.group.screens";
    screens.into_iter().map(|(screen, key, hint)| named(group, key, hint, Action::ShowScreen(screen), look))
}

fn filter(named: &NamedFilter) -> PaletteEntry {
    PaletteEntry {
        group: "palette.group.filters",
        name: shortened(&named.name, LONGEST),
        others: vec![named.text.clone()],
        hint: shortened(&named.text, LONGEST),
        action: Action::SetFilter(named.text.clone()),
    }
}

fn rule(rule: &Rule, look: &Look) -> PaletteEntry {
    let state = if rule.enabled { String::new() } else { look.text("rules_screen.list.off").into_owned() };
    PaletteEntry {
        group: "palette.group.rules",
        name: shortened(&rule.name, LONGEST),
        others: vec![rule.filter.clone()],
        hint: if rule.enabled { shortened(&rule.filter, LONGEST) } else { state },
        action: Action::EditRule(rule.name.clone()),
    }
}

fn recent(event: &CaptureSummary, look: &Look) -> PaletteEntry {
    let id = event.placement.id;
    let key = event.event_key.as_deref().filter(|key| !key.is_empty());
    let key = key.map(|key| format!(" · {}", shortened(key, LONGEST))).unwrap_or_default();
    PaletteEntry {
        group: "palette.group.recent",
        name: format!("#{id} {}{key}", look.kind(&event.kind, LONGEST)),
        others: event.openid.iter().cloned().collect(),
        hint: look.local(event.received_at).strftime("%H:%M:%S").to_string(),
        action: Action::Select(id),
    }
}

fn settings<'l>(chosen: &'l LookConfig, look: &'l Look) -> impl Iterator<Item = PaletteEntry> + 'l {
    let group = "palette.group.settings";
    let entry = move |key: &str, is_on: bool, action| {
        let hint = if is_on { "✓".to_owned() } else { String::new() };
        named(group, key, hint, action, look)
    };
    let theme = move |theme: Option<Theme>, key: &str| entry(key, chosen.theme == theme, Action::SetTheme(theme));
    let reduced = chosen.reduce_motion.unwrap_or_default();
    let fixed = [
        theme(None, "palette.theme.system"),
        theme(Some(Theme::Light), "palette.theme.light"),
        theme(Some(Theme::Dark), "palette.theme.dark"),
        entry("palette.language.system", chosen.language.is_none(), Action::SetLanguage(None)),
        entry("settings.look.reduce_motion", reduced, Action::SetReducedMotion(Some(!reduced))),
    ];
    let languages = Language::ALL.into_iter().map(move |language| PaletteEntry {
        group,
        name: look.filled("window.pair", &[("name", &*look.text("window.language.name")), ("value", language.name())]),
        others: vec![format!("{}: {}", Language::English.text("window.language.name"), language.tag())],
        hint: if look.language == language { "✓".to_owned() } else { String::new() },
        action: Action::SetLanguage(Some(language)),
    });
    let sections = SettingsSection::ALL.into_iter().map(move |section| {
        let name = |language: Language| {
            let titles = [language.text("window.rail.settings"), language.text(section.title())];
            titles.join(" › ")
        };
        let others = if look.language == Language::English { Vec::new() } else { vec![name(Language::English)] };
        let action = Action::ShowSettings(section);
        PaletteEntry { group, name: name(look.language), others, hint: String::new(), action }
    });
    fixed.into_iter().chain(languages).chain(sections)
}
