//! Decoding an event, beside a bare quick-xml pass over the same bytes: at most three times as long.
//!
//! Every figure is for the eight menu events together, and one run prints all of them.

#[path = "common/allocator.rs"]
mod allocator;

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use menuscope::wechat::compose::template;
use menuscope::wechat::envelope::{AesKey, decrypt, encrypt, encrypted_push};
use menuscope::wechat::kind::menu_events_without_mini_program;
use menuscope::wechat::message::Message;
use menuscope::wechat::signature::{msg_signature, same};
use menuscope::wechat::tree::{Format, Tree};
use quick_xml::Reader;
use quick_xml::events::Event;

const TOKEN: &str = "pamtest";
const KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
const APP_ID: &str = "wxb11529c136998cb6";
const TIMESTAMP: &str = "1409304348";
const NONCE: &str = "415670741";
/// One event as it comes in safe mode.
struct Sealed {
    body: Vec<u8>,
    plain: &'static str,
    msg_signature: String,
}

impl Sealed {
    fn new(key: &AesKey, plain: &'static str) -> Self {
        let encrypt = encrypt(key, b"a8eedb185eb2fecf", plain.as_bytes(), APP_ID);
        Self {
            body: encrypted_push(Format::Xml, "gh_680bdefc8c5d", &encrypt),
            plain,
            msg_signature: msg_signature(TOKEN, TIMESTAMP, NONCE, &encrypt),
        }
    }
}

/// The yardstick: every token is read, none is looked at.
fn bare_pass(text: &str) -> usize {
    let mut reader = Reader::from_str(text);
    let mut tokens = 0;
    while !matches!(reader.read_event(), Ok(Event::Eof) | Err(_)) {
        tokens += 1;
    }
    tokens
}

/// Whether an event of a kind could be decoded.
fn decoded(body: &[u8]) -> bool {
    Tree::parse(body).is_ok_and(|tree| !black_box(Message::decode(&tree)).kind().is_empty())
}

/// The same from a body in safe mode: the signature checked, the message decrypted.
fn unsealed(key: &AesKey, sealed: &Sealed) -> bool {
    let Ok(tree) = Tree::parse(&sealed.body) else {
        return false;
    };
    let encrypt = tree.root().text_of("Encrypt").unwrap_or_default();
    let computed = msg_signature(TOKEN, TIMESTAMP, NONCE, encrypt);
    same(&computed, &sealed.msg_signature) && decrypt(key, encrypt).is_ok_and(|opened| decoded(&opened.message))
}

fn decode(criterion: &mut Criterion) {
    let Ok(key) = AesKey::parse(KEY) else { panic!("the sample key is a good key") };
    let plain: Vec<_> = menu_events_without_mini_program().filter_map(template).collect();
    let sealed: Vec<_> = plain.iter().map(|plain| Sealed::new(&key, plain)).collect();
    assert!(plain.len() == 8 && plain.iter().all(|text| decoded(text.as_bytes())));
    assert!(sealed.iter().all(|sealed| unsealed(&key, sealed)));

    let mut group = criterion.benchmark_group("decode eight events");
    group.bench_function("plain: bare quick-xml pass", |bencher| {
        bencher.iter(|| plain.iter().map(|text| bare_pass(black_box(text))).sum::<usize>());
    });
    group.bench_function("plain: decoded", |bencher| {
        bencher.iter(|| plain.iter().all(|text| decoded(black_box(text.as_bytes()))));
    });
    // A sealed event is two documents: the body and what is sealed in it.
    let outer = |sealed: &Sealed| bare_pass(std::str::from_utf8(&sealed.body).unwrap_or_default());
    group.bench_function("sealed: bare quick-xml pass", |bencher| {
        bencher.iter(|| {
            let both = |sealed| outer(black_box(sealed)) + bare_pass(black_box(sealed.plain));
            sealed.iter().map(both).sum::<usize>()
        });
    });
    group.bench_function("sealed: verified, decrypted, decoded", |bencher| {
        bencher.iter(|| sealed.iter().all(|sealed| unsealed(&key, black_box(sealed))));
    });
    group.finish();
}

criterion_group!(benches, decode);
criterion_main!(benches);
