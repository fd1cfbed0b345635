//! A reply judged for the push that is on record, and its outcome in words.

use std::time::Duration;

use crate::account::Account;
use crate::capture::diagnosis::Code;
use crate::capture::{Capture, ForwardProblem, HANDSHAKE, Mode, ServerAnswer, header_text};
use crate::texts::Language;
use crate::wechat::codes::Severity;
use crate::wechat::lint::{Encryption, HttpResponse, Keys, Outcome, PushInfo, Report, lint};
use crate::wechat::message::Message;
use crate::wechat::tree::{Tree, TreeError};

/// The status of a listener that was sent what it had forwarded itself.
const LOOP_DETECTED: u16 = 508;

/// Judges what was answered, or is about to be, to a recorded push of that account.
///
/// The echo of a handshake is no reply, and nothing is found about it.
pub fn lint_reply(answered: &HttpResponse<'_>, capture: &Capture, account: Option<&Account>) -> Report {
    let keys = account.and_then(|account| keys_of(capture, account));
    let sealing = match capture.mode {
        Mode::Plain => Encryption::Plain,
        Mode::Compat => Encryption::Compat(keys),
        Mode::Safe => Encryption::Safe(keys),
    };
    lint_as(answered, capture, sealing)
}

/// Judges an answer in plaintext, which is sealed afterwards where the push was.
pub fn lint_plain_reply(answered: &HttpResponse<'_>, capture: &Capture) -> Report {
    lint_as(answered, capture, Encryption::Unchecked)
}

fn lint_as(answered: &HttpResponse<'_>, capture: &Capture, sealing: Encryption<'_>) -> Report {
    if capture.envelope.kind == HANDSHAKE {
        return Report { findings: Vec::new(), outcome: Outcome::Nothing, reply: None };
    }
    lint(answered, &capture.push_info(sealing))
}

/// Judges what another server answered to a recorded push, `elapsed` after WeChat sent it.
///
/// Says what is not legal about it, and names the problem unless there is one already. What did not come in full is not
/// judged.
pub fn lint_server_answer(
    forwarded: &mut ServerAnswer,
    capture: &Capture,
    account: Option<&Account>,
    elapsed: Duration,
) {
    let Some(status) = forwarded.status else { return };
    if status == LOOP_DETECTED {
        // Another listener's word, or our own by way of a tunnel.
        forwarded.problem = Some(ForwardProblem::Loop);
    }
    if forwarded.problem.as_ref().is_some_and(ForwardProblem::is_incomplete) {
        return;
    }
    if let Some(encoding) = encoding(forwarded) {
        // What is in it is not looked at: WeChat would not, either.
        forwarded.problem.get_or_insert(ForwardProblem::Compressed { encoding });
        return;
    }
    let elapsed_ms = Some(elapsed.as_millis() as u64);
    let report = lint_reply(&HttpResponse { status, body: &forwarded.body, elapsed_ms }, capture, account);
    let is_illegal = report.severity() == Some(Severity::Error);
    forwarded.lint = report.findings;
    if forwarded.problem.is_none() {
        forwarded.problem = match status {
            200 if is_illegal => Some(ForwardProblem::Illegal),
            200 => (!is_echo(&forwarded.body, capture)).then_some(ForwardProblem::Echo),
            _ => Some(ForwardProblem::Status),
        };
    }
}

/// How the body is compressed, if it is.
fn encoding(forwarded: &ServerAnswer) -> Option<String> {
    let (_, value) = forwarded.headers.iter().find(|(name, _)| name == "content-encoding")?;
    let encoding = header_text(value);
    (!encoding.trim().eq_ignore_ascii_case("identity")).then_some(encoding)
}

/// Whether that answers a handshake; anything answers what is none.
fn is_echo(body: &[u8], capture: &Capture) -> bool {
    let echostr = capture.request.parameters().find(|(name, _)| name == "echostr");
    capture.envelope.kind != HANDSHAKE || echostr.is_some_and(|(_, echostr)| echostr.as_bytes() == body)
}

/// Judges an answer to a push that is at hand as bytes: its body, or the message that was in it.
///
/// How a message travelled that has no Encrypt cannot be told, so that plain and sealed answers are taken alike; as they are
/// where nothing is known of the push.
pub fn lint_reply_to(
    answered: &HttpResponse<'_>,
    push: Option<&[u8]>,
    account: Option<&Account>,
) -> Result<Report, TreeError> {
    let Some(push) = push else {
        let encryption = Encryption::Compat(account.and_then(|account| keys(account, false)));
        return Ok(lint(answered, &PushInfo { encryption, ..PushInfo::UNKNOWN }));
    };
    let outer = Tree::parse(push)?;
    let root = outer.root();
    let encrypt = root.text_of("Encrypt").filter(|encrypt| !encrypt.is_empty());
    let opened = encrypt.and_then(|encrypt| account?.open(encrypt));
    let former_key = opened.as_ref().is_some_and(|(_, former_key)| *former_key);
    let inside = opened.as_ref().and_then(|(opened, _)| Tree::parse(&opened.message).ok());
    let tree = inside.as_ref().unwrap_or(&outer);
    let message = Message::decode(tree);
    let keys = account.and_then(|account| keys(account, former_key));
    let sealing = match encrypt {
        Some(_) if root.child("MsgType").is_none() => Encryption::Safe(keys),
        _ => Encryption::Compat(keys),
    };
    Ok(lint(answered, &PushInfo::of(&message, tree.format(), sealing)))
}

/// What the answer to a recorded push has to be sealed with: what opened the push.
fn keys_of<'a>(capture: &Capture, account: &'a Account) -> Option<Keys<'a>> {
    let was = |codes: &[Code]| capture.diagnoses.iter().any(|diagnosis| codes.contains(&diagnosis.code));
    let keys = keys(account, was(&[Code::FormerKey]))?;
    // A push for somebody else's AppID is answered with that one.
    let is_foreign = was(&[Code::AppIdForeign, Code::AppIdOtherAccount]);
    Some(Keys { app_id: keys.app_id.filter(|_| !is_foreign), ..keys })
}

fn keys(account: &Account, former_key: bool) -> Option<Keys<'_>> {
    let [key, other] = account.keys(former_key);
    Some(Keys { token: account.token()?, key: key?, other, app_id: account.app_id.as_deref() })
}

impl Outcome {
    /// What the user will see, in one sentence.
    pub fn sentence(&self, language: Language) -> String {
        language.filled(&format!("outcome.{}", self.key()), &self.details())
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use jiff::Timestamp;

    use super::*;
    use crate::account::{Accounts, Secret, Secrets};
    use crate::capture::RawRequest;
    use crate::inspect::inspect;
    use crate::wechat::compose::{Signing, push, template};
    use crate::wechat::envelope::{AesKey, encrypt, encrypted_reply};
    use crate::wechat::lint::LintCode as Lint;
    use crate::wechat::reply::{Address, PassiveReply};
    use crate::wechat::signature::msg_signature;
    use crate::wechat::tree::Format;

    const TOKEN: &str = "pamtest";
    const APP_ID: &str = "wxb11529c136998cb6";
    const KEYS: [&str; 2] =
        ["abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "GFEDCBA9876543210zyxwvutsrqponmlkjihgfedcba"];

    fn key(which: usize) -> AesKey {
        AesKey::parse(KEYS[which]).unwrap()
    }

    /// An account whose current key is the first and whose previous one the second.
    fn account() -> Account {
        let secrets = Secrets {
            token: Some(Secret::new(TOKEN)),
            aes_key: Some(Secret::new(KEYS[0])),
            previous_aes_key: Some(Secret::new(KEYS[1])),
            ..Secrets::default()
        };
        let mut account = Account::named("default").with_secrets(secrets);
        account.app_id = Some(APP_ID.to_owned());
        account
    }

    /// A CLICK as it is recorded, sealed with one of the keys or not at all.
    fn capture(sealed_with: Option<usize>) -> Capture {
        let key = sealed_with.map(key);
        let seal = key.as_ref().map(|key| (key, APP_ID, *b"0123456789abcdef"));
        let signing = Signing { token: TOKEN, timestamp: "1408090412", nonce: "1", openid: None, seal };
        let push = push(template("CLICK").unwrap().as_bytes(), &signing);
        let request = RawRequest {
            received_at: Timestamp::from_second(1_408_090_412).unwrap(),
            method: "POST".to_owned(),
            version: "HTTP/1.1".to_owned(),
            target: format!("/?{}", push.query),
            headers: Vec::new(),
            peer: "127.0.0.1:1".to_owned(),
            body_length: push.body.len() as u64,
            body: Bytes::from(push.body),
        };
        inspect(request, &Accounts::new(vec![account()], None)).capture
    }

    fn reply(sealed_with: Option<usize>) -> Vec<u8> {
        let address = Address {
            to_user: "oMgHVjngRipVsoxg6TuX3vz6glDg".to_owned(),
            from_user: "gh_e136c6e50636".to_owned(),
            create_time: 1,
        };
        let plain = PassiveReply::Text { content: "hi".to_owned() }.to_bytes(&address, Format::Xml);
        let Some(which) = sealed_with else { return plain };
        let encrypt = encrypt(&key(which), &[7; 16], &plain, APP_ID);
        encrypted_reply(Format::Xml, &encrypt, &msg_signature(TOKEN, "1", "2", &encrypt), "1", "2")
    }

    fn found(pushed: Option<usize>, answered: Option<usize>) -> (Vec<Lint>, Outcome) {
        let body = reply(answered);
        let answered = HttpResponse { status: 200, body: &body, elapsed_ms: None };
        let report = lint_reply(&answered, &capture(pushed), Some(&account()));
        (report.findings.iter().map(|finding| finding.code).collect(), report.outcome)
    }

    #[test]
    fn a_push_is_to_be_answered_as_it_travelled_and_with_the_key_that_opened_it() {
        for same in [None, Some(0), Some(1)] {
            assert_eq!(found(same, same), (Vec::new(), Outcome::Text), "{same:?}");
        }
        assert_eq!(found(Some(1), Some(0)), (vec![Lint::EncryptOtherKey], Outcome::Notice));
        assert_eq!(found(Some(0), Some(1)), (vec![Lint::EncryptOtherKey], Outcome::Notice));
        assert_eq!(found(Some(0), None), (vec![Lint::PlainInSafe], Outcome::Notice));
        assert_eq!(found(None, Some(0)), (vec![Lint::EncryptedInPlain], Outcome::Notice));
    }

    #[test]
    fn without_the_account_a_sealed_answer_stays_shut() {
        let body = reply(Some(0));
        let report = lint_reply(&HttpResponse { status: 200, body: &body, elapsed_ms: None }, &capture(Some(0)), None);
        assert_eq!(report.outcome, Outcome::Encrypted);
        assert!(report.is_legal());
    }

    #[test]
    fn a_push_in_a_file_is_opened_before_it_is_answered() {
        let codes = |push: &[u8], answered: Option<usize>| {
            let body = reply(answered);
            let answered = HttpResponse { status: 200, body: &body, elapsed_ms: None };
            let report = lint_reply_to(&answered, Some(push), Some(&account())).unwrap();
            report.findings.iter().map(|finding| finding.code).collect::<Vec<_>>()
        };
        let [plain, current, former] = [None, Some(0), Some(1)].map(|which| capture(which).request.body);
        assert_eq!(codes(&plain, None), []);
        assert_eq!(codes(&plain, Some(0)), []);
        assert_eq!(codes(&current, None), [Lint::PlainInSafe]);
        assert_eq!(codes(&current, Some(0)), []);
        assert_eq!(codes(&former, Some(1)), []);
        assert_eq!(codes(&former, Some(0)), [Lint::EncryptOtherKey]);
        let other = plain.to_vec();
        let other = String::from_utf8(other).unwrap().replace("oMgHVjngRipVsoxg6TuX3vz6glDg", "o1");
        assert_eq!(codes(other.as_bytes(), None), [Lint::ToForeign]);
    }

    #[test]
    fn the_echo_of_a_handshake_is_no_reply() {
        let mut handshake = capture(None);
        HANDSHAKE.clone_into(&mut handshake.envelope.kind);
        let report =
            lint_reply(&HttpResponse { status: 200, body: b"4375120948345356249", elapsed_ms: None }, &handshake, None);
        assert_eq!((report.findings.len(), report.outcome), (0, Outcome::Nothing));
    }

    #[test]
    fn an_outcome_is_a_sentence_in_both_languages() {
        let outcomes = [Outcome::News { articles: 3 }, Outcome::NewsCut { shown: 1, dropped: 4 }, Outcome::Notice];
        for (outcome, part) in outcomes.into_iter().zip(["3", "4", "该公众号提供的服务出现故障，请稍后再试"])
        {
            for language in Language::ALL {
                assert!(outcome.sentence(language).contains(part), "{}", outcome.sentence(language));
            }
        }
    }
}
