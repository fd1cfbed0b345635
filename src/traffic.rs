//! Generated traffic: any number of events as a busy account receives them, the same for the same seed.
//!
//! It serves benches and `menuscope db generate`. Users return, some more often than others; kinds, keys, scanned codes, places
//! and texts are distributed as in real traffic. Some messages are encrypted, some arrive twice, and some requests are a
//! scanner's.

use std::time::Duration;

use fastrand::Rng;
use jiff::{SignedDuration, Timestamp};

use crate::account::{Account, Accounts, Secret, Secrets};
use crate::capture::{RawRequest, Reply, ReplyEnd, ReplySource};
use crate::inspect::inspect;
use crate::store::ImportEvent;
use crate::wechat::compose::{Signing, push};
use crate::wechat::envelope::AesKey;

mod message;
mod words;

use message::Message;

/// The generated account's token, EncodingAESKey and AppID: public, and no real account's.
const TOKEN: &str = "trafficToken";
const AES_KEY: &str = "madeUpTrafficIsSealedWithThisKeyOfNoAccount";
const APP_ID: &str = "wx0000000000000000";

/// The mean time between two events, of a busy account.
const MEAN_GAP_SECONDS: f64 = 8.0;

/// One event in this many is retried, as after a late reply.
const RETRIED: u32 = 200;

/// One request in this many is a scanner's.
const SCANNED: u32 = 400;

/// One message in this many is encrypted.
const ENCRYPTED: u32 = 8;

/// An endless sequence of events, the oldest first.
#[derive(Debug)]
pub struct Traffic {
    random: Rng,
    at: Timestamp,
    users: u32,
    key: Option<AesKey>,
    accounts: Accounts,
    retry: Option<RawRequest>,
}

impl Traffic {
    /// Traffic whose first `events` events end at about `until`; another seed gives other events.
    pub fn new(seed: u64, events: u64, until: Timestamp) -> Self {
        let span = SignedDuration::from_secs_f64(events as f64 * MEAN_GAP_SECONDS);
        let secrets =
            Secrets { token: Some(Secret::new(TOKEN)), aes_key: Some(Secret::new(AES_KEY)), ..Secrets::default() };
        let mut account = Account::named("default").with_secrets(secrets);
        account.app_id = Some(APP_ID.to_owned());
        Self {
            random: Rng::with_seed(seed),
            at: until.saturating_sub(span).unwrap_or(Timestamp::UNIX_EPOCH),
            // A user sends some dozens of events.
            users: u32::try_from(events / 40).unwrap_or(u32::MAX).max(12),
            key: AesKey::parse(AES_KEY).ok(),
            accounts: Accounts::new(vec![account], None),
            retry: None,
        }
    }

    fn wait(&mut self, seconds: f64) {
        self.at = self.at.saturating_add(SignedDuration::from_secs_f64(seconds)).unwrap_or(self.at);
    }

    fn request(&mut self) -> RawRequest {
        if let Some(again) = self.retry.take() {
            let pause = 5.0 + self.random.f64() * 0.2;
            self.wait(pause);
            return RawRequest { received_at: self.at, ..again };
        }
        let gap = -MEAN_GAP_SECONDS * (1.0 - self.random.f64()).ln();
        self.wait(gap);
        if self.random.u32(..SCANNED) == 0 {
            return self.scanner_request();
        }
        let request = self.push_request();
        if self.random.u32(..RETRIED) == 0 {
            self.retry = Some(request.clone());
        }
        request
    }

    fn push_request(&mut self) -> RawRequest {
        let message = Message::draw(&mut self.random, self.users, self.at.as_second());
        let encryption = match &self.key {
            Some(key) if self.random.u32(..ENCRYPTED) == 0 => {
                let prefix = std::array::from_fn(|_| self.random.choice(*b"0123456789abcdef").unwrap_or(b'0'));
                Some((key, APP_ID, prefix))
            }
            _ => None,
        };
        let (timestamp, nonce) = (self.at.as_second().to_string(), self.random.u32(100_000_000..).to_string());
        let openid = Some(message.openid.as_str());
        let signing = Signing { token: TOKEN, timestamp: &timestamp, nonce: &nonce, openid, encryption };
        let push = push(&message.body, &signing);
        let headers = push.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone().into_bytes()));
        let host = ("host".to_owned(), b"wx.example.com".to_vec());
        RawRequest {
            received_at: self.at,
            method: "POST".to_owned(),
            version: "HTTP/1.1".to_owned(),
            target: format!("/wx?{}", push.query),
            headers: headers.chain([host]).collect(),
            peer: "127.0.0.1".to_owned(),
            body_length: push.body.len() as u64,
            body: push.body.into(),
        }
    }

    /// A scanner's request, as every public address gets.
    fn scanner_request(&mut self) -> RawRequest {
        let path = self.random.choice(words::SCANNED_PATHS).unwrap_or(&"/");
        let body = format!("cmd={:x}", self.random.u64(..)).into_bytes();
        RawRequest {
            received_at: self.at,
            method: "POST".to_owned(),
            version: "HTTP/1.1".to_owned(),
            target: (*path).to_owned(),
            headers: [("host", "wx.example.com")].into_iter().collect(),
            peer: "127.0.0.1".to_owned(),
            body_length: body.len() as u64,
            body: body.into(),
        }
    }

    fn reply(&mut self, refused: bool) -> Reply {
        let text = self.random.choice(words::REPLIES).copied().unwrap_or_default();
        let (status, body, source) = match self.random.u32(..100) {
            _ if refused => (403, "the signature does not fit".to_owned(), ReplySource::None),
            0..15 => (200, message::text_reply(text), ReplySource::Rule("greeting".to_owned())),
            15..20 => (200, message::text_reply(text), ReplySource::Forward),
            _ => (200, "success".to_owned(), ReplySource::Default),
        };
        Reply {
            status: Some(status),
            body: body.into_bytes(),
            wire: None,
            source,
            elapsed: Duration::from_micros(700 + self.random.u64(..4_000)),
            end: ReplyEnd::Answered,
            lint: Vec::new(),
            fault: None,
            forwarded: None,
        }
    }
}

impl Iterator for Traffic {
    type Item = ImportEvent;

    fn next(&mut self) -> Option<ImportEvent> {
        let capture = inspect(self.request(), &self.accounts).capture;
        let reply = self.reply(capture.signature.is_refused());
        Some(ImportEvent { reply: Some(reply), ..ImportEvent::unanswered(capture) })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::capture::{Mode, Signature};

    fn traffic(seed: u64) -> Vec<ImportEvent> {
        Traffic::new(seed, 2_000, "2026-11-23T08:00:00Z".parse().unwrap()).take(2_000).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_events_and_another_gives_others() {
        let bytes = |seed| traffic(seed).into_iter().map(|one| one.capture.request.body).collect::<Vec<_>>();
        assert_eq!(bytes(7), bytes(7));
        assert_ne!(bytes(7), bytes(8));
    }

    #[test]
    fn it_resembles_the_traffic_of_an_account() {
        let events = traffic(1);
        let of = |wanted: &dyn Fn(&ImportEvent) -> bool| events.iter().filter(|event| wanted(event)).count();
        let kinds: BTreeSet<&str> = events.iter().map(|event| &*event.capture.envelope.kind).collect();
        assert!(kinds.len() > 15, "{kinds:?}");
        assert!(of(&|event| event.capture.mode == Mode::Safe && event.capture.message.is_some()) > 100);
        assert!(of(&|event| event.capture.signature == Signature::Valid) > 1_900);
        assert!(of(&|event| event.capture.signature == Signature::Missing) > 0);
        assert!(events.is_sorted_by_key(|event| event.capture.request.received_at));
        let keys: BTreeSet<_> = events.iter().filter_map(|event| event.capture.group_key).collect();
        assert!(keys.len() < of(&|event| event.capture.group_key.is_some()), "nothing came twice");
    }

    #[test]
    fn genuine_events_have_no_diagnoses() {
        for event in traffic(3).iter().filter(|event| event.capture.signature == Signature::Valid) {
            let codes: Vec<_> = event.capture.diagnoses.iter().map(|diagnosis| diagnosis.code).collect();
            assert!(codes.is_empty(), "{codes:?}: {}", String::from_utf8_lossy(event.capture.message()));
        }
    }
}
