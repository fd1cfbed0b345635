//! Lints a reply to a recorded push, and puts its outcome into words.

use std::time::Duration;

use crate::account::{Account, AccountKind};
use crate::capture::diagnosis::Code;
use crate::capture::{Capture, ForwardProblem, HANDSHAKE, Mode, ServerAnswer, header_text};
use crate::texts::Language;
use crate::wechat::codes::Severity;
use crate::wechat::lint::{
    Encryption, HttpResponse, Keys, LintCode, LintFinding, Outcome, PushInfo, Report, lint, lint_handshake,
};
use crate::wechat::message::Message;
use crate::wechat::tree::{Tree, TreeError};

/// The status of a listener that gets back a request that it had forwarded itself.
const LOOP_DETECTED: u16 = 508;

/// Lints the response to a recorded push of that account, sent or about to be sent.
///
/// The answer to a handshake is compared with its `echostr`.
pub fn lint_reply(response: &HttpResponse<'_>, capture: &Capture, account: Option<&Account>) -> Report {
    if capture.envelope.kind == HANDSHAKE {
        return lint_handshake(response, &echostr(capture));
    }
    let keys = account.and_then(|account| keys_of(capture, account));
    let encryption = match capture.mode {
        Mode::Plain => Encryption::Plain,
        Mode::Compat => Encryption::Compat(keys),
        Mode::Safe => Encryption::Safe(keys),
    };
    let is_mini_program = account.is_some_and(|account| account.kind == AccountKind::MiniProgram);
    lint(response, &PushInfo { is_mini_program, ..capture.push_info(encryption) })
}

/// Lints a reply in plaintext, which is encrypted afterwards if the push was. The answer to a handshake is none: the report on
/// it is empty.
pub fn lint_plain_reply(response: &HttpResponse<'_>, capture: &Capture) -> Report {
    if capture.envelope.kind == HANDSHAKE {
        return Report { findings: Vec::new(), outcome: Outcome::Nothing, reply: None };
    }
    lint(response, &capture.push_info(Encryption::Unchecked))
}

/// Lints the answer of the developer's own server to a recorded push, `elapsed` after WeChat sent it.
///
/// Sets the findings, and the problem unless there is one already. An incomplete answer is not linted.
pub fn lint_server_answer(
    forwarded: &mut ServerAnswer,
    capture: &Capture,
    account: Option<&Account>,
    elapsed: Duration,
) {
    let Some(status) = forwarded.status else { return };
    if status == LOOP_DETECTED {
        // From another listener, or from this one by way of a tunnel.
        forwarded.problem = Some(ForwardProblem::Loop);
    }
    if forwarded.problem.as_ref().is_some_and(ForwardProblem::is_incomplete) {
        return;
    }
    if let Some(encoding) = encoding(forwarded) {
        // A compressed body is not read: WeChat would not read it either.
        forwarded.problem.get_or_insert(ForwardProblem::Compressed { encoding });
        return;
    }
    let elapsed_ms = Some(elapsed.as_millis() as u64);
    let response = HttpResponse { status, body: &forwarded.body, elapsed_ms };
    let is_handshake = capture.envelope.kind == HANDSHAKE;
    let mut report = lint_reply(&response, capture, account);
    if is_handshake && is_chunked(forwarded) {
        report.findings.push(LintFinding::new(LintCode::EchoChunked));
    }
    let is_illegal = report.severity() == Some(Severity::Error);
    forwarded.lint = report.findings;
    if forwarded.problem.is_none() {
        forwarded.problem = match status {
            200 if is_handshake && forwarded.body != echostr(capture).as_bytes() => Some(ForwardProblem::Echo),
            200 if is_illegal => Some(ForwardProblem::Illegal),
            200 => None,
            _ => Some(ForwardProblem::Status),
        };
    }
}

/// The compression of the body, if any.
fn encoding(forwarded: &ServerAnswer) -> Option<String> {
    let (_, value) = forwarded.headers.iter().find(|(name, _)| name == "content-encoding")?;
    let encoding = header_text(value);
    (!encoding.trim().eq_ignore_ascii_case("identity")).then_some(encoding)
}

/// The text that a handshake asks for; empty if it asks for none.
fn echostr(capture: &Capture) -> String {
    let echostr = capture.request.parameters().find(|(name, _)| name == "echostr");
    echostr.map(|(_, echostr)| echostr.into_owned()).unwrap_or_default()
}

/// Tells whether the body came in chunks, without a length.
fn is_chunked(forwarded: &ServerAnswer) -> bool {
    let header = forwarded.headers.iter().find(|(name, _)| name == "transfer-encoding");
    header.is_some_and(|(_, value)| value.to_ascii_lowercase().ends_with(b"chunked"))
}

/// Lints a response to a push given as bytes: its body, or the message that was in it.
///
/// The mode of a message without Encrypt is unknown, so plain and encrypted replies are both accepted; likewise without a push.
pub fn lint_reply_to(
    response: &HttpResponse<'_>,
    push: Option<&[u8]>,
    account: Option<&Account>,
) -> Result<Report, TreeError> {
    let Some(push) = push else {
        let encryption = Encryption::Compat(account.and_then(|account| keys(account, false)));
        return Ok(lint(response, &PushInfo { encryption, ..PushInfo::UNKNOWN }));
    };
    let outer = Tree::parse(push)?;
    let root = outer.root();
    let encrypt = root.text_of("Encrypt").filter(|encrypt| !encrypt.is_empty());
    let decrypted = encrypt.and_then(|encrypt| account?.decrypt(encrypt));
    let former_key = decrypted.as_ref().is_some_and(|(_, former_key)| *former_key);
    let inner = decrypted.as_ref().and_then(|(plaintext, _)| Tree::parse(&plaintext.message).ok());
    let tree = inner.as_ref().unwrap_or(&outer);
    let message = Message::decode(tree);
    let keys = account.and_then(|account| keys(account, former_key));
    let encryption = match encrypt {
        Some(_) if root.child("MsgType").is_none() => Encryption::Safe(keys),
        _ => Encryption::Compat(keys),
    };
    Ok(lint(response, &PushInfo::of(&message, tree.format(), encryption)))
}

/// The keys that a reply to a recorded push has to be encrypted with: those that decrypted the push.
fn keys_of<'a>(capture: &Capture, account: &'a Account) -> Option<Keys<'a>> {
    let was = |codes: &[Code]| capture.diagnoses.iter().any(|diagnosis| codes.contains(&diagnosis.code));
    let keys = keys(account, was(&[Code::FormerKey]))?;
    // The reply to a push for another AppID carries that AppID.
    let is_foreign = was(&[Code::AppIdForeign, Code::AppIdOtherAccount]);
    Some(Keys { app_id: keys.app_id.filter(|_| !is_foreign), ..keys })
}

fn keys(account: &Account, former_key: bool) -> Option<Keys<'_>> {
    let [key, other] = account.keys(former_key);
    Some(Keys { token: account.token()?, key: key?, other, app_id: account.receive_id() })
}

impl Outcome {
    /// The sentence that says what the user will see.
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

    /// A recorded CLICK, encrypted with one of the keys or in plain.
    fn capture(encrypted_with: Option<usize>) -> Capture {
        let key = encrypted_with.map(key);
        let encryption = key.as_ref().map(|key| (key, APP_ID, *b"0123456789abcdef"));
        let signing = Signing { token: TOKEN, timestamp: "1408090412", nonce: "1", openid: None, encryption };
        let push = push(template("CLICK").unwrap().as_bytes(), &signing);
        let request = RawRequest {
            received_at: Timestamp::from_second(1_408_090_412).unwrap(),
            method: "POST".to_owned(),
            version: "HTTP/1.1".to_owned(),
            target: format!("/?{}", push.query),
            headers: crate::capture::Headers::default(),
            peer: "127.0.0.1:1".to_owned(),
            body_length: push.body.len() as u64,
            body: Bytes::from(push.body),
        };
        inspect(request, &Accounts::new(vec![account()], None)).capture
    }

    fn reply(encrypted_with: Option<usize>) -> Vec<u8> {
        let address = Address {
            to_user: "oMgHVjngRipVsoxg6TuX3vz6glDg".to_owned(),
            from_user: "gh_e136c6e50636".to_owned(),
            create_time: 1,
        };
        let plain = PassiveReply::Text { content: "hi".to_owned() }.to_bytes(&address, Format::Xml);
        let Some(which) = encrypted_with else { return plain };
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
    fn a_reply_is_to_be_encrypted_as_the_push_was_and_with_the_key_that_decrypted_it() {
        for same in [None, Some(0), Some(1)] {
            assert_eq!(found(same, same), (Vec::new(), Outcome::Text), "{same:?}");
        }
        assert_eq!(found(Some(1), Some(0)), (vec![Lint::EncryptOtherKey], Outcome::Notice));
        assert_eq!(found(Some(0), Some(1)), (vec![Lint::EncryptOtherKey], Outcome::Notice));
        assert_eq!(found(Some(0), None), (vec![Lint::PlainInSafe], Outcome::Notice));
        assert_eq!(found(None, Some(0)), (vec![Lint::EncryptedInPlain], Outcome::Notice));
    }

    #[test]
    fn without_the_account_an_encrypted_reply_is_not_decrypted() {
        let body = reply(Some(0));
        let report = lint_reply(&HttpResponse { status: 200, body: &body, elapsed_ms: None }, &capture(Some(0)), None);
        assert_eq!(report.outcome, Outcome::Encrypted);
        assert!(report.is_legal());
    }

    #[test]
    fn a_push_in_a_file_is_decrypted_before_its_reply_is_linted() {
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
    fn the_echo_of_a_handshake_is_compared_with_its_echostr() {
        let mut handshake = capture(None);
        HANDSHAKE.clone_into(&mut handshake.envelope.kind);
        handshake.request.target = "/wx?echostr=4375%20a&nonce=1".to_owned();
        let linted = |body: &[u8]| lint_reply(&HttpResponse { status: 200, body, elapsed_ms: None }, &handshake, None);
        let report = linted(b"4375 a");
        assert_eq!((report.findings.len(), report.outcome), (0, Outcome::Verified));
        assert_eq!(linted(b"4375%20a").findings[0].code, Lint::EchoDiffers);
        let answered = |status, headers: &[(&str, &str)], body: &'static [u8]| {
            let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()));
            let mut answer = ServerAnswer {
                status: Some(status),
                headers: headers.collect(),
                body: Bytes::from_static(body),
                problem: None,
                ..ServerAnswer::unsent(String::new(), ForwardProblem::NoTarget)
            };
            lint_server_answer(&mut answer, &handshake, None, Duration::from_millis(3));
            let codes: Vec<_> = answer.lint.iter().map(|finding| finding.code).collect();
            (answer.problem, codes)
        };
        let chunked = answered(200, &[("transfer-encoding", "chunked")], b"4375 a");
        assert_eq!(chunked, (None, vec![Lint::EchoChunked]));
        assert_eq!(answered(200, &[], b"\xEF\xBB\xBF4375 a"), (Some(ForwardProblem::Echo), vec![Lint::Bom]));
        assert_eq!(answered(301, &[], b""), (Some(ForwardProblem::Status), vec![Lint::Redirect]));
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
