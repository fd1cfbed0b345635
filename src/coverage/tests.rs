//! Tests of the coverage: states of buttons, keys in no button, and the summary beside a walk.

use jiff::Timestamp;

use super::*;
use crate::store::TapOutcome;

fn file() -> MenuFile {
    let json = r#"{"button":[{"type":"click","name":"A","key":"K"},{"type":"click","name":"B","key":"L"},
        {"name":"P","sub_button":[{"type":"media_id","name":"M","media_id":"I"}]}]}"#;
    MenuFile::read(json.as_bytes()).unwrap()
}

#[test]
fn the_newest_outcome_of_a_key_is_that_of_its_newest_tap() {
    let at = |second| Timestamp::from_second(second).unwrap();
    let mut count = TapCount::default();
    for (second, outcome) in [(2, TapOutcome::Legal), (3, TapOutcome::Illegal), (1, TapOutcome::Unanswered)] {
        count.add(2, at(second), outcome);
    }
    assert_eq!((count.count, count.last, count.last_outcome), (6, Some(at(3)), Some(TapOutcome::Illegal)));
    assert_eq!(TapOutcome::ALL.map(|outcome| count.outcomes.of(outcome)), [2, 2, 0, 2]);
}

#[test]
fn a_menu_without_captures_was_never_seen() {
    let coverage = Coverage::of(&file(), &Taps::default());
    let states: Vec<_> = coverage.buttons.iter().map(|button| (&*button.path, button.state)).collect();
    let expected = [
        ("1", ButtonState::NeverSeen),
        ("2", ButtonState::NeverSeen),
        ("3", ButtonState::CannotBeSeen),
        ("3.1", ButtonState::CannotBeSeen),
    ];
    assert_eq!(states, expected);
    assert!(!coverage.is_complete() && coverage.count_of(ButtonState::NeverSeen) == 2);
}
