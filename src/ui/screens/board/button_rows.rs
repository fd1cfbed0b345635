//! Rows of the board: each button with what was captured of it, ready to be drawn.

use std::collections::HashMap;

use crate::capture::diagnosis::Severity;
use crate::engine::{ButtonState, Coverage, TapCount, TapOutcome};
use crate::filter::by_value;
use crate::texts::safe_text::shortened;
use crate::wechat::custom_menu::{Button, DraftButton, Menu, MenuDraft, MenuFile, MenuFinding};

/// Buttons that are drawn; WeChat takes 18 with their parents.
const MOST_ROWS: usize = 200;

/// Characters of a name or a key that a row has.
const SHOWN: usize = 120;

/// One button of the board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ButtonRow {
    /// The path, as in `2.1`.
    pub(super) path: String,
    /// Levels above it.
    pub(super) depth: usize,
    /// The name, safe to draw.
    pub(super) name: String,
    /// The type, safe to draw; empty for a parent.
    pub(super) kind: String,
    /// The key or url, safe to draw.
    pub(super) key: String,
    /// The filter that finds its events; `None` where it pushes none.
    pub(super) filter: Option<String>,
    pub(super) is_parent: bool,
    pub(super) state: ButtonState,
    pub(super) taps: TapCount,
    /// The most severe finding about it.
    pub(super) severity: Option<Severity>,
}

/// The taps by kind and key.
#[derive(Debug, Default)]
pub(super) struct CountsByPush(HashMap<(String, String), TapCount>);

impl CountsByPush {
    /// The counts of a coverage of that file.
    pub(super) fn of(file: &MenuFile, coverage: &Coverage) -> Self {
        let menus: Vec<&Menu> = file.menus().collect();
        let mut counts = HashMap::new();
        for covered in &coverage.buttons {
            let button = menus.get(covered.menu).and_then(|menu| menu.button_at(&covered.path));
            if let Some(push) = button.and_then(Button::push) {
                counts.insert((push.kind.to_owned(), push.key.to_owned()), covered.taps.clone());
            }
        }
        let stray = coverage.stray.iter().map(|stray| ((stray.kind.clone(), stray.key.clone()), stray.taps.clone()));
        counts.extend(stray);
        Self(counts)
    }

    fn get(&self, button: &DraftButton) -> TapCount {
        let push = button.push().map(|push| (push.kind.to_owned(), push.key.to_owned()));
        push.and_then(|push| self.0.get(&push).cloned()).unwrap_or_default()
    }
}

/// The rows of a menu; `examined` are the findings about it, with the file that they are about.
pub(super) fn rows(
    draft: &MenuDraft,
    counts: &CountsByPush,
    examined: (&[MenuFinding], Option<&Menu>),
) -> Vec<ButtonRow> {
    let severities = severities(examined.0, examined.1);
    let buttons = draft.all_buttons().into_iter().take(MOST_ROWS);
    let row = |(path, button): (String, &DraftButton)| {
        let taps = counts.get(button);
        let push = button.push();
        let filter = push.and_then(|push| {
            let terms = [by_value(Some("event"), push.kind), by_value(Some("key"), push.key)];
            Some(terms.into_iter().collect::<Option<Vec<_>>>()?.join(" "))
        });
        ButtonRow {
            depth: path.matches('.').count(),
            name: shortened(&button.name, SHOWN),
            kind: shortened(&button.kind, SHOWN),
            key: shortened(content(button), SHOWN),
            filter,
            is_parent: !button.sub_buttons.is_empty(),
            state: state(button, &taps),
            severity: severities.get(&path).copied(),
            taps,
            path,
        }
    };
    buttons.map(row).collect()
}

/// The member that a button is about: its key, url, path or media.
fn content(button: &DraftButton) -> &str {
    button.wanted().first().map_or("", |name| button.value(name))
}

fn state(button: &DraftButton, taps: &TapCount) -> ButtonState {
    match (button.push(), taps.count, taps.outcomes.of(TapOutcome::Legal)) {
        (None, ..) => ButtonState::CannotBeSeen,
        (Some(_), 0, _) => ButtonState::NeverSeen,
        (Some(_), all, legal) if all == legal => ButtonState::Seen,
        (Some(_), ..) => ButtonState::SeenWithFaults,
    }
}

/// The most severe finding about each button of a menu, by its path. A finding belongs to the innermost button around it.
fn severities(findings: &[MenuFinding], menu: Option<&Menu>) -> HashMap<String, Severity> {
    let buttons = menu.map(Menu::all_buttons).unwrap_or_default();
    let mut severities: HashMap<String, Severity> = HashMap::new();
    for finding in findings {
        let Some(place) = finding.place else { continue };
        let around = buttons.iter().rev().find(|(_, button)| button.span.contains(&place.offset));
        if let Some((path, _)) = around {
            let severity = severities.entry(path.clone()).or_insert(finding.code.severity());
            *severity = (*severity).max(finding.code.severity());
        }
    }
    severities
}
