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
