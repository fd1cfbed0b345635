//! Keys: one table of shortcuts, which the keyboard, menus, tooltips and the page of keys read.

use egui::{Context, Event, Key, Modifiers};

use crate::engine::{AnsweringCommand, Command, SettingsCommand};
use crate::ui::action::{
    Action, AnnotationAction, BoardAction, BoardVerb, CompareAction, CopyForm, DetailPart, HoldAction, Move,
    PickAction, ReachTab, RemovalAction, RulesPlace, Screen, SendAction,
};
use crate::ui::ime::Composition;
use crate::ui::pane_stop::PaneStop;

mod groups;

pub(crate) use groups::{KeyGroup, is_on_events};

/// One stroke, perhaps after a prefix.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chord {
    prefix: Option<Key>,
    key: Key,
    ctrl: bool,
    shift: Shift,
}

/// The state of Shift that a chord needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shift {
    Held,
    NotHeld,
    /// Marks such as `?` need it on some keyboards and not on others.
    Either,
}

/// A line of the table: chords, their action, and its name.
#[derive(Debug)]
pub(crate) struct Shortcut {
    action: Action,
    chords: &'static [Chord],
    /// Locale key of its name.
    pub(crate) text: &'static str,
}

const fn plain(key: Key) -> Chord {
    Chord { prefix: None, key, ctrl: false, shift: Shift::NotHeld }
}

const fn shifted(key: Key) -> Chord {
    Chord { prefix: None, key, ctrl: false, shift: Shift::Held }
}

const fn mark(key: Key) -> Chord {
    Chord { prefix: None, key, ctrl: false, shift: Shift::Either }
}

const fn ctrl(key: Key) -> Chord {
    Chord { prefix: None, key, ctrl: true, shift: Shift::NotHeld }
}

const fn after(prefix: Key, key: Key) -> Chord {
    Chord { prefix: Some(prefix), key, ctrl: false, shift: Shift::NotHeld }
}

/// Declares each shortcut under its name, and the table of them all.
macro_rules! shortcuts {
    ($($name:ident: $action:expr, [$($chord:expr),*], $text:literal;)+) => {
        $(pub(crate) static $name: Shortcut = Shortcut { action: $action, chords: &[$($chord),*], text: $text };)+

        /// Every shortcut, in the order of the page of keys; behind them the verbs without keys, for the palette.
        pub(crate) static TABLE: &[&Shortcut] = &[$(&$name),+];
    };
}

shortcuts! {
    DOWN: Action::MoveSelection(Move::By(1)), [plain(Key::J), plain(Key::ArrowDown)], "window.keys.down";
    UP: Action::MoveSelection(Move::By(-1)), [plain(Key::K), plain(Key::ArrowUp)], "window.keys.up";
    PAGE_DOWN: Action::MoveSelection(Move::Pages(1)), [plain(Key::PageDown)], "window.keys.page_down";
    PAGE_UP: Action::MoveSelection(Move::Pages(-1)), [plain(Key::PageUp)], "window.keys.page_up";
    FIRST: Action::MoveSelection(Move::First), [plain(Key::G), plain(Key::Home)], "window.keys.first";
    LAST: Action::MoveSelection(Move::Last), [shifted(Key::G), plain(Key::End)], "window.keys.last";
    PICK: Action::Pick(PickAction::ToggleSelected), [plain(Key::Space)], "window.keys.pick";
    PICK_DOWN: Action::Pick(PickAction::Moving(Move::By(1))),
        [shifted(Key::J), shifted(Key::ArrowDown)], "window.keys.pick_down";
    PICK_UP: Action::Pick(PickAction::Moving(Move::By(-1))),
        [shifted(Key::K), shifted(Key::ArrowUp)], "window.keys.pick_up";
    FOLLOW: Action::ToggleFollow, [shifted(Key::F)], "window.keys.follow";
    FOCUS_FILTER: Action::FocusFilter, [mark(Key::Slash), ctrl(Key::F)], "window.keys.filter";
    OPEN_DETAIL: Action::ShowDetail(true), [plain(Key::Enter)], "window.keys.open";
    NEXT_PART: Action::TurnPart(1), [plain(Key::ArrowRight)], "window.keys.next_part";
    PREVIOUS_PART: Action::TurnPart(-1), [plain(Key::ArrowLeft)], "window.keys.previous_part";
    CONTENT_PART: Action::ShowPart(DetailPart::Content), [ctrl(Key::Num1)], "window.keys.part_content";
    REPLY_PART: Action::ShowPart(DetailPart::Reply), [ctrl(Key::Num2)], "window.keys.part_reply";
    FIELDS_PART: Action::ShowPart(DetailPart::Fields), [ctrl(Key::Num3)], "window.keys.part_fields";
    BYTES_PART: Action::ShowPart(DetailPart::Bytes), [ctrl(Key::Num4)], "window.keys.part_bytes";
    REPLAYS_PART: Action::ShowPart(DetailPart::Replays), [ctrl(Key::Num5)], "window.keys.part_replays";
    TOGGLE_HOLD: Action::Hold(HoldAction::Toggle), [plain(Key::I)], "hold.keys.toggle";
    HOLD_MATCHING: Action::Hold(HoldAction::Matching), [], "hold.switch.filter";
    ANSWER_HELD: Action::Hold(HoldAction::AnswerNext), [plain(Key::A)], "hold.keys.answer";
    RELEASE_HELD: Action::Hold(HoldAction::ReleaseAll), [shifted(Key::A)], "hold.keys.release";
    SEND_ANSWER: Action::Hold(HoldAction::SendReply), [ctrl(Key::Enter)], "hold.keys.send";
    REPLAY: Action::Send(SendAction::AtOnce), [plain(Key::R)], "replay.keys.replay";
    REPLAY_ASKING: Action::Send(SendAction::Chosen), [shifted(Key::R)], "replay.keys.ask";
    EDIT_AND_REPLAY: Action::Send(SendAction::EditChosen), [plain(Key::E)], "replay.keys.edit";
    COMPOSE: Action::Send(SendAction::Compose), [plain(Key::N)], "composer.keys.compose";
    DUPLICATE: Action::Send(SendAction::DuplicateChosen), [shifted(Key::D)], "composer.keys.duplicate";
    REMOVE: Action::Remove(RemovalAction::Chosen), [plain(Key::D), plain(Key::Delete)], "removing.keys.remove";
    REMOVE_ALL: Action::Remove(RemovalAction::AskAll), [plain(Key::Z)], "removing.keys.clear";
    UNDO_REMOVAL: Action::Remove(RemovalAction::Undo), [ctrl(Key::Z)], "removing.keys.undo";
    PIN: Action::Annotate(AnnotationAction::TogglePin), [plain(Key::M)], "marking.keys.pin";
    NOTE: Action::Annotate(AnnotationAction::EditNote), [mark(Key::Semicolon)], "marking.keys.note";
    COMPARE: Action::Compare(CompareAction::Chosen), [mark(Key::Equals)], "compare.keys.compare";
    EXPORT: Action::ShowExport(true), [plain(Key::X)], "export.keys.export";
    IMPORT: Action::ChooseImport, [], "export.import";
    COPY_CURL: Action::CopyEvent(CopyForm::Curl), [after(Key::C, Key::C)], "marking.keys.copy_curl";
    COPY_RAW: Action::CopyEvent(CopyForm::Raw), [after(Key::C, Key::R)], "window.keys.copy_raw";
    COPY_BODY: Action::CopyEvent(CopyForm::Body), [after(Key::C, Key::B)], "window.keys.copy_body";
    COPY_JSON: Action::CopyEvent(CopyForm::Json), [after(Key::C, Key::J)], "window.keys.copy_json";
    COPY_REPORT: Action::CopyEvent(CopyForm::Report), [after(Key::C, Key::T)], "marking.keys.copy_report";
    LEAVE: Action::Leave, [plain(Key::Escape)], "window.keys.leave";
    OPEN_PALETTE: Action::ShowPalette(true), [ctrl(Key::K)], "palette.keys.open";
    SHOW_SETTINGS: Action::ShowScreen(Screen::Settings), [ctrl(Key::Comma)], "window.keys.settings";
    TOGGLE_KEYS: Action::ToggleKeys, [mark(Key::Questionmark), shifted(Key::Slash)], "window.keys.help";
    OPEN_MENU: Action::Board(BoardAction::ChooseFile), [], "palette.verb.open_menu";
    PASTE_MENU: Action::Board(BoardAction::Do(BoardVerb::Paste)), [], "palette.verb.paste_menu";
    FETCH_MENU: Action::Board(BoardAction::Do(BoardVerb::Fetch)), [], "palette.verb.fetch_menu";
    EDIT_MENU: Action::Board(BoardAction::Do(BoardVerb::Edit)), [], "palette.verb.edit_menu";
    TAP_ALL: Action::Board(BoardAction::Do(BoardVerb::TapAll)), [], "palette.verb.tap_all";
    PUBLISH_MENU: Action::Board(BoardAction::Do(BoardVerb::Publish)), [], "palette.verb.publish_menu";
    SAVE_MENU: Action::Board(BoardAction::Do(BoardVerb::Save)), [], "palette.verb.save_menu";
    NEW_RULE: Action::ShowRules(RulesPlace::NewRule), [], "palette.verb.new_rule";
    SHOW_FORWARD: Action::ShowRules(RulesPlace::Forward), [], "palette.verb.forward";
    SHOW_FAULTS: Action::ShowRules(RulesPlace::Faults), [], "palette.verb.faults";
    DISARM: Action::Ask(Command::Answering(AnsweringCommand::Arm { fault: None })), [], "palette.verb.disarm";
    SHOW_TARGETS: Action::ShowTargets, [], "palette.verb.targets";
    CHECK_REACH: Action::CheckReach, [], "palette.verb.check_reach";
    SHOW_NOTHING_ARRIVES: Action::ShowReach(ReachTab::NothingArrives), [], "arrivals.title";
    SHOW_OWN_SERVER: Action::ShowReach(ReachTab::OwnServer), [], "palette.verb.own_server";
    SHOW_ARRIVALS: Action::ShowReach(ReachTab::Arrivals), [], "timeline.tab";
    START_TUNNEL: Action::Ask(Command::Settings(SettingsCommand::StartTunnel)), [], "tunnel.start";
    STOP_TUNNEL: Action::Ask(Command::Settings(SettingsCommand::StopTunnel)), [], "tunnel.stop";
    START_LISTENING: Action::Ask(Command::Settings(SettingsCommand::Retry)), [], "settings.listener.start";
    STOP_LISTENING: Action::Ask(Command::Settings(SettingsCommand::StopListening)), [], "settings.listener.stop";
    BACK_UP: Action::ChooseBackup, [], "palette.verb.back_up";
}

impl Chord {
    fn fits(self, prefix: Option<Key>, key: Key, modifiers: Modifiers) -> bool {
        let shift = match self.shift {
            Shift::Held => modifiers.shift,
            Shift::NotHeld => !modifiers.shift,
            // On the keyboards that have `?` above `/`, both come as a slash; Shift tells them apart.
            Shift::Either => self.key != Key::Slash || !modifiers.shift,
        };
        self.prefix == prefix && self.key == key && self.ctrl == modifiers.command && shift && !modifiers.alt
    }

    /// Name of the chord: `Ctrl+F`, `G`, `c r`.
    pub(crate) fn name(self) -> String {
        let key = match self.key {
            Key::ArrowDown => "↓",
            Key::ArrowUp => "↑",
            Key::ArrowRight => "→",
            Key::ArrowLeft => "←",
            Key::PageDown => "PgDn",
            Key::PageUp => "PgUp",
            Key::Escape => "Esc",
            Key::Delete => "Del",
            key => key.symbol_or_name(),
        };
        let letter = key.len() == 1 && !self.ctrl && self.shift == Shift::NotHeld;
        let key = if letter { key.to_lowercase() } else { key.to_owned() };
        // A capital letter says Shift by itself.
        let is_letter = key.len() == 1 && key.as_bytes()[0].is_ascii_alphabetic();
        let key = if self.shift == Shift::Held && !is_letter { format!("Shift+{key}") } else { key };
        match self.prefix {
            Some(prefix) => format!("{} {key}", prefix.name().to_lowercase()),
            None if self.ctrl => format!("Ctrl+{key}"),
            None => key,
        }
    }
}

impl Shortcut {
    /// The action, for a menu or a button that does the same.
    pub(crate) fn action(&self) -> Action {
        self.action.clone()
    }

    /// Tells whether it has keys at all; the palette offers verbs without.
    pub(crate) fn has_keys(&self) -> bool {
        !self.chords.is_empty()
    }

    /// Names of its chords for the page of keys: `j ↓`.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.chords.iter().map(|chord| chord.name()).collect();
        names.dedup();
        if matches!(self.action, Action::ToggleKeys) {
            // The slash with Shift is the same key.
            names.truncate(1);
        }
        names
    }

    /// Name of its last chord, for tooltips and menus.
    pub(crate) fn hint(&self) -> String {
        self.names().pop().unwrap_or_default()
    }
}

/// The keyboard, with what it remembers between strokes.
#[derive(Debug, Default)]
pub(crate) struct Keyboard {
    /// The first key of a chord, waiting for the second.
    pub(crate) prefix: Option<Key>,
    composition: Composition,
    is_composing: bool,
    /// True if a text field had the focus in the last frame: the Esc or Enter that left it is its own.
    was_typing: bool,
}

impl Keyboard {
    /// Takes the strokes of shortcuts from the input, unless the user types or an input method composes.
    pub(crate) fn pressed(&mut self, ctx: &Context) -> Vec<&'static Shortcut> {
        let typing = ctx.text_edit_focused();
        let left_field = std::mem::replace(&mut self.was_typing, typing);
        let composing = self.composition.watch(ctx);
        self.is_composing = composing;
        if typing || left_field || composing || egui::Popup::is_any_open(ctx) {
            self.prefix = None;
            return Vec::new();
        }
        let on_button = ctx.memory(|memory| memory.focused().is_some()) && !PaneStop::any_has_focus(ctx);
        let pressed = ctx.input_mut(|input| {
            let mut pressed = Vec::new();
            input.events.retain(|event| match event {
                // A focused button has Enter and Space to itself, but for Ctrl+Enter.
                Event::Key { key: Key::Enter | Key::Space, modifiers, .. } if on_button && !modifiers.command => true,
                Event::Key { key, pressed: true, modifiers, .. } => !self.stroke(*key, *modifiers, &mut pressed),
                _ => true,
            });
            if !pressed.is_empty() || self.prefix.is_some() {
                // The letter of a stroke that was taken must not be typed into what it opens.
                input.events.retain(|event| !matches!(event, Event::Text(_)));
            }
            pressed
        });
        let moves = |shortcut: &&Shortcut| match shortcut.action {
            Action::MoveSelection(movement) => !matches!(movement, Move::Pages(_)),
            Action::TurnPart(_) => true,
            _ => false,
        };
        if pressed.iter().any(moves) {
            // egui would move the focus with the arrows, too.
            ctx.memory_mut(|memory| memory.move_focus(egui::FocusDirection::None));
        }
        pressed
    }

    /// Tells whether an input method was at work in this frame: Enter and Esc are its own then.
    pub(crate) fn is_composing(&self) -> bool {
        self.is_composing
    }

    /// Notes at the end of a frame whether a field of text has the focus now.
    pub(crate) fn end_frame(&mut self, ctx: &Context) {
        self.was_typing = ctx.text_edit_focused();
    }

    /// Returns true if a stroke was taken. A prefix is remembered, and dropped by any key that does not follow it.
    fn stroke(&mut self, key: Key, modifiers: Modifiers, pressed: &mut Vec<&'static Shortcut>) -> bool {
        let prefix = self.prefix.take();
        if prefix.is_some() && key == Key::Escape {
            return true;
        }
        let fits = |shortcut: &&&Shortcut| shortcut.chords.iter().any(|chord| chord.fits(prefix, key, modifiers));
        if let Some(shortcut) = TABLE.iter().find(fits) {
            pressed.push(shortcut);
            return true;
        }
        let mut chords = TABLE.iter().flat_map(|shortcut| shortcut.chords);
        let starts = prefix.is_none() && !modifiers.any() && chords.any(|chord| chord.prefix == Some(key));
        self.prefix = starts.then_some(key);
        starts || prefix.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pressed(strokes: &[(Key, Modifiers)]) -> Vec<&'static str> {
        let mut keyboard = Keyboard::default();
        let mut pressed = Vec::new();
        for (key, modifiers) in strokes {
            keyboard.stroke(*key, *modifiers, &mut pressed);
        }
        pressed.iter().map(|shortcut| shortcut.text).collect()
    }

    #[test]
    fn no_stroke_means_two_things() {
        let chords: Vec<&Chord> = TABLE.iter().flat_map(|shortcut| shortcut.chords).collect();
        for chord in &chords {
            for shift in [Modifiers::NONE, Modifiers::SHIFT] {
                let modifiers = if chord.ctrl { shift | Modifiers::COMMAND } else { shift };
                let fitting = chords.iter().filter(|other| other.fits(chord.prefix, chord.key, modifiers)).count();
                assert!(fitting <= 1, "{}", chord.name());
            }
        }
    }

    #[test]
    fn a_prefix_waits_for_its_second_key_and_is_dropped_by_any_other() {
        assert_eq!(pressed(&[(Key::C, Modifiers::NONE), (Key::J, Modifiers::NONE)]), [COPY_JSON.text]);
        assert_eq!(
            pressed(&[(Key::C, Modifiers::NONE), (Key::X, Modifiers::NONE), (Key::Y, Modifiers::NONE)]),
            [""; 0]
        );
        assert_eq!(
            pressed(&[(Key::C, Modifiers::NONE), (Key::Escape, Modifiers::NONE), (Key::J, Modifiers::NONE)]),
            [DOWN.text]
        );
    }

    #[test]
    fn shift_tells_letters_apart() {
        assert_eq!(pressed(&[(Key::G, Modifiers::NONE)]), [FIRST.text]);
        assert_eq!(pressed(&[(Key::G, Modifiers::SHIFT)]), [LAST.text]);
        assert_eq!(pressed(&[(Key::Slash, Modifiers::SHIFT)]), [TOGGLE_KEYS.text]);
        assert_eq!(pressed(&[(Key::J, Modifiers::COMMAND)]), [""; 0]);
    }

    #[test]
    fn keys_are_written_as_on_the_keyboard() {
        assert_eq!(ctrl(Key::F).name(), "Ctrl+F");
        assert_eq!(shifted(Key::G).name(), "G");
        assert_eq!(plain(Key::J).name(), "j");
        assert_eq!(after(Key::C, Key::R).name(), "c r");
        assert_eq!(PICK_DOWN.names(), ["J", "Shift+↓"]);
        assert_eq!((TOGGLE_KEYS.names(), TOGGLE_KEYS.hint()), (vec!["?".to_owned()], "?".to_owned()));
    }
}
