//! A signed POST, marked as our own, which has to arrive in this data folder's database.

use std::time::{Duration, Instant};

use super::super::{CheckName, CheckResult, DoctorCode};
use super::public_url::PublicUrl;
use super::redirects::redirect;
use super::{OutsideCheck, intermediary, out_of_time};
use crate::capture::{CaptureId, ForwardProblem, SentRequest, Signature, StoredCapture};
use crate::delivery::Target;
use crate::filter::Filter;
use crate::sample;
use crate::store::{Reader, StoreError};
use crate::wechat::compose::Push;

/// The time from the POST to its row in the database.
const ARRIVAL_PATIENCE: Duration = Duration::from_secs(5);

/// Between two looks into the database.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// The beginning of the key that the event carries, with which a person finds it in the list.
const KEY: &str = "menuscope_doctor_";

/// Makes the POST, and looks for it.
///
/// `is_echoed` tells that the handshake with the same token was let through.
pub(super) async fn check(check: &OutsideCheck<'_>, url: &PublicUrl, is_echoed: bool) -> CheckResult {
    let (Some(accounts), Some(account)) = (&check.found.accounts, check.account(url)) else {
        return CheckResult::of(DoctorCode::PushSkipped);
    };
    if check.is_over() {
        return out_of_time(CheckName::Push);
    }
    let key = format!("{KEY}{:08x}", fastrand::u32(..));
    let push = match sample::probe(&key, account, accounts.own_mark(), crate::clock::now()) {
        Ok(push) => push,
        Err(error) => return CheckResult::of(DoctorCode::PushUnmade).with("cause", error),
    };
    let database = check.doctor.folder.database();
    let before = Reader::open(&database).and_then(|reader| reader.newest()).unwrap_or(CaptureId(0));
    let began = Instant::now();
    let request = request(&push, &url.target);
    let Some(answer) = check.answer(&request, &url.target, ARRIVAL_PATIENCE * 2).await else {
        return out_of_time(CheckName::Push);
    };
    let mut arrival = Arrival { key: &key, before, reader: None };
    let is_refused = answer.status.is_none_or(|status| status != 200);
    let patience = if is_refused { LOOK_AGAIN * 2 } else { ARRIVAL_PATIENCE.saturating_sub(began.elapsed()) };
    let found = loop {
        let found = arrival.look(&database);
        if found.is_some() || began.elapsed() > answer.elapsed + patience || check.is_over() {
            break found;
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    };
    let elapsed = answer.elapsed.as_millis();
    let status = answer.status.map_or_else(|| "-".to_owned(), |status| status.to_string());
    let result = match found {
        Some(stored) => {
            let is_intact = stored.capture.request.body == push.body;
            let result = arrived(check, url, &stored, is_intact, answer.problem.as_ref());
            result.with("id", stored.placement.id)
        }
        None => match redirect(url, &request, &answer).or_else(|| intermediary::recognise(&answer)) {
            Some(obstacle) => obstacle.at(CheckName::Push).with("port", url.port),
            None => CheckResult::of(match answer.status {
                Some(200) => DoctorCode::PushElsewhere,
                Some(401 | 403) if is_echoed => DoctorCode::PushForbidden,
                Some(401 | 403) => DoctorCode::PushRefused,
                Some(405 | 501) => DoctorCode::PushMethod,
                _ => DoctorCode::PushStatus,
            }),
        },
    };
    result.with("elapsed", elapsed).with("status", status).with("seconds", ARRIVAL_PATIENCE.as_secs())
}

/// The push as it goes to the target, whose own query comes before it.
fn request(push: &Push, target: &Target) -> SentRequest {
    let headers = push.headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone().into_bytes()));
    let mut headers: Vec<(String, Vec<u8>)> = headers.collect();
    headers.insert(1.min(headers.len()), ("host".to_owned(), target.authority().into()));
    SentRequest {
        method: "POST".to_owned(),
        target: target.path_and_query("/", &push.query),
        headers,
        body: push.body.clone().into(),
    }
}

/// The result of a POST that is in the database.
fn arrived(
    check: &OutsideCheck<'_>,
    url: &PublicUrl,
    stored: &StoredCapture,
    is_intact: bool,
    problem: Option<&ForwardProblem>,
) -> CheckResult {
    let forward = check.found.config.as_ref().and_then(|config| config.listener.forward.as_deref());
    let forward = forward.and_then(|forward| Target::parse(forward).ok());
    let code = match () {
        () if !is_intact || stored.capture.signature == Signature::Missing => DoctorCode::PushChanged,
        () if stored.capture.signature.is_refused() => DoctorCode::PushRefused,
        () if matches!(problem, Some(ForwardProblem::TooLate)) => DoctorCode::PushLate,
        () if !stored.capture.replay => DoctorCode::PushMarkLost,
        () if forward.is_some_and(|forward| forward.authority() == url.target.authority()) => DoctorCode::PushLoop,
        () => DoctorCode::PushOk,
    };
    CheckResult::of(code).with("url", url.shown())
}

/// The search for the event in the database.
struct Arrival<'a> {
    key: &'a str,
    /// The newest event before it was sent.
    before: CaptureId,
    /// `None` until there is a database.
    reader: Option<Reader>,
}

impl Arrival<'_> {
    /// The event, if it is there. What cannot be read now is looked for again.
    fn look(&mut self, database: &std::path::Path) -> Option<Box<StoredCapture>> {
        if self.reader.is_none() {
            self.reader = Reader::open(database).ok();
        }
        let found = self.find();
        if found.is_err() {
            self.reader = None;
        }
        found.ok().flatten()
    }

    fn find(&self) -> Result<Option<Box<StoredCapture>>, StoreError> {
        let Some(reader) = &self.reader else { return Ok(None) };
        let filter = Filter::parse(&format!("key:{}", self.key), &crate::clock::local_now()).unwrap_or_default();
        match reader.arrived(&filter, self.before, 1)?.first() {
            Some(id) => Ok(reader.capture(*id)?.map(Box::new)),
            None => Ok(None),
        }
    }
}
