//! Tests of the accounts: whose a request is, and whose secrets it comes with.

use super::*;

fn account(name: &str, path: Option<&str>, to_user: Option<&str>) -> Account {
    Account { path: path.map(str::to_owned), to_user: to_user.map(str::to_owned), ..Account::named(name) }
}

#[test]
fn the_longest_path_comes_first_then_the_user_then_the_token_then_the_default() {
    let accounts = Accounts::new(
        vec![
            account("default", None, None),
            account("shop", Some("/shop"), None),
            account("test", Some("/shop/test/"), Some("gh_1")),
            account("token", None, None),
        ],
        None,
    );
    let none = |_: &Account| false;
    assert_eq!(accounts.claim("/shop/x", Some("gh_1"), none).name, "shop");
    assert_eq!(accounts.claim("/shop/test", None, none).name, "test");
    assert_eq!(accounts.claim("/shopping", Some("gh_1"), none).name, "test");
    assert_eq!(accounts.claim("/", None, |account| account.name == "token").name, "token");
    assert_eq!(accounts.claim("/", None, none).name, "default");
}

#[test]
fn the_app_id_in_a_platforms_path_gives_the_account_which_has_the_platforms_secrets() {
    let secrets = Secrets { token: Some(Secret::new("abc")), ..Secrets::default() };
    let mut platform = account("platform", Some("/wx/$APPID$/callback"), None).with_secrets(secrets);
    (platform.kind, platform.app_id) = (AccountKind::Platform, Some("wx134c8103faa5a59e".to_owned()));
    let shop = Account { app_id: Some("wxba5fad812f8e6fb9".to_owned()), ..account("shop", None, None) };
    let accounts = Accounts::new(vec![shop, platform], None);
    let claim = |path: &str, addressee| accounts.claim(path, addressee, |_| false);
    let of_shop = claim("/wx/wxba5fad812f8e6fb9/callback", None);
    assert_eq!((&*of_shop.name, of_shop.token()), ("shop", Some("abc")));
    assert_eq!(of_shop.receive_id(), Some("wx134c8103faa5a59e"), "the tail is the platform's");
    assert_eq!(of_shop.app_id.as_deref(), Some("wxba5fad812f8e6fb9"));
    assert_eq!(claim("/wx/wx0000000000000000/callback", None).name, "platform", "of nobody that is configured");
    assert_eq!(claim("/auth", Some("wx134c8103faa5a59e")).name, "platform", "a ticket has no path of its own");
    assert_eq!(claim("/wx/callback", None).name, "shop", "the default");
}

/// A platform with two accounts that have authorized it, and one of its own; the platform's token is `abc`.
fn platform_with_accounts() -> Accounts {
    let token = |text: &str| Secrets { token: Some(Secret::new(text)), ..Secrets::default() };
    let mut platform = account("plat", Some("/wx/$APPID$/callback"), None).with_secrets(token("abc"));
    platform.kind = AccountKind::Platform;
    let of =
        |name: &str, app_id: &str, to_user| Account { app_id: Some(app_id.to_owned()), ..account(name, None, to_user) };
    let auth1 = of("auth1", "wxaaaaaaaaaaaaaaa1", None);
    let auth2 = of("auth2", "wxauth000000000002", Some("gh_2"));
    Accounts::new(vec![auth1, auth2, platform, account("own", None, None).with_secrets(token("own"))], Some("own"))
}

#[test]
fn an_app_id_in_the_path_that_names_nobody_leaves_the_request_to_the_platform() {
    let accounts = platform_with_accounts();
    let by_token = |token: &'static str| move |account: &Account| account.token() == Some(token);
    let named = |text: &str, addressee| {
        let path = format!("/wx/{text}/callback");
        let verified = accounts.claim(&path, addressee, by_token("abc")).name.clone();
        assert_eq!(accounts.claim(&path, addressee, by_token("none")).name, verified, "{path}, not verified");
        verified
    };
    for text in ["", "xx", "$APPID$", "%24APPID%24", "wxbbbbbbbbbbbbbbb1", "WXBBBBBBBBBBBBBBB1", "callback"] {
        assert_eq!(named(text, None), "plat", "{text}");
        assert_eq!(named(text, Some("gh_nobody")), "plat", "{text}");
    }
    assert_eq!(named("xx", Some("gh_2")), "auth2", "the addressee is known");
    for (text, owner) in
        [("wxaaaaaaaaaaaaaaa1", "auth1"), ("WXAAAAAAAAAAAAAAA1", "auth1"), ("wxauth000000000002", "auth2")]
    {
        assert_eq!(named(text, None), owner, "{text}");
        assert_eq!(accounts.strange_app_id(&format!("/wx/{text}/callback")), None, "{text}");
    }
    // An account of its own is still told by its token, and inherited tokens name nobody.
    assert_eq!(accounts.claim("/other", None, by_token("own")).name, "own");
    assert_eq!(accounts.claim("/other", None, by_token("abc")).name, "plat");
    assert_eq!(accounts.claim("/other", None, by_token("none")).name, "own", "the default");
}

#[test]
fn what_is_wrong_with_the_app_id_in_the_path_is_told() {
    let accounts = platform_with_accounts();
    for (text, expected) in [
        ("", PathAppId::Empty),
        ("$APPID$", PathAppId::Placeholder),
        ("%24APPID%24", PathAppId::Placeholder),
        ("xx", PathAppId::NotAppId("xx")),
        ("wxbbbbbbbbbbbbbbb1", PathAppId::Unlisted("wxbbbbbbbbbbbbbbb1")),
    ] {
        assert_eq!(accounts.strange_app_id(&format!("/wx/{text}/callback")), Some(expected), "{text}");
    }
    assert_eq!(accounts.strange_app_id("/shop"), None);
}

#[test]
fn a_platform_whose_own_app_id_is_not_known_still_gives_its_secrets_and_no_wrong_tail() {
    let accounts = platform_with_accounts();
    let of = accounts.named("auth1").unwrap();
    assert_eq!((of.token(), of.receive_id()), (Some("abc"), None));
    assert_eq!(accounts.named("own").unwrap().token(), Some("own"));
}

#[test]
fn a_path_that_another_account_has_outweighs_the_place_of_an_app_id() {
    let mut platform = account("plat", Some("/wx/$APPID$"), None);
    platform.kind = AccountKind::Platform;
    let accounts = Accounts::new(vec![platform, account("shop", Some("/wx/shop"), None)], Some("shop"));
    let claim = |path: &str| accounts.claim(path, None, |_| false).name.clone();
    assert_eq!(claim("/wx/shop"), "shop");
    assert_eq!(claim("/wx/shop/x"), "shop");
    assert_eq!(claim("/wx/else"), "plat");
}

#[test]
fn a_key_that_is_replaced_becomes_the_previous_one() {
    let key = |text: &str| Secrets { aes_key: Some(Secret::new(text)), ..Secrets::default() };
    let secrets = key("a").changed_by(key("b"));
    assert_eq!(secrets.aes_key, Some(Secret::new("b")));
    assert_eq!(secrets.previous_aes_key, Some(Secret::new("a")));
    assert_eq!(secrets.clone().changed_by(key("b")), secrets);
    assert_eq!(secrets.clone().changed_by(Secrets::default()), secrets);
}

#[test]
fn a_secret_does_not_print_itself() {
    let secrets = Secrets { token: Some(Secret::new("hunter2")), ..Secrets::default() };
    assert!(!format!("{secrets:?}").contains("hunter2"));
}
