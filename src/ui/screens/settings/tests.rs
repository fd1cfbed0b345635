//! Tests of the settings page, by its labels.

use std::rc::Rc;

use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};

use super::*;
use crate::account::SecretName;
use crate::config::AccountConfig;
use crate::engine::{AccountStatus, Command, SettingsCommand};
use crate::texts::user_error::UserError;
use crate::ui::test_support::{ActionLog, dress, look};

fn shown<'h>() -> (Harness<'h, Settings>, ActionLog) {
    let mut status = Status::default();
    status.config.accounts.insert("shop".to_owned(), AccountConfig::default());
    status.accounts = vec![AccountStatus {
        name: "shop".to_owned(),
        has_token: true,
        has_aes_key: false,
        has_app_id: false,
        has_app_secret: false,
    }];
    let asked = ActionLog::default();
    let asking = Rc::clone(&asked);
    let builder = Harness::builder().with_size([900.0, 2000.0]).with_context_setup(dress);
    let harness = builder.build_ui_state(
        move |ui, settings: &mut Settings| {
            let mut actions = Vec::new();
            settings.ui(ui, &status, &look(ui.ctx().theme()), &mut actions);
            asking.borrow_mut().extend(actions);
        },
        Settings::at(Path::new("/data/of/somebody")),
    );
    (harness, asked)
}

fn typed(harness: &mut Harness<'_, Settings>, label: &str, text: &str) {
    harness.get_by_label(label).focus();
    harness.run();
    harness.get_by_label(label).type_text(text);
    harness.run();
}

#[test]
fn a_secret_that_is_kept_is_said_to_be_set_and_not_shown() {
    let (harness, _) = shown();
    let token = harness.get_by_label("Token");
    assert_eq!(token.accesskit_node().value().unwrap_or_default(), "");
    harness.get_by_label("/data/of/somebody");
    assert!(harness.query_by_label_contains("Save").is_none(), "nothing was changed yet");
}

#[test]
fn invalid_inputs_are_named_while_typing_and_cannot_be_saved() {
    let (mut harness, asked) = shown();
    typed(&mut harness, "Token", "a b");
    typed(&mut harness, "EncodingAESKey", "short");
    harness.get_by_label("× A token has 3 to 32 letters and digits");
    harness.get_by_label("× An EncodingAESKey has 43 characters");
    harness.get_by_label("Save account").click();
    harness.run();
    assert!(asked.borrow().is_empty());
}

#[test]
fn saving_sends_the_input_and_discards_it_afterwards() {
    let (mut harness, asked) = shown();
    typed(&mut harness, "AppID", "wx1234");
    typed(&mut harness, "Token", "token1234");
    harness.get_by_label("Save account").click();
    harness.run();
    let saved = asked.borrow_mut().pop().unwrap();
    let Action::Ask(Command::Settings(SettingsCommand::SaveAccount { name, account, secrets })) = saved else {
        panic!("{saved:?}")
    };
    assert_eq!((name.as_str(), account.app_id.as_deref()), ("shop", Some("wx1234")));
    assert_eq!(secrets.token.unwrap().reveal(), "token1234");
    assert_eq!(secrets.aes_key, None);
    harness.state_mut().saved(&SavedSetting::Account { name: "shop".to_owned() });
    harness.run();
    assert!(harness.query_by_label("Save account").is_none());
}

#[test]
fn a_secret_that_is_there_is_forgotten_once_that_is_confirmed() {
    let (mut harness, asked) = shown();
    assert!(harness.query_by_label("Forget AppSecret").is_none(), "there is none");
    for (label, left) in [("Forget Token", 0), ("Keep Token", 0), ("Forget Token", 0), ("Really forget Token", 1)] {
        harness.get_by_label(label).click();
        harness.run();
        assert_eq!(asked.borrow().len(), left, "{label}");
    }
    let forgotten = asked.borrow_mut().pop().unwrap();
    let Action::Ask(Command::Settings(SettingsCommand::ForgetSecret { name, which })) = forgotten else {
        panic!("{forgotten:?}")
    };
    assert_eq!((&*name, which), ("shop", SecretName::Token));
}

#[test]
fn a_new_address_is_applied_when_it_is_one() {
    let (mut harness, asked) = shown();
    typed(&mut harness, "Address", "x");
    harness.get_by_label("× Write it as HOST:PORT, such as 127.0.0.1:8989");
    harness.state_mut().address = Some("127.0.0.1:9000".to_owned());
    harness.run();
    harness.get_by_label("Save the address").click();
    harness.run();
    assert!(
        matches!(&asked.borrow()[..], [Action::Ask(Command::Settings(SettingsCommand::SetAddress { address }))] if address == "127.0.0.1:9000")
    );
}

#[test]
fn the_feed_is_switched_on_at_the_address_that_is_typed() {
    let (mut harness, asked) = shown();
    harness.get_by_label("○ off");
    typed(&mut harness, "Address of the feed", "x");
    assert!(harness.get_by_label("Let other programs follow along").accesskit_node().is_disabled());
    harness.state_mut().saved(&SavedSetting::Feed);
    harness.run();
    harness.get_by_label("Let other programs follow along").click();
    harness.run();
    let switched = asked.borrow_mut().pop().unwrap();
    let Action::Ask(Command::Settings(SettingsCommand::SetFeed { address })) = switched else { panic!("{switched:?}") };
    assert_eq!(address.as_deref(), Some("127.0.0.1:8990"));
}

#[test]
fn a_token_of_the_feed_is_long_and_never_shown() {
    let (mut harness, asked) = shown();
    typed(&mut harness, "Access token of the feed", "short");
    harness.get_by_label("× The token needs 32 characters or more");
    assert!(harness.get_by_label("Save the access token").accesskit_node().is_disabled());
    harness.get_by_label("Make a random token and copy it").click();
    harness.run();
    let actions: Vec<Action> = asked.borrow_mut().drain(..).collect();
    let [Action::Copy(copied), Action::Ask(Command::Settings(SettingsCommand::SaveFeedToken { token }))] = &actions[..]
    else {
        panic!("{actions:?}")
    };
    assert_eq!((copied.as_str(), copied.len()), (token.reveal(), 32));
    assert!(!format!("{:?}", &actions[1]).contains(copied));
}

#[test]
fn notifications_are_off_until_they_are_switched_on_and_a_mistaken_filter_is_named() {
    let (mut harness, asked) = shown();
    harness.get_by_label("Notify me of new events").click();
    harness.run();
    let saved = asked.borrow_mut().pop().unwrap();
    let Action::Ask(Command::Settings(SettingsCommand::SaveNotify { notify })) = saved else { panic!("{saved:?}") };
    assert_eq!(notify.filter.as_deref(), Some(""), "every event, until a filter says less");
    typed(&mut harness, "Only events that match", "evnt:CLICK");
    harness.get_by_label("× This filter cannot be read");
    assert!(harness.get_by_label("Save the filter").accesskit_node().is_disabled());
    harness.get_by_label("Notify me of new events").click();
    harness.run();
    let saved = asked.borrow_mut().pop().unwrap();
    assert!(
        matches!(&saved, Action::Ask(Command::Settings(SettingsCommand::SaveNotify { notify })) if notify.filter.is_none()),
        "a mistaken filter is not saved: {saved:?}"
    );
}

#[test]
fn a_missing_session_bus_is_a_note_beside_the_switch() {
    let trouble =
        UserError::of("user_error.notify.missing", "the desktop takes no notifications (none)").with("cause", "none");
    let status = Status { notifications: Some(trouble), ..Status::default() };
    let builder = Harness::builder().with_size([900.0, 2000.0]).with_context_setup(dress);
    let harness = builder.build_ui_state(
        move |ui, settings: &mut Settings| settings.ui(ui, &status, &look(ui.ctx().theme()), &mut Vec::new()),
        Settings::default(),
    );
    harness.get_by_label_contains("The desktop takes no notifications");
}

#[test]
fn an_address_that_was_given_is_explained_and_gives_way_to_the_saved_one() {
    let status = Status { given_address: Some("127.0.0.1:9303".to_owned()), ..Status::default() };
    let asked = ActionLog::default();
    let asking = Rc::clone(&asked);
    let builder = Harness::builder().with_size([900.0, 700.0]).with_context_setup(dress);
    let mut harness = builder.build_ui_state(
        move |ui, settings: &mut Settings| {
            let mut actions = Vec::new();
            settings.ui(ui, &status, &look(ui.ctx().theme()), &mut actions);
            asking.borrow_mut().extend(actions);
        },
        Settings::default(),
    );
    harness.get_by_label_contains("This run was given another address at its start, 127.0.0.1:9303");
    harness.get_by_label("Save the address").click();
    harness.run();
    assert!(
        matches!(&asked.borrow()[..], [Action::Ask(Command::Settings(SettingsCommand::SetAddress { address }))] if address == "127.0.0.1:8989")
    );
}

#[test]
fn the_index_goes_to_a_section() {
    let builder = Harness::builder().with_size([900.0, 600.0]).with_context_setup(dress);
    let mut harness = builder.build_ui_state(
        |ui, settings: &mut Settings| {
            settings.ui(ui, &Status::default(), &look(ui.ctx().theme()), &mut Vec::new());
        },
        Settings::default(),
    );
    let top = |harness: &Harness<'_, Settings>| harness.get_by_label("Team").rect().top();
    assert!(top(&harness) > 600.0, "below what is in view");
    harness.get_by_label("Go to Team").click();
    harness.run();
    assert!((0.0..200.0).contains(&top(&harness)), "{}", top(&harness));
    let marked = |harness: &Harness<'_, Settings>| {
        let links = harness.get_all_by_role(egui::Role::Link).map(|link| link.accesskit_node());
        links
            .filter(|link| link.toggled() == Some(egui::accesskit::Toggled::True))
            .filter_map(|link| link.label())
            .collect::<Vec<_>>()
    };
    assert_eq!(marked(&harness), ["Go to Team"]);
    // The last one comes to the top as well.
    harness.get_by_label("Go to Database").click();
    harness.run();
    assert_eq!(marked(&harness), ["Go to Database"]);
    harness.get_by_label("Go to Listener").click();
    harness.run();
    assert_eq!(marked(&harness), ["Go to Listener"]);
}
