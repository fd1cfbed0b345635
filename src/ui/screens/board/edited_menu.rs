//! The menu that is open: as it was read, as it is being edited, and what is known about it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use egui::Ui;

use super::button_rows::{ButtonRow, CountsByPush, rows};
use crate::engine::{ButtonState, Coverage, DiffLine, ExaminedMenu, MenuOrigin, OpenedMenu, PublishCall, diff_lines};
use crate::ui::look::Look;
use crate::wechat::custom_menu::{ButtonPush, Menu, MenuDraft, MenuFile, MenuFinding, MenuShape};

/// A menu, its draft, and all that is drawn of it. What is derived is made when something changes, not in a frame.
#[derive(Debug)]
pub(super) struct EditedMenu {
    pub(super) origin: MenuOrigin,
    /// The JSON as it was read.
    source: String,
    opened: Arc<MenuFile>,
    opened_findings: Vec<MenuFinding>,
    /// The index in [`MenuFile::menus`] of the menu that is shown.
    shown: usize,
    /// The shown menu as it was read or published last, and as it is now.
    original: MenuDraft,
    pub(super) draft: MenuDraft,
    /// The draft as WeChat would take it; `None` until it was examined.
    examined: Option<ExaminedMenu>,
    is_editing: bool,
    selected: Option<String>,
    /// The button of the bar whose sub-buttons have risen on the phone.
    pub(super) risen: Option<usize>,
    coverage: Option<Coverage>,
    counts: CountsByPush,
    rows: Vec<ButtonRow>,
    /// The findings about the shown menu.
    findings: Vec<MenuFinding>,
    /// The keys of all menus of the file and of the draft, by the kind of their event.
    pushes: HashMap<String, HashSet<String>>,
    in_force: Option<MenuDraft>,
    difference: Vec<DiffLine>,
}

impl EditedMenu {
    pub(super) fn of(opened: OpenedMenu) -> Self {
        let OpenedMenu { origin, json, file, findings } = opened;
        let mut menu = Self {
            origin,
            source: json,
            opened: file,
            opened_findings: findings,
            shown: 0,
            original: MenuDraft::default(),
            draft: MenuDraft::default(),
            examined: None,
            is_editing: false,
            selected: None,
            risen: None,
            coverage: None,
            counts: CountsByPush::default(),
            rows: Vec::new(),
            findings: Vec::new(),
            pushes: HashMap::new(),
            in_force: None,
            difference: Vec::new(),
        };
        menu.show_menu(0);
        menu
    }

    /// Shows another menu of the file; changes to the one before are given up.
    pub(super) fn show_menu(&mut self, index: usize) {
        self.shown = index;
        self.original = self.opened.menus().nth(index).map(MenuDraft::of).unwrap_or_default();
        self.draft = self.original.clone();
        (self.examined, self.selected, self.risen) = (None, None, None);
        self.refresh();
    }

    /// The index of the shown menu in the file.
    pub(super) fn shown(&self) -> usize {
        self.shown
    }

    /// The file whose buttons are counted: that of the draft, where there is one.
    pub(super) fn file(&self) -> Arc<MenuFile> {
        let examined = self.examined.as_ref().filter(|_| self.is_changed());
        Arc::clone(examined.and_then(|examined| examined.file.as_ref()).unwrap_or(&self.opened))
    }

    /// The file as it was read.
    pub(super) fn opened(&self) -> &MenuFile {
        &self.opened
    }

    /// The index of the menu that is shown, and its number where it has one.
    pub(super) fn menu_id(&self) -> Option<&str> {
        self.opened.menus().nth(self.shown)?.menu_id.as_deref()
    }

    pub(super) fn is_editing(&self) -> bool {
        self.is_editing
    }

    pub(super) fn edit(&mut self, is_editing: bool) {
        self.is_editing = is_editing;
        if is_editing && self.selected.is_none() {
            self.selected = self.rows.first().map(|row| row.path.clone());
        }
    }

    /// True where the draft is not what was read or published.
    pub(super) fn is_changed(&self) -> bool {
        self.draft != self.original
    }

    /// Gives the changes up.
    pub(super) fn undo(&mut self) {
        self.draft = self.original.clone();
        self.examined = None;
        self.refresh();
    }

    /// The JSON of the menu: of the draft where it was changed or the file is of another call, else as it was read.
    pub(super) fn json(&self) -> String {
        let is_whole = matches!(self.opened.shape, MenuShape::Create | MenuShape::AddConditional);
        if is_whole && !self.is_changed() { self.source.clone() } else { self.draft.to_json() }
    }

    /// The call that publishes the draft.
    pub(super) fn call(&self) -> PublishCall {
        match self.draft.call() {
            MenuShape::AddConditional => PublishCall::AddConditional,
            _ => PublishCall::Create,
        }
    }

    /// The JSON to be examined, if the draft was not yet.
    pub(super) fn to_examine(&self) -> Option<String> {
        if !self.is_changed() {
            return None;
        }
        let json = self.draft.to_json();
        let is_known = self.examined.as_ref().is_some_and(|examined| examined.json == json);
        (!is_known).then_some(json)
    }

    /// Takes the lint of a draft; returns true where its taps are to be counted.
    pub(super) fn take_examined(&mut self, examined: ExaminedMenu) -> bool {
        let is_current = self.is_changed() && examined.json == self.draft.to_json();
        if is_current {
            self.examined = Some(examined);
            self.refresh();
        }
        is_current
    }

    pub(super) fn take_coverage(&mut self, coverage: Coverage) {
        self.counts = CountsByPush::of(&self.file(), &coverage);
        self.coverage = Some(coverage);
        self.refresh();
    }

    /// Compares the draft with the menu in force.
    pub(super) fn compare_with(&mut self, in_force: Option<MenuDraft>) {
        self.in_force = in_force;
        let before = self.in_force.as_ref().unwrap_or(&self.original);
        let is_shown = self.is_changed() || self.in_force.is_some();
        self.difference = if is_shown && *before != self.draft && self.call() == PublishCall::Create {
            diff_lines(before.to_json().as_bytes(), self.draft.to_json().as_bytes())
        } else {
            Vec::new()
        };
    }

    /// The lines of the draft beside the menu in force; none where they are the same.
    pub(super) fn difference(&self) -> &[DiffLine] {
        &self.difference
    }

    /// True where the menu in force is known.
    pub(super) fn is_compared_with_force(&self) -> bool {
        self.in_force.is_some()
    }

    /// Takes note that this JSON was published.
    pub(super) fn note_published(&mut self, json: &str) {
        if self.json() == json {
            self.original = self.draft.clone();
        }
    }

    /// The findings about the shown menu as it is.
    pub(super) fn findings(&self) -> &[MenuFinding] {
        &self.findings
    }

    /// Tells whether a button of any menu of the file pushes this.
    pub(super) fn has_push(&self, kind: &str, key: &str) -> bool {
        self.pushes.get(kind).is_some_and(|keys| keys.contains(key))
    }

    pub(super) fn coverage(&self) -> Option<&Coverage> {
        self.coverage.as_ref()
    }

    pub(super) fn rows(&self) -> &[ButtonRow] {
        &self.rows
    }

    /// The number of buttons in a state.
    pub(super) fn count_of(&self, state: ButtonState) -> usize {
        self.rows.iter().filter(|row| row.state == state && !row.is_parent).count()
    }

    pub(super) fn selected(&self) -> Option<&str> {
        self.selected.as_deref()
    }

    /// Selects a button, and lets it rise on the phone.
    pub(super) fn select(&mut self, path: &str) {
        self.selected = Some(path.to_owned());
        let first = path.split('.').next().and_then(|number| number.parse::<usize>().ok());
        self.risen = first.filter(|_| path.contains('.')).map(|number| number - 1);
    }

    /// Selects the button that pushes this, in the shown menu or else in another one; returns false where there is none.
    pub(super) fn select_by_push(&mut self, kind: &str, key: &str) -> bool {
        let in_draft = |draft: &MenuDraft| {
            let mut buttons = draft.all_buttons().into_iter();
            let is_it = |button: &crate::wechat::custom_menu::DraftButton| {
                button.push().is_some_and(|push| push.kind == kind && push.key == key)
            };
            buttons.find(|(_, button)| is_it(button)).map(|(path, _)| path)
        };
        if let Some(path) = in_draft(&self.draft) {
            self.select(&path);
            return true;
        }
        let opened = Arc::clone(&self.opened);
        let found = opened.menus().enumerate().find_map(|(at, menu)| Some((at, in_draft(&MenuDraft::of(menu))?)));
        // Changes are not given up for that.
        let Some((at, path)) = found.filter(|_| !self.is_changed()) else { return false };
        self.show_menu(at);
        self.select(&path);
        true
    }

    /// Makes the rows again, after a change.
    pub(super) fn refresh(&mut self) {
        let file = self.file();
        let at = if self.is_changed() { 0 } else { self.shown };
        let menu: Option<&Menu> = file.menus().nth(at);
        self.findings = match &self.examined {
            Some(examined) if self.is_changed() => examined.findings.clone(),
            _ => findings_of(&self.opened_findings, &self.opened, self.shown),
        };
        self.rows = rows(&self.draft, &self.counts, (&self.findings, menu));
        self.pushes = pushes(&self.opened, &self.draft);
        if self.selected.as_ref().is_some_and(|selected| self.draft.button(selected).is_none()) {
            self.selected = None;
        }
    }

    /// Draws the choice among the menus of the file, where there are several.
    pub(super) fn menus_ui(&mut self, ui: &mut Ui, look: &Look) {
        if self.opened.menus().nth(1).is_none() {
            return;
        }
        let opened = Arc::clone(&self.opened);
        ui.horizontal_wrapped(|ui| {
            for (at, menu) in opened.menus().enumerate() {
                let words = menu_words(menu, look);
                if ui.add_enabled(!self.is_changed(), egui::Button::selectable(at == self.shown, words)).clicked() {
                    self.show_menu(at);
                }
            }
        });
    }
}

/// The findings about one menu of a file, and those about no menu in particular.
fn findings_of(findings: &[MenuFinding], file: &MenuFile, shown: usize) -> Vec<MenuFinding> {
    let is_of_shown = |finding: &&MenuFinding| {
        let Some(place) = finding.place else { return true };
        // A menu may be written within another.
        let around = file.menus().enumerate().filter(|(_, menu)| menu.span.contains(&place.offset));
        around.min_by_key(|(_, menu)| menu.span.len()).is_none_or(|(at, _)| at == shown)
    };
    findings.iter().filter(is_of_shown).cloned().collect()
}

/// The keys that the buttons of a file and of a draft push, by the kind of their event.
fn pushes(file: &MenuFile, draft: &MenuDraft) -> HashMap<String, HashSet<String>> {
    let mut pushes: HashMap<String, HashSet<String>> = HashMap::new();
    let mut add = |push: ButtonPush<'_>| {
        pushes.entry(push.kind.to_owned()).or_default().insert(push.key.to_owned());
    };
    file.menus().flat_map(Menu::all_buttons).filter_map(|(_, button)| button.push()).for_each(&mut add);
    draft.all_buttons().into_iter().filter_map(|(_, button)| button.push()).for_each(add);
    pushes
}

/// The words for a menu: the default one, or the rule of a conditional one.
pub(super) fn menu_words(menu: &Menu, look: &Look) -> String {
    let members = menu.rule.iter().flat_map(|rule| &rule.members).filter(|member| !member.value.is_empty());
    let rule: Vec<String> = members.map(|member| format!("{} {}", member.name, member.value)).collect();
    if menu.rule.is_none() {
        look.text("board.default_menu").into_owned()
    } else {
        look.filled("board.conditional_menu", &[("rule", &rule.join(", "))])
    }
}
