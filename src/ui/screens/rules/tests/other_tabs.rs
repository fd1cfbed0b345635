//! Tests of the tabs of forwarding and of faults.

use super::*;

#[test]
fn a_fault_is_armed_with_one_click_and_can_be_disarmed() {
    let mut harness = shown(TestScreen::default());
    click_tab(&mut harness, "Faults");
    assert!(is_shown(&harness, "○ No fault is armed"));
    click(&mut harness, "Arm: Byte order mark first");
    assert!(matches!(
        harness.state_mut().asked.pop(),
        Some(Action::Ask(Command::Answering(AnsweringCommand::Arm { fault: Some(Fault::Bom) })))
    ));
    harness.state_mut().armed = Some(Fault::Late { ms: 1_000 });
    harness.run();
    harness.get_by_label_contains("Armed for the next push: Too late (by 1000 ms)");
    for label in ["Disarm", "Disarm: Too late"] {
        click(&mut harness, label);
        assert!(
            matches!(
                harness.state_mut().asked.pop(),
                Some(Action::Ask(Command::Answering(AnsweringCommand::Arm { fault: None })))
            ),
            "{label}"
        );
    }
}

#[test]
fn every_fault_is_offered_with_what_wechat_makes_of_it() {
    let mut harness = shown(TestScreen::default());
    click_tab(&mut harness, "Faults");
    for fault in Fault::ALL {
        let text = |part: &str| Language::English.text(&format!("fault.{}.{part}", fault.name())).into_owned();
        assert!(is_shown(&harness, &format!("Arm: {}", text("name"))), "{fault}");
        assert!(is_shown(&harness, &text("effect")), "{fault}");
    }
}

#[test]
fn a_target_of_replays_can_be_forwarded_to() {
    let mut screen = TestScreen::default();
    screen.targets.insert("local".to_owned(), TargetConfig { url: "http://127.0.0.1:9/wx".to_owned(), account: None });
    let mut harness = shown(screen);
    click_tab(&mut harness, "Forward");
    click(&mut harness, "local");
    click(&mut harness, "Save forwarding");
    let asked = harness.state_mut().asked.pop();
    let Some(Action::Ask(Command::Settings(SettingsCommand::SaveForward { url, .. }))) = asked else {
        panic!("{asked:?}")
    };
    assert_eq!(url.as_deref(), Some("http://127.0.0.1:9/wx"));
}

#[test]
fn the_own_server_is_kept_when_it_is_an_address_and_can_be_turned_off() {
    let mut harness = shown(TestScreen::default());
    click_tab(&mut harness, "Forward");
    assert!(is_disabled(&harness, "Turn off") && is_disabled(&harness, "Test connection"));
    assert!(is_shown(&harness, "Enter the URL of your server first"), "the reason why they are grey");
    typed(&mut harness, "Your server", "127.0.0.1");
    assert!(is_disabled(&harness, "Save forwarding"));
    harness.state_mut().screen.forward = ForwardSection::default();
    harness.run();
    typed(&mut harness, "Your server", "http://127.0.0.1:1/wx");
    click(&mut harness, "The default answer");
    click(&mut harness, "Test connection");
    let asked = harness.state_mut().asked.pop();
    let Some(Action::Ask(Command::Settings(SettingsCommand::TestServer { url }))) = asked else { panic!("{asked:?}") };
    let answer =
        ServerAnswer { status: Some(404), problem: None, ..ServerAnswer::unsent(url.clone(), ForwardProblem::TooLate) };
    let report = Report { findings: Vec::new(), outcome: Outcome::NotVerified, reply: None };
    let handshake = ServerHandshake { answer, echostr: "1".to_owned(), report, is_verified: false, is_signed: true };
    let test = ServerTest { url, handshake };
    harness.state_mut().screen.server_tested(test);
    harness.run();
    harness.get_by_label_contains("It answers 404");
    click(&mut harness, "Save forwarding");
    let asked = harness.state_mut().asked.pop();
    let Some(Action::Ask(Command::Settings(SettingsCommand::SaveForward { url: Some(url), bad_answer }))) = asked
    else {
        panic!("{asked:?}")
    };
    assert_eq!((url.as_str(), bad_answer), ("http://127.0.0.1:1/wx", BadAnswer::Default));
    harness.state_mut().listener.forward = Some(url);
    harness.state_mut().listener.forward_bad_answer = bad_answer;
    harness.run();
    assert!(is_disabled(&harness, "Save forwarding"));
    click(&mut harness, "Turn off");
    let asked = harness.state_mut().asked.pop();
    assert!(
        matches!(asked, Some(Action::Ask(Command::Settings(SettingsCommand::SaveForward { url: None, .. })))),
        "{asked:?}"
    );
}
