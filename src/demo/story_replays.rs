//! Runs of replays in the story, whose answers are linted and compared by the same code as any other.

use jiff::SignedDuration;

use super::scene::Stage;
use super::story::Told;
use super::{DemoError, Plot};
use crate::account::Accounts;
use crate::capture::{
    Against, Baseline, CaptureId, Replay, ReplayForm, ReplayId, ReplayMode, ReplayRun, RunEnd, SentRequest,
    StoredCapture,
};
use crate::config::{DataFolder, ReplayConfig};
use crate::replay::{ComparableAnswer, before, verdict};
use crate::store::{BulkWriter, Reader};

/// An answer in a run: to that event, with that status and body, after so many milliseconds.
struct RunAnswer {
    event: CaptureId,
    status: u16,
    /// A text of the story, else the body itself.
    body: Result<&'static str, &'static str>,
    ms: f64,
}

/// Records two runs: one in which a page of errors came back, and one after it was mended.
pub(super) fn replay(
    plot: &Plot,
    accounts: &Accounts,
    writer: &mut BulkWriter,
    folder: &DataFolder,
    told: &Told,
) -> Result<(), DemoError> {
    let reader = Reader::open(&folder.database())?;
    let of = |event, status, body, ms| RunAnswer { event, status, body, ms };
    let error_page = Err("<html><body><h1>500 Internal Server Error</h1></body></html>");
    let json = Err("{\"code\":0,\"msg\":\"ok\"}");
    let first = [
        of(told.special, 500, error_page, 22.0),
        of(told.json, 200, json, 25.0),
        of(told.located, 200, Ok("demo.found"), 640.0),
    ];
    let second = [
        of(told.special, 200, Ok("demo.special_later"), 21.0),
        of(told.json, 200, Ok("demo.special_later"), 19.0),
        of(told.located, 200, Ok("demo.found"), 96.0),
        of(told.thanks, 200, Ok("demo.thanked"), 18.0),
        of(told.news, 200, Ok("demo.special_later"), 18.0),
    ];
    let run = Run { stage: Stage::new(plot, accounts), reader: &reader, writer };
    run.play(8 * 60, Against::Forward, &first)?.play(3 * 60, Against::Last, &second)?;
    Ok(())
}

struct Run<'a> {
    stage: Stage<'a>,
    reader: &'a Reader,
    writer: &'a mut BulkWriter,
}

impl Run<'_> {
    fn play(self, seconds_ago: i64, against: Against, answers: &[RunAnswer]) -> Result<Self, DemoError> {
        let plot = self.stage.plot;
        let started_at = plot.now.saturating_sub(SignedDuration::from_secs(seconds_ago)).unwrap_or(plot.now);
        let run = ReplayRun {
            started_at,
            target: plot.server.clone(),
            mode: ReplayMode::Verbatim,
            form: ReplayForm::AsCaptured,
            planned: answers.len() as u64,
            against,
        };
        let id = self.writer.begin_run(&run)?;
        let mut sent_at = started_at;
        for answer in answers {
            let Some(event) = self.reader.capture(answer.event)? else { continue };
            let latest = self.reader.replay_before(answer.event, id)?.map(|stored| stored.id);
            let mut replay = self.replay(&event, answer, against, latest)?;
            (replay.run, replay.sent_at) = (id, sent_at);
            sent_at = sent_at.saturating_add(SignedDuration::from_millis(answer.ms as i64)).unwrap_or(sent_at);
            self.writer.record(&[replay])?;
        }
        self.writer.end_run(id, RunEnd::Finished)?;
        Ok(self)
    }

    fn replay(
        &self,
        event: &StoredCapture,
        answer: &RunAnswer,
        against: Against,
        latest: Option<ReplayId>,
    ) -> Result<Replay, DemoError> {
        let baseline = match against {
            Against::Forward => Some(Baseline::Forward),
            Against::Last | Against::Run(_) => Some(latest.map_or(Baseline::Forward, Baseline::Replay)),
        };
        let earlier = match baseline {
            Some(baseline) => before(self.reader, baseline, event, self.stage.accounts)?,
            None => None,
        };
        let capture = &event.capture;
        let body = match answer.body {
            Ok(text) => self.stage.text(capture, text),
            Err(bytes) => bytes.as_bytes().to_vec(),
        };
        let answer = self.stage.answer(capture, Some(body), answer.status, answer.ms);
        let after = ComparableAnswer {
            which: None,
            status: answer.status,
            body: answer.body.to_vec(),
            is_legal: answer.is_legal(),
        };
        let request = &capture.request;
        Ok(Replay {
            run: crate::capture::RunId(0),
            event: event.placement.id,
            attempt: 1,
            copy: 1,
            sent_at: request.received_at,
            request: SentRequest {
                method: request.method.clone(),
                target: request.target.clone(),
                headers: request.headers.to_pairs(),
                body: request.body.clone(),
            },
            answer,
            message: None,
            verdict: verdict(earlier.as_ref(), &after, &ReplayConfig::default().ignore),
            baseline: earlier.and(baseline),
            created: None,
        })
    }
}
