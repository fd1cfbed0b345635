//! Bulk writes beside a capturing listener: imports and replays.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

mod common;
#[path = "common/recorded.rs"]
mod recorded;

use std::time::Duration;

use common::{TestListener, sample, signed};
use menuscope::capture::{
    Against, Baseline, CaptureId, ForwardProblem, Replay, ReplayForm, ReplayId, ReplayMode, ReplayRun, RunEnd, RunId,
    SentRequest, ServerAnswer, Verdict, VerdictCounts,
};
use menuscope::store::{BulkWriter, ImportEvent, ImportOutcome, Reader};
use menuscope::wechat::lint;
use recorded::recorded;

fn run(against: Against) -> ReplayRun {
    ReplayRun {
        started_at: "2026-11-24T08:00:00Z".parse().unwrap(),
        target: "http://127.0.0.1:1/wx".to_owned(),
        mode: ReplayMode::Fresh,
        form: ReplayForm::Encrypted,
        planned: 3,
        against,
    }
}

fn replayed(run: RunId, event: CaptureId, verdict: Verdict, status: Option<u16>) -> Replay {
    let broken = ForwardProblem::Broken { cause: "half a head".to_owned() };
    Replay {
        run,
        event,
        attempt: 2,
        copy: 3,
        sent_at: "2026-11-24T08:00:01.000002Z".parse().unwrap(),
        request: SentRequest {
            method: "POST".to_owned(),
            target: "/wx?nonce=1".to_owned(),
            headers: vec![("x-menuscope".to_owned(), b"replay".to_vec())],
            body: b"<xml>\0\xff</xml>".to_vec().into(),
        },
        answer: ServerAnswer {
            target: "http://127.0.0.1:1/wx?nonce=1".to_owned(),
            status,
            headers: vec![("content-type".to_owned(), b"text/xml".to_vec())],
            body: b"<xml/>".to_vec().into(),
            first_byte: status.map(|_| Duration::from_micros(12)),
            elapsed: Duration::from_micros(34),
            problem: status.is_none().then_some(broken),
            passed_on: false,
            lint: vec![lint::LintFinding::new(lint::LintCode::ALL[0]).with("what", "it")],
        },
        message: Some(b"inside".to_vec()),
        verdict,
        created: Some(("o1".to_owned(), 1_700_000_000)),
        baseline: Some(Baseline::Forward),
    }
}

#[test]
fn what_is_imported_twice_is_there_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("menuscope.db");
    let mut writer = BulkWriter::open(&path).unwrap();
    let (click, view) = (recorded(1, &sample("CLICK")), recorded(2, &sample("VIEW")));
    let retry = ImportEvent { attempt: 2, first: Some(CaptureId(1)), ..recorded(6, &sample("CLICK")) };
    let batch = [click, view, retry];
    let new: Vec<_> = (1..=3).map(|id| ImportOutcome::New(CaptureId(id))).collect();
    assert_eq!(writer.import(&batch).unwrap(), new);
    assert_eq!(
        BulkWriter::open(&path).unwrap().import(&batch).unwrap(),
        new.iter().map(|added| ImportOutcome::Known(added.id())).collect::<Vec<_>>()
    );
    let reader = Reader::open(&path).unwrap();
    assert_eq!(reader.count().unwrap(), 3);
    let stored = reader.capture(CaptureId(1)).unwrap().unwrap();
    assert_eq!(stored.capture.request.to_http(), batch[0].capture.request.to_http());
    assert_eq!(stored.reply, batch[0].reply);
    let attempts: Vec<_> = reader.attempts(CaptureId(1)).unwrap().iter().map(|row| row.placement.attempt).collect();
    assert_eq!(attempts, [1, 2]);
}

#[test]
fn an_instant_alone_makes_nothing_the_same() {
    let directory = tempfile::tempdir().unwrap();
    let mut writer = BulkWriter::open(&directory.path().join("menuscope.db")).unwrap();
    let first = recorded(1, &sample("CLICK"));
    let mut others = [first.clone(), first.clone(), first.clone(), first.clone()];
    others[1].capture.request.target.push('1');
    others[2].capture.request.headers = menuscope::capture::Headers::default();
    others[3].capture.request.body = b"<xml></xml>".to_vec().into();
    let added = writer.import(&others).unwrap();
    assert!(added.iter().all(|added| matches!(added, ImportOutcome::New(_))), "{added:?}");
}

#[test]
fn a_listener_captures_on_while_events_are_imported_beside_it() {
    let listener = TestListener::with_token();
    let mut writer = BulkWriter::open(&listener.database()).unwrap();
    for n in 0..20 {
        writer.import(&[recorded(n, &sample("VIEW"))]).unwrap();
        let answer = listener.post(&format!("/?{}&n={n}", signed(common::TOKEN)), &sample("CLICK"));
        assert_eq!(answer.status, 200);
    }
    let reader = listener.reader();
    assert_eq!(reader.count().unwrap(), 40);
    let kinds: Vec<_> =
        (1..=40).map(|id| reader.capture(CaptureId(id)).unwrap().unwrap().capture.envelope.kind).collect();
    assert_eq!(kinds.iter().filter(|kind| *kind == "VIEW").count(), 20);
}

#[test]
fn a_replay_comes_back_as_it_was_recorded() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("menuscope.db");
    let mut writer = BulkWriter::open(&path).unwrap();
    writer.import(&[recorded(1, &sample("CLICK")), recorded(2, &sample("VIEW"))]).unwrap();
    let (first, second) = (run(Against::Last), run(Against::Run(RunId(1))));
    assert_eq!(writer.begin_run(&first).unwrap(), RunId(1));
    let all = [
        replayed(RunId(1), CaptureId(1), Verdict::Fixed, Some(200)),
        replayed(RunId(1), CaptureId(1), Verdict::Same, None),
        replayed(RunId(1), CaptureId(2), Verdict::Regressed, Some(500)),
    ];
    assert_eq!(writer.record(&all).unwrap(), [1, 2, 3].map(|id| Some(ReplayId(id))));
    writer.end_run(RunId(1), RunEnd::Cancelled).unwrap();
    assert_eq!(writer.begin_run(&second).unwrap(), RunId(2));
    let reader = Reader::open(&path).unwrap();
    let newest: Vec<_> = reader.replays_of(CaptureId(1), 10).unwrap();
    assert_eq!(newest.iter().map(|stored| stored.id).collect::<Vec<_>>(), [ReplayId(2), ReplayId(1)]);
    assert_eq!(newest[0].replayed, all[1]);
    assert_eq!(newest[1].replayed, all[0]);
    assert_eq!(reader.replays_of(CaptureId(1), 1).unwrap().len(), 1);
    assert_eq!(reader.replay(ReplayId(3)).unwrap().unwrap().replayed, all[2]);
    assert_eq!(reader.replay_before(CaptureId(1), RunId(2)).unwrap().unwrap().id, ReplayId(2));
    assert_eq!(reader.replay_before(CaptureId(1), RunId(1)).unwrap(), None);
    assert_eq!(reader.replay_in(CaptureId(1), RunId(1)).unwrap().unwrap().id, ReplayId(1));
    let runs = reader.runs(10).unwrap();
    assert_eq!((&runs[0].run, runs[0].end, runs[0].tally), (&second, None, VerdictCounts::default()));
    assert_eq!((&runs[1].run, runs[1].end), (&first, Some(RunEnd::Cancelled)));
    let tally = runs[1].tally;
    assert_eq!((tally.sent, tally.fixed, tally.same, tally.regressed), (3, 1, 1, 1));
    assert_eq!(reader.run(RunId(1)).unwrap().unwrap(), runs[1]);
    let rows = reader.replays_in(RunId(1), 10).unwrap();
    assert_eq!(rows.iter().map(|row| &*row.kind).collect::<Vec<_>>(), ["CLICK", "CLICK", "VIEW"]);
    assert_eq!((rows[2].status, rows[2].verdict, rows[2].is_legal), (Some(500), Verdict::Regressed, false));
}

#[test]
fn a_replay_of_an_event_that_has_gone_is_left_out_and_the_rest_goes_on() {
    let directory = tempfile::tempdir().unwrap();
    let mut writer = BulkWriter::open(&directory.path().join("menuscope.db")).unwrap();
    writer.import(&[recorded(1, &sample("CLICK"))]).unwrap();
    let run = writer.begin_run(&run(Against::Forward)).unwrap();
    let replays = [9, 1].map(|event| replayed(run, CaptureId(event), Verdict::New, Some(200)));
    assert_eq!(writer.record(&replays).unwrap(), [None, Some(ReplayId(1))]);
}
