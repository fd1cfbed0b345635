//! A reply judged for a push: what is found stands in the reply, and what is understood is what would be written.
//!
//! An input is a letter that says how the push travelled (p, c, s, else unknown), the push, a line of `----`, and the reply.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use menuscope::account::Account;
use menuscope::inspect::reply::lint_reply_to;
use menuscope::texts::Language;
use menuscope::wechat::lint::{Encryption, HttpResponse, Keys, PushInfo, Report, lint};
use menuscope::wechat::message::Message;
use menuscope::wechat::reply::{Address, PassiveReply};
use menuscope::wechat::tree::{Place, Tree};
use menuscope_fuzz::{TOKEN, account};

const LINE: &[u8] = b"\n----\n";

static ACCOUNT: LazyLock<Account> = LazyLock::new(account);

fuzz_target!(|input: &[u8]| {
    let Some((way, rest)) = input.split_first() else { return };
    let line = rest.windows(LINE.len()).position(|bytes| bytes == LINE);
    let (push, body) = line.map_or((&b""[..], rest), |at| (&rest[..at], &rest[at + LINE.len()..]));
    let answered = HttpResponse { status: 200, body, elapsed_ms: Some(1) };
    let tree = Tree::parse(push).ok();
    let message = tree.as_ref().map(Message::decode);
    let keys = ACCOUNT.key().and_then(|key| key.as_ref().ok()).map(|key| Keys {
        token: TOKEN,
        key,
        other: None,
        app_id: Some("wxb11529c136998cb6"),
    });
    let encryption = match way {
        b'p' => Encryption::Plain,
        b'c' => Encryption::Compat(keys),
        b's' => Encryption::Safe(keys),
        _ => Encryption::Unchecked,
    };
    let push_info = match (&tree, &message) {
        (Some(tree), Some(message)) => PushInfo::of(message, tree.format(), encryption),
        _ => PushInfo { encryption, ..PushInfo::UNKNOWN },
    };
    check(&lint(&answered, &push_info), body, !matches!(way, b'c' | b's'));
    if let Ok(report) = lint_reply_to(&answered, Some(push), Some(&ACCOUNT)) {
        check(&report, body, false);
    }
});

/// `as_it_is`: nothing was opened, so that every place is one of the body.
fn check(report: &Report, body: &[u8], as_it_is: bool) {
    for finding in &report.findings {
        // What was sealed is shorter than what it was sealed in.
        let end = finding.place.map_or(0, |place| place.offset + finding.length);
        assert!(end <= body.len(), "{finding:?} in {} bytes", body.len());
        for language in Language::ALL {
            // The key and not the text: a text may begin with what it quotes, and that may look like a key.
            for part in ["message", "remedy"] {
                let key = format!("lint.{}.{part}", finding.code.as_str());
                assert!(language.has(&key), "{language:?} lacks {key}");
            }
            assert!(!finding.message(language).is_empty() && !finding.remedy(language).is_empty());
        }
    }
    if as_it_is {
        for place in report.findings.iter().filter_map(|finding| finding.place) {
            assert_eq!(Place::at(body, place.offset), place);
        }
    }
    for language in Language::ALL {
        let key = format!("outcome.{}", report.outcome.key());
        assert!(language.has(&key), "{language:?} lacks {key}");
        assert!(!report.outcome.sentence(language).is_empty());
    }
    let tree = Tree::parse(body).ok().filter(|_| as_it_is && report.is_legal());
    if let (Some(reply), Some(tree)) = (&report.reply, tree) {
        let written = reply.to_bytes(&Address::nobody(1_795_420_800), tree.format());
        assert_eq!(PassiveReply::read(&written).as_ref(), Some(reply));
    }
}
