//! Tests of the board's state: what it asks for, what it shows of a draft, and the answers to its taps.

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::*;
use crate::capture::diagnosis::Severity;
use crate::config::AccountConfig;
use crate::engine::{ButtonState, ListenerState, MenuOrigin, ReplayWhat, TapOutcome};
use crate::texts::Language;
use crate::wechat::custom_menu::{MenuFinding, lint};
use crate::wechat::tree::Tree;

const MENU: &str = r#"{"menu":{"menuid":42,"button":[
    {"type":"click","name":"A","key":"K"},
    {"name":"P","sub_button":[{"type":"view","name":"V","url":"http://e.com/a*b"},{"type":"media_id","name":"M","media_id":"I"}]}]},
    "conditionalmenu":[{"menuid":43,"matchrule":{"tag_id":"2"},"button":[{"type":"click","name":"C","key":"VIP"}]}]}"#;

fn opened(json: &str) -> OpenedMenu {
    let file = MenuFile::read(json.as_bytes()).unwrap();
    let findings = lint(json.as_bytes()).unwrap();
    OpenedMenu { origin: MenuOrigin::Text, json: json.to_owned(), file: Arc::new(file), findings }
}

/// A board that has asked for the kept menus, of which there is none.
fn board() -> Board {
    let mut board = Board::default();
    board.open(opened(MENU));
    board
}

/// The menu that is open.
fn menu(board: &mut Board) -> &mut EditedMenu {
    board.menu.as_mut().unwrap()
}

/// The status of a window that has read its configuration.
fn status() -> Status {
    Status { listener: ListenerState::Stopped, ..Status::default() }
}

fn asked(board: &mut Board) -> Vec<MenuCommand> {
    let questions = board.questions(true, &status());
    let menus = questions.into_iter().filter_map(|command| match command {
        Command::Menu(command) => Some(command),
        _ => None,
    });
    menus.collect()
}

#[test]
fn taps_are_counted_once_at_a_time_and_only_while_the_board_is_shown() {
    let mut board = board();
    assert!(matches!(&asked(&mut board)[..], [MenuCommand::OpenKept { .. }, MenuCommand::Count { .. }]));
    board.note_written();
    assert!(asked(&mut board).is_empty(), "the first count goes on");
    let file = menu(&mut board).file();
    board.counted(&file, Coverage::default());
    board.note_written();
    let mut several = status();
    for name in ["default", "shop"] {
        several.config.accounts.insert(name.to_owned(), AccountConfig::default());
    }
    let of_several = board.questions(true, &several);
    assert!(
        matches!(&of_several[..], [Command::Menu(MenuCommand::Count { only_its_own: true, .. })]),
        "{of_several:?}"
    );
    board.counted(&file, Coverage::default());
    board.note_written();
    assert!(board.questions(false, &status()).is_empty(), "nobody looks at it");
    assert!(matches!(&asked(&mut board)[..], [MenuCommand::Count { .. }]));
}

#[test]
fn a_change_is_examined_once_and_an_outdated_answer_is_no_news() {
    let mut board = board();
    asked(&mut board);
    menu(&mut board).draft.button_mut("1").unwrap().name = "B".to_owned();
    menu(&mut board).refresh();
    let [MenuCommand::Examine { json }] = &asked(&mut board)[..] else { panic!("it is not examined") };
    assert!(json.contains("\"B\""));
    menu(&mut board).draft.button_mut("1").unwrap().name = String::new();
    let file = MenuFile::read(json.as_bytes()).ok().map(Arc::new);
    board.examined(ExaminedMenu { json: json.clone(), file, findings: Vec::new() });
    let [MenuCommand::Examine { json }] = &asked(&mut board)[..] else { panic!("the newer one is not examined") };
    let examined = ExaminedMenu {
        json: json.clone(),
        file: MenuFile::read(json.as_bytes()).ok().map(Arc::new),
        findings: lint(json.as_bytes()).unwrap(),
    };
    board.examined(examined);
    let row = menu(&mut board).rows()[0].clone();
    assert!(row.severity.is_some() && menu(&mut board).rows()[1].severity.is_none(), "the finding is at its button");
    menu(&mut board).undo();
    assert!(asked(&mut board).iter().all(|command| !matches!(command, MenuCommand::Examine { .. })));
}

#[test]
fn each_button_has_the_filter_that_finds_its_events_and_one_that_pushes_none_has_none() {
    let mut board = board();
    let filters: Vec<_> = menu(&mut board).rows().iter().map(|row| row.filter.clone()).collect();
    let expected = [Some("event:CLICK key:K"), None, Some(r#"event:VIEW key:"http://e.com/a*b""#), None];
    assert_eq!(filters.iter().map(Option::as_deref).collect::<Vec<_>>(), expected);
    assert!(board.show_button("VIEW", "http://e.com/a*b"));
    let shown = menu(&mut board);
    assert_eq!((shown.selected(), shown.risen), (Some("2.1"), Some(1)));
    assert!(board.show_button("CLICK", "VIP"), "in a conditional menu");
    let shown = menu(&mut board);
    assert_eq!((shown.selected(), shown.menu_id()), (Some("1"), Some("43")));
    assert!(!board.show_button("CLICK", "nowhere"));
}

#[test]
fn every_button_is_tapped_by_the_event_that_leads_back_to_it() {
    let mut board = board();
    let mut status = Status::default();
    let account = AccountConfig { to_user: Some("gh_shop".to_owned()), ..AccountConfig::default() };
    status.config.accounts.insert("shop".to_owned(), account);
    let account = board.account(&status);
    let Some(ReplayWhat::Composed(messages)) =
        board.tapping.tap(board.menu.as_ref().unwrap(), None, (&account, &status))
    else {
        panic!("nothing is sent")
    };
    assert_eq!(messages.len(), 2);
    for (message, path) in messages.iter().zip(["1", "2.1"]) {
        let tree = Tree::parse(message).unwrap();
        let text = |name: &str| tree.root().text_of(name).unwrap_or_default().to_owned();
        assert_eq!(text("ToUserName"), "gh_shop");
        assert!(board.show_button(&text("Event"), &text("EventKey")));
        assert_eq!(menu(&mut board).selected(), Some(path));
    }
    let view = Tree::parse(&messages[1]).unwrap();
    assert_eq!(view.root().text_of("MenuId"), Some("42"));
}

#[test]
fn a_run_of_taps_is_told_from_that_of_a_composed_message() {
    let mut board = board();
    let run = crate::capture::RunId;
    assert!(!board.note_ended(run(1)), "nothing is on its way");
    let status = Status::default();
    board.tapping.tap(board.menu.as_ref().unwrap(), Some("1"), ("default", &status)).unwrap();
    board.note_sent(true);
    assert!(!board.note_ended(run(2)), "that was the composer's");
    assert!(board.note_ended(run(3)));
    assert!(board.tapping.is_running());
    let look = Look::new(Language::English, egui::Theme::Dark, TimeZone::UTC);
    board.tapping.question();
    board.take_answers(run(3), &[], &look);
    assert!(!board.tapping.is_running());
}

#[test]
fn a_menu_that_was_published_is_no_change_any_more() {
    let mut board = board();
    menu(&mut board).draft.button_mut("1").unwrap().name = "B".to_owned();
    assert!(menu(&mut board).is_changed());
    let json = board.json().unwrap();
    board.published(&json);
    assert!(!menu(&mut board).is_changed() && board.publishing.is_done());
}

#[test]
fn findings_belong_to_the_menu_that_is_shown() {
    let json = r#"{"menu":{"menuid":1,"button":[{"type":"click","name":"a name that is much too long","key":"K"}]},
        "conditionalmenu":[{"menuid":2,"matchrule":{"tag_id":"2"},
            "button":[{"type":"click","name":"C","key":"VIP"}]}]}"#;
    let mut board = Board::default();
    board.open(opened(json));
    let errors = |board: &mut Board| {
        let is_error = |finding: &&MenuFinding| finding.code.severity() == Severity::Error;
        menu(board).findings().iter().filter(is_error).count()
    };
    assert_eq!(errors(&mut board), 1);
    menu(&mut board).show_menu(1);
    assert_eq!(errors(&mut board), 0, "the conditional menu is sound");
}

#[test]
fn a_key_of_any_menu_of_the_file_is_known_and_no_other() {
    let board = board();
    assert!(board.has_push("CLICK", "K") && board.has_push("CLICK", "VIP"));
    assert!(!board.has_push("VIEW", "K") && !board.has_push("CLICK", "nowhere"));
    assert!(!Board::default().has_push("CLICK", "K"));
}

#[test]
fn every_name_that_ends_a_key_has_its_text() {
    for language in Language::ALL {
        for state in ButtonState::ALL {
            assert!(language.has(&format!("board.summary.{}", state.as_str())));
            assert!(language.has(&format!("menu.state.{}", state.as_str())));
        }
        for outcome in TapOutcome::ALL {
            assert!(language.has(&format!("board.outcome.{}", outcome.as_str())));
            assert!(language.has(&format!("board.outcome_count.{}", outcome.as_str())));
        }
        for platform in crate::wechat::custom_menu::Platform::ALL {
            assert!(language.has(&format!("board.platform.{}", platform.as_str())));
        }
    }
}
