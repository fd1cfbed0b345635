//! The events of buttons, posted.

use super::*;

#[test]
fn a_button_that_cannot_be_tapped_is_named() {
    let data = tempfile::tempdir().unwrap();
    let file = write(data.path(), &menu());
    let tap = |path: &str| run(data.path(), &["menu", "send", &file, "--button", path, "--to", "http://127.0.0.1:9/"]);
    assert!(complaint(&tap("2.5")).contains("pushes no event"));
    assert!(complaint(&tap("9")).contains("2.2 扫码"));
    assert_eq!(tap("2.5").status.code(), Some(2));
    assert!(complaint(&tap("9")).contains("208396993:1 VIP"));
    let two = json!({ "menu": menu()["menu"], "conditionalmenu": [menu()["conditionalmenu"][0], menu()["conditionalmenu"][0]] });
    let two = two.to_string().replacen("208396993", "7", 1);
    std::fs::write(&file, two).unwrap();
    assert!(complaint(&tap("VIP")).contains("name one of 7:1 VIP, 208396993:1 VIP"));
}

#[test]
fn a_button_of_a_conditional_menu_is_tapped_by_its_menu_or_its_name() {
    let data = tempfile::tempdir().unwrap();
    let file = write(data.path(), &menu());
    let listening = Listening::start(data.path(), &[]);
    for button in ["208396993:1", "c1:VIP", "VIP"] {
        let sent = run(data.path(), &["menu", "send", &file, "--button", button, "--to", &listening.url, "--json"]);
        assert_eq!(json_of(&sent)["event"], "208396993:1 VIP", "{button}: {}", complaint(&sent));
    }
    let captured = run(data.path(), &["events", "key:VIP", "--json"]);
    assert_eq!(stdout(&captured).lines().count(), 3);
}

#[test]
fn what_no_token_signs_and_a_server_refuses_says_so() {
    let data = tempfile::tempdir().unwrap();
    let file = write(data.path(), &menu());
    let server = tempfile::tempdir().unwrap();
    let listening = Listening::start(server.path(), &["--token", "tok12345"]);
    let taken = ["--token", "tok12345"];
    for arguments in [
        &["send", "CLICK", "--to", &listening.url][..],
        &["send", "CLICK", "--record", "--to", &listening.url],
        &["menu", "send", &file, "--button", "1", "--to", &listening.url],
    ] {
        let refused = run(data.path(), arguments);
        assert_eq!(refused.status.code(), Some(1));
        assert!(complaint(&refused).contains("no token is known here"), "{}", complaint(&refused));
        let sent = run(data.path(), &[arguments, &taken].concat());
        assert_eq!((sent.status.code(), sent.stderr.as_slice()), (Some(0), &b""[..]));
    }
    let open = tempfile::tempdir().unwrap();
    let listening = Listening::start(open.path(), &[]);
    let sent = run(data.path(), &["send", "CLICK", "--to", &listening.url]);
    assert_eq!((sent.status.code(), sent.stderr.as_slice()), (Some(0), &b""[..]), "nobody asks for a token");
}
