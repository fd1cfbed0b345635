//! What `send` offers: each sample beside the sources is a body to begin with, changed and sealed.

use std::path::Path;

use menuscope::wechat::compose::{Edit, Signing, TEMPLATES, edited, push, template};
use menuscope::wechat::envelope::{AesKey, decrypt};
use menuscope::wechat::tree::Tree;

#[test]
fn every_sample_beside_the_sources_is_offered() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/samples");
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let body = std::fs::read_to_string(&path).unwrap();
        assert!(TEMPLATES.iter().any(|(_, offered)| *offered == body), "{}", path.display());
        files += 1;
    }
    assert_eq!(files, TEMPLATES.len());
}

#[test]
fn an_edited_template_arrives_in_safe_mode_as_it_was_composed() {
    let key = AesKey::parse("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG").unwrap();
    let edit = |name: &str, value: &str| Edit { name: name.to_owned(), value: value.to_owned() };
    let edits = [edit("EventKey", "菜单_1"), edit("ScanResult", "WIFI:S:a]]>b;;")];
    let message = edited(template("scancode_push").unwrap().as_bytes(), &edits).unwrap();
    let signing = Signing {
        token: "pamtest",
        timestamp: "1409304348",
        nonce: "415670741",
        openid: None,
        encryption: Some((&key, "wxb11529c136998cb6", *b"a8eedb185eb2fecf")),
    };
    let push = push(&message, &signing);
    let outer = Tree::parse(&push.body).unwrap();
    let opened = decrypt(&key, outer.root().text_of("Encrypt").unwrap()).unwrap();
    assert_eq!(opened.message, message);
    let inner = Tree::parse(&opened.message).unwrap();
    let scan = inner.root().child("ScanCodeInfo").unwrap();
    assert_eq!(scan.text_of("ScanResult"), Some("WIFI:S:a]]>b;;"));
    assert_eq!(inner.root().text_of("EventKey"), Some("菜单_1"));
}
