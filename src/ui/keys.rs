//! The keys: one table, from which shortcuts, the page of keys and the tooltips are drawn.

use egui::{Context, Event, Key, Modifiers};

use crate::ui::action::{Move, Tab};
use crate::ui::ime::Composition;

/// What a key asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    /// Move the selection.
    Move(Move),
    /// Move it by as many rows as are in view: down (positive) or up.
    MovePages(i64),
    /// Pick the selected row beside the others, or leave it out again.
    Pick,
    /// Move the selection and pick what it passes.
    PickMoving(Move),
    /// Follow the newest, or stop following.
    Follow,
    /// Show the detail of the selected row.
    OpenDetail,
    /// Turn to the next page of the detail, or the one before.
    TurnTab(i8),
    /// Turn to this page of the detail.
    ShowTab(Tab),
    /// Put the caret into the filter.
    FocusFilter,
    /// Hold everything, or nothing any more.
    ToggleHold,
    /// Go to the held push that has the least time left.
    AnswerHeld,
    /// Let everything go that is held.
    ReleaseHeld,
    /// Send the answer that is written.
    SendAnswer,
    /// Leave what is open: the held push to the default, the page of keys, the settings, the detail.
    Leave,
    /// Send the chosen rows again.
    Replay,
    /// Edit the message of the selected event, and send it again.
    EditAndReplay,
    /// Compose a message.
    Compose,
    /// Compose a copy of the selected event.
    Duplicate,
    /// Remove the chosen rows.
    Remove,
    /// Remove everything that the list shows.
    Clear,
    /// Bring back what was removed last.
    Undo,
    /// Export.
    Export,
    /// Copy the request as it came over the wire.
    CopyRaw,
    /// Copy the body.
    CopyBody,
    /// Copy the event as JSON.
    CopyJson,
    /// Show or hide the page of keys.
    ShowKeys,
    /// Show the settings.
    ShowSettings,
}

/// One stroke, perhaps after a prefix.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chord {
    prefix: Option<Key>,
    key: Key,
    ctrl: bool,
    shift: Shift,
}

/// Whether Shift has to be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shift {
    Held,
    NotHeld,
    /// Marks such as `?` need it on some keyboards and not on others.
    Either,
}

/// One line of the table.
#[derive(Debug)]
pub(crate) struct Shortcut {
    /// What is done.
    pub(crate) verb: Verb,
    /// By any of these.
    pub(crate) chords: &'static [Chord],
    /// What it is called.
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

/// Every key that does something, in the order in which the page of keys lists them.
pub(crate) const TABLE: &[Shortcut] = &[
    Shortcut {
        verb: Verb::Move(Move::By(1)),
        chords: &[plain(Key::J), plain(Key::ArrowDown)],
        text: "window.keys.down",
    },
    Shortcut { verb: Verb::Move(Move::By(-1)), chords: &[plain(Key::K), plain(Key::ArrowUp)], text: "window.keys.up" },
    Shortcut { verb: Verb::MovePages(1), chords: &[plain(Key::PageDown)], text: "window.keys.page_down" },
    Shortcut { verb: Verb::MovePages(-1), chords: &[plain(Key::PageUp)], text: "window.keys.page_up" },
    Shortcut { verb: Verb::Move(Move::First), chords: &[plain(Key::G), plain(Key::Home)], text: "window.keys.first" },
    Shortcut { verb: Verb::Move(Move::Last), chords: &[shifted(Key::G), plain(Key::End)], text: "window.keys.last" },
    Shortcut { verb: Verb::Pick, chords: &[plain(Key::Space)], text: "window.keys.pick" },
    Shortcut {
        verb: Verb::PickMoving(Move::By(1)),
        chords: &[shifted(Key::J), shifted(Key::ArrowDown)],
        text: "window.keys.pick_down",
    },
    Shortcut {
        verb: Verb::PickMoving(Move::By(-1)),
        chords: &[shifted(Key::K), shifted(Key::ArrowUp)],
        text: "window.keys.pick_up",
    },
    Shortcut { verb: Verb::Follow, chords: &[shifted(Key::F)], text: "window.keys.follow" },
    Shortcut { verb: Verb::FocusFilter, chords: &[mark(Key::Slash), ctrl(Key::F)], text: "window.keys.filter" },
    Shortcut { verb: Verb::OpenDetail, chords: &[plain(Key::Enter)], text: "window.keys.open" },
    Shortcut { verb: Verb::TurnTab(1), chords: &[plain(Key::ArrowRight)], text: "window.keys.next_tab" },
    Shortcut { verb: Verb::TurnTab(-1), chords: &[plain(Key::ArrowLeft)], text: "window.keys.previous_tab" },
    Shortcut { verb: Verb::ShowTab(Tab::Decoded), chords: &[ctrl(Key::Num1)], text: "window.keys.tab_decoded" },
    Shortcut { verb: Verb::ShowTab(Tab::Raw), chords: &[ctrl(Key::Num2)], text: "window.keys.tab_raw" },
    Shortcut { verb: Verb::ShowTab(Tab::Request), chords: &[ctrl(Key::Num3)], text: "window.keys.tab_request" },
    Shortcut { verb: Verb::ShowTab(Tab::Answer), chords: &[ctrl(Key::Num4)], text: "window.keys.tab_answer" },
    Shortcut { verb: Verb::ShowTab(Tab::Replays), chords: &[ctrl(Key::Num5)], text: "replay.keys.tab" },
    Shortcut { verb: Verb::ToggleHold, chords: &[plain(Key::I)], text: "hold.keys.toggle" },
    Shortcut { verb: Verb::AnswerHeld, chords: &[plain(Key::A)], text: "hold.keys.answer" },
    Shortcut { verb: Verb::ReleaseHeld, chords: &[shifted(Key::A)], text: "hold.keys.release" },
    Shortcut { verb: Verb::SendAnswer, chords: &[ctrl(Key::Enter)], text: "hold.keys.send" },
    Shortcut { verb: Verb::Replay, chords: &[plain(Key::R)], text: "replay.keys.replay" },
    Shortcut { verb: Verb::EditAndReplay, chords: &[plain(Key::E)], text: "replay.keys.edit" },
    Shortcut { verb: Verb::Compose, chords: &[plain(Key::N)], text: "composer.keys.compose" },
    Shortcut { verb: Verb::Duplicate, chords: &[shifted(Key::D)], text: "composer.keys.duplicate" },
    Shortcut { verb: Verb::Remove, chords: &[plain(Key::D), plain(Key::Delete)], text: "removing.keys.remove" },
    Shortcut { verb: Verb::Clear, chords: &[plain(Key::Z)], text: "removing.keys.clear" },
    Shortcut { verb: Verb::Undo, chords: &[ctrl(Key::Z)], text: "removing.keys.undo" },
    Shortcut { verb: Verb::Export, chords: &[plain(Key::X)], text: "export.keys.export" },
    Shortcut { verb: Verb::CopyRaw, chords: &[after(Key::C, Key::R)], text: "window.keys.copy_raw" },
    Shortcut { verb: Verb::CopyBody, chords: &[after(Key::C, Key::B)], text: "window.keys.copy_body" },
    Shortcut { verb: Verb::CopyJson, chords: &[after(Key::C, Key::J)], text: "window.keys.copy_json" },
    Shortcut { verb: Verb::Leave, chords: &[plain(Key::Escape)], text: "window.keys.leave" },
    Shortcut { verb: Verb::ShowSettings, chords: &[ctrl(Key::Comma)], text: "window.keys.settings" },
    Shortcut {
        verb: Verb::ShowKeys,
        chords: &[mark(Key::Questionmark), shifted(Key::Slash)],
        text: "window.keys.help",
    },
];

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

    /// The way it is written for people: `Ctrl+F`, `G`, `c r`.
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
        match self.prefix {
            Some(prefix) => format!("{} {key}", prefix.name().to_lowercase()),
            None if self.ctrl => format!("Ctrl+{key}"),
            None => key,
        }
    }
}

impl Shortcut {
    /// Its chords for the page of keys: `j ↓`.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.chords.iter().map(|chord| chord.name()).collect();
        names.dedup();
        if self.verb == Verb::ShowKeys {
            // The slash with Shift is the same key.
            names.truncate(1);
        }
        names
    }
}

/// The first key of a verb, for its tooltip.
pub(crate) fn hint(verb: Verb) -> String {
    let shortcut = TABLE.iter().find(|shortcut| shortcut.verb == verb);
    shortcut.and_then(|shortcut| shortcut.chords.last()).map(|chord| chord.name()).unwrap_or_default()
}

/// What has to be remembered between strokes.
#[derive(Debug, Default)]
pub(crate) struct Keyboard {
    /// The first key of a chord, waiting for the second.
    pub(crate) prefix: Option<Key>,
    composition: Composition,
    /// A field of text had the focus in the last frame: Esc and Enter that left it are its own.
    was_typing: bool,
}

impl Keyboard {
    /// Takes the strokes that mean something from the input, unless somebody is typing or composing.
    pub(crate) fn verbs(&mut self, ctx: &Context) -> Vec<Verb> {
        let typing = ctx.text_edit_focused();
        let left_field = std::mem::replace(&mut self.was_typing, typing);
        let composing = self.composition.watch(ctx);
        if typing || left_field || composing || egui::Popup::is_any_open(ctx) {
            self.prefix = None;
            return Vec::new();
        }
        let on_button = ctx.memory(|memory| memory.focused().is_some());
        let verbs = ctx.input_mut(|input| {
            let mut verbs = Vec::new();
            input.events.retain(|event| match event {
                // A focused button has Enter and Space to itself, but for Ctrl+Enter.
                Event::Key { key: Key::Enter | Key::Space, modifiers, .. } if on_button && !modifiers.command => true,
                Event::Key { key, pressed: true, modifiers, .. } => !self.stroke(*key, *modifiers, &mut verbs),
                _ => true,
            });
            if !verbs.is_empty() || self.prefix.is_some() {
                // The letter of a stroke that was taken must not be typed into what it opens.
                input.events.retain(|event| !matches!(event, Event::Text(_)));
            }
            verbs
        });
        if verbs.iter().any(|verb| matches!(verb, Verb::Move(_) | Verb::TurnTab(_))) {
            ctx.memory_mut(|memory| memory.move_focus(egui::FocusDirection::None));
        }
        verbs
    }

    /// Notes at the end of a frame whether a field of text has the focus now.
    pub(crate) fn end_frame(&mut self, ctx: &Context) {
        self.was_typing = ctx.text_edit_focused();
    }

    /// Whether that stroke means something; a prefix is remembered, and dropped by whatever does not follow it.
    fn stroke(&mut self, key: Key, modifiers: Modifiers, verbs: &mut Vec<Verb>) -> bool {
        let prefix = self.prefix.take();
        if prefix.is_some() && key == Key::Escape {
            return true;
        }
        let chords =
            || TABLE.iter().flat_map(|shortcut| shortcut.chords.iter().map(move |chord| (shortcut.verb, chord)));
        if let Some((verb, _)) = chords().find(|(_, chord)| chord.fits(prefix, key, modifiers)) {
            verbs.push(verb);
            return true;
        }
        let starts = prefix.is_none() && !modifiers.any() && chords().any(|(_, chord)| chord.prefix == Some(key));
        self.prefix = starts.then_some(key);
        starts || prefix.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verbs(strokes: &[(Key, Modifiers)]) -> Vec<Verb> {
        let mut keyboard = Keyboard::default();
        let mut verbs = Vec::new();
        for (key, modifiers) in strokes {
            keyboard.stroke(*key, *modifiers, &mut verbs);
        }
        verbs
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
        assert_eq!(verbs(&[(Key::C, Modifiers::NONE), (Key::J, Modifiers::NONE)]), [Verb::CopyJson]);
        assert_eq!(verbs(&[(Key::C, Modifiers::NONE), (Key::X, Modifiers::NONE), (Key::Y, Modifiers::NONE)]), []);
        assert_eq!(
            verbs(&[(Key::C, Modifiers::NONE), (Key::Escape, Modifiers::NONE), (Key::J, Modifiers::NONE)]),
            [Verb::Move(Move::By(1))]
        );
    }

    #[test]
    fn shift_tells_letters_apart() {
        assert_eq!(verbs(&[(Key::G, Modifiers::NONE)]), [Verb::Move(Move::First)]);
        assert_eq!(verbs(&[(Key::G, Modifiers::SHIFT)]), [Verb::Move(Move::Last)]);
        assert_eq!(verbs(&[(Key::Slash, Modifiers::SHIFT)]), [Verb::ShowKeys]);
        assert_eq!(verbs(&[(Key::J, Modifiers::COMMAND)]), []);
    }

    #[test]
    fn keys_are_written_as_on_the_keyboard() {
        assert_eq!(ctrl(Key::F).name(), "Ctrl+F");
        assert_eq!(shifted(Key::G).name(), "G");
        assert_eq!(plain(Key::J).name(), "j");
        assert_eq!(after(Key::C, Key::R).name(), "c r");
    }
}
