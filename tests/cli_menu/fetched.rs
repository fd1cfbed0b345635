//! Menus that are fetched from a stand-in of WeChat's API, and its refusals.

use super::platform::PlatformApi;
use super::*;

/// Makes a stand-in the API of the default account.
fn configure(platform: &PlatformApi, data: &Path) {
    let config = format!("[account.default]\napp_id = \"wx1234567890abcdef\"\napi = \"{}\"\n", platform.url);
    std::fs::write(data.join("config.toml"), config).unwrap();
}

const TOKEN: &str = r#"{"access_token":"ACCESS","expires_in":7200}"#;
const NO_API_MENU: &str = r#"{"errcode":46003,"errmsg":"menu no exist"}"#;
const OWN_MENU: &str = r#"{"is_menu_open":1,"selfmenu_info":{"button":[{"type":"text","name":"T","value":"hi"}]}}"#;

#[test]
fn a_menu_is_fetched_only_when_asked_and_kept() {
    let data = tempfile::tempdir().unwrap();
    let platform = PlatformApi::start(vec![
        ("/cgi-bin/stable_token", 200, TOKEN.to_owned()),
        ("/cgi-bin/get_current_selfmenu_info", 200, OWN_MENU.to_owned()),
        ("/cgi-bin/menu/get", 200, menu().to_string()),
    ]);
    configure(&platform, data.path());
    let with_secret = |arguments: &[&str]| run(data.path(), &[arguments, &["--app-secret", "s3cr3t-s3cr3t"]].concat());
    let shown = with_secret(&["menu", "show", "--fetch", "--json"]);
    assert_eq!(json_of(&shown)["shape"], "menu/get", "{}", complaint(&shown));
    let asked = platform.asked();
    assert!(asked[0].starts_with("POST /cgi-bin/stable_token ") && asked[0].contains("s3cr3t-s3cr3t"), "{asked:?}");
    assert!(asked[1].contains("access_token=ACCESS") && asked.len() == 3, "{asked:?}");
    let kept: Vec<_> = std::fs::read_dir(data.path().join("menus/account-default")).unwrap().collect();
    assert_eq!(kept.len(), 1);
    assert_eq!(with_secret(&["menu", "lint", "--fetch"]).status.code(), Some(0));
}

#[test]
fn refusals_of_the_platform_come_with_a_remedy_and_without_secrets() {
    let refused = |answers: Vec<(&'static str, u16, String)>, arguments: &[&str]| {
        let data = tempfile::tempdir().unwrap();
        configure(&PlatformApi::start(answers), data.path());
        let output = run(data.path(), &[&["menu", "show", "--fetch"], arguments].concat());
        assert_eq!(output.status.code(), Some(2));
        let text = complaint(&output).to_owned();
        assert!(!text.contains("s3cr3t") && !text.contains("ACCESS"), "{text}");
        text
    };
    let error = |errcode: i64, errmsg: &str| format!(r#"{{"errcode":{errcode},"errmsg":"{errmsg}"}}"#);
    let secret = ["--app-secret", "s3cr3t"];
    let unlisted = error(40_164, "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 5f");
    assert!(refused(vec![("/cgi-bin/stable_token", 200, unlisted)], &secret).contains("address 203.0.113.7"));
    let wrong = error(40_001, "invalid credential");
    assert!(refused(vec![("/cgi-bin/stable_token", 200, wrong)], &secret).contains("AppSecret is not the account's"));
    for (errcode, errmsg, said) in [
        (40_013, "invalid appid", "not an AppID"),
        (40_125, "invalid appsecret", "shown once when it is reset"),
        (45_009, "reach max api daily quota limit", "today's calls"),
        (-1, "system error", "try again in a minute"),
    ] {
        assert!(
            refused(vec![("/cgi-bin/stable_token", 200, error(errcode, errmsg))], &secret).contains(said),
            "{said}"
        );
    }
    for (errcode, said) in [(42_001, "has expired"), (40_014, "is not valid"), (99_999, "global return codes")] {
        let answers = vec![("/cgi-bin/get_current_selfmenu_info", 200, error(errcode, "no rid: 5f"))];
        let text = refused(answers, &["--access-token", "ACCESS"]);
        assert!(text.contains(said) && text.contains(&errcode.to_string()), "{text}");
    }
    let unverified = error(48_001, "api unauthorized");
    let answers = vec![("/cgi-bin/get_current_selfmenu_info", 200, unverified)];
    assert!(refused(answers, &["--access-token", "ACCESS"]).contains("not verified"));
    assert!(refused(Vec::new(), &secret).contains("cannot read the answer to /cgi-bin/token (status 404)"));
    assert!(refused(Vec::new(), &[]).contains("without the AppSecret"));
    // A login page in place of an answer is no reason to send the AppSecret again, in a query.
    let text = refused(vec![("/cgi-bin/stable_token", 200, "<html>".to_owned())], &secret);
    assert!(text.contains("cannot read the answer to /cgi-bin/stable_token (status 200)"), "{text}");
    let page = "<html>".to_owned();
    let answers = vec![("/cgi-bin/get_current_selfmenu_info", 200, page)];
    assert!(refused(answers, &["--access-token", "ACCESS"]).contains("get_current_selfmenu_info"));
}

/// The errcodes of the pages of these calls, and of the global list as far as it is about menus, tokens and quotas.
const REFUSALS: [i64; 51] = [
    -1, 40_001, 40_007, 40_013, 40_014, 40_015, 40_016, 40_017, 40_018, 40_019, 40_020, 40_022, 40_023, 40_024, 40_025,
    40_026, 40_027, 40_033, 40_035, 40_054, 40_055, 40_125, 40_164, 40_165, 40_243, 41_001, 41_002, 41_004, 42_001,
    44_002, 45_009, 45_010, 45_011, 45_058, 46_003, 47_001, 48_001, 48_004, 50_001, 50_002, 53_600, 65_301, 65_303,
    65_304, 65_305, 65_312, 65_316, 65_318, 65_320, 85_005, 89_503,
];

#[test]
fn every_documented_refusal_is_told_with_its_own_remedy() {
    let mut remedies = std::collections::BTreeSet::new();
    for errcode in REFUSALS {
        let data = tempfile::tempdir().unwrap();
        let refusal = json!({ "errcode": errcode, "errmsg": "no" }).to_string();
        configure(&PlatformApi::start(vec![("/cgi-bin/get_current_selfmenu_info", 200, refusal)]), data.path());
        let refused = run(data.path(), &["menu", "coverage", "--fetch", "--access-token", "ACCESS"]);
        assert_eq!(refused.status.code(), Some(2));
        let (told, remedy) = complaint(&refused).split_once(" (no): ").unwrap();
        assert!(told.ends_with(&format!("get_current_selfmenu_info with {errcode}")), "{told}");
        assert!(!remedy.contains("global return codes"), "{errcode}: {remedy}");
        assert!(remedies.insert(remedy.to_owned()), "{errcode} has the remedy of another one: {remedy}");
    }
}

#[test]
fn a_redirect_is_named_and_no_secret_follows_it() {
    let data = tempfile::tempdir().unwrap();
    let platform = PlatformApi::start(vec![
        ("/cgi-bin/stable_token", 302, String::new()),
        ("/cgi-bin/token", 200, TOKEN.to_owned()),
        ("/cgi-bin/get_current_selfmenu_info", 301, String::new()),
    ]);
    configure(&platform, data.path());
    let refused = run(data.path(), &["menu", "show", "--fetch", "--app-secret", "s3cr3t"]);
    assert_eq!(refused.status.code(), Some(2));
    let text = complaint(&refused);
    assert!(
        text.contains("/cgi-bin/stable_token is redirected (status 302) to http://login.example.com/in,"),
        "{text}"
    );
    let asked = platform.asked();
    assert!(asked.len() == 1 && asked[0].starts_with("POST /cgi-bin/stable_token "), "{asked:?}");
    let refused = run(data.path(), &["menu", "show", "--fetch", "--access-token", "ACCESS"]);
    assert!(complaint(&refused).contains("get_current_selfmenu_info is redirected (status 301)"));
    assert!(!complaint(&refused).contains("ACCESS"));
}

#[test]
fn the_coverage_of_a_fetched_menu_is_shown() {
    let data = tempfile::tempdir().unwrap();
    let platform = PlatformApi::start(vec![
        ("/cgi-bin/get_current_selfmenu_info", 200, OWN_MENU.to_owned()),
        ("/cgi-bin/menu/get", 200, menu().to_string()),
    ]);
    configure(&platform, data.path());
    let listening = Listening::start(data.path(), &[]);
    assert!(run(data.path(), &["send", "CLICK", "--key", "V1001", "--to", &listening.url]).status.success());
    let token = ["--fetch", "--access-token", "ACCESS", "--json"];
    let covered = |filter: &[&str]| json_of(&run(data.path(), &[&["menu", "coverage"], &token[..], filter].concat()));
    assert_eq!(covered(&[])["buttons"][0]["count"], 1);
    assert_eq!(covered(&["event:VIEW"])["buttons"][0]["count"], 0);
    assert_eq!(std::fs::read_dir(data.path().join("menus/account-default")).unwrap().count(), 1);
    let file = write(data.path(), &menu());
    let both = run(data.path(), &[&["menu", "coverage", &file], &token[..]].concat());
    assert_eq!(both.status.code(), Some(2));
    assert!(complaint(&both).contains("leave out --fetch or "));
    assert_eq!(run(data.path(), &["menu", "coverage"]).status.code(), Some(2));
}

#[test]
fn a_menu_of_the_console_is_shown_where_the_api_made_none() {
    let data = tempfile::tempdir().unwrap();
    // The older call is made where the host does not know the newer one.
    let platform = PlatformApi::start(vec![
        ("/cgi-bin/token", 200, TOKEN.to_owned()),
        ("/cgi-bin/get_current_selfmenu_info", 200, OWN_MENU.to_owned()),
        ("/cgi-bin/menu/get", 200, NO_API_MENU.to_owned()),
    ]);
    configure(&platform, data.path());
    let shown = run(data.path(), &["menu", "show", "--fetch", "--json", "--app-secret", "s3cr3t"]);
    let shown = json_of(&shown);
    assert_eq!((&shown["shape"], &shown["is_menu_open"]), (&json!("get_current_selfmenu_info"), &json!(true)));
}

#[test]
fn a_fetched_menu_is_resolved_and_tapped() {
    let data = tempfile::tempdir().unwrap();
    let platform = PlatformApi::start(vec![
        ("/cgi-bin/get_current_selfmenu_info", 200, OWN_MENU.to_owned()),
        ("/cgi-bin/menu/get", 200, menu().to_string()),
    ]);
    configure(&platform, data.path());
    let token = ["--fetch", "--access-token", "ACCESS"];
    let resolved =
        run(data.path(), &[&["menu", "resolve", "--tag", "2", "--platform", "ios", "--json"], &token[..]].concat());
    assert_eq!(json_of(&resolved)["menu_id"], "208396993");
    let listening = Listening::start(data.path(), &[]);
    let sent = run(data.path(), &[&["menu", "send", "--button", "1", "--to", &listening.url], &token[..]].concat());
    assert_eq!(sent.status.code(), Some(0), "{}", complaint(&sent));
    let neither = run(data.path(), &["menu", "resolve", "--platform", "ios"]);
    assert_eq!(neither.status.code(), Some(2));
}
