//! The outcome of a run as `JUnit` XML, a test case an answer.

use std::path::Path;

use anyhow::Context as _;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use super::answer::Answer;
use crate::capture::{RunEnd, StoredRun, Verdict};

/// The cases so far.
pub(super) struct Suite(TestSuite);

impl Suite {
    pub(super) fn new() -> Self {
        Self(TestSuite::new("menuscope replay"))
    }

    /// An answer fails its case as it fails the command: where it is not legal, or has a verdict of `fail_on`.
    /// Differences stand in every case that has some.
    pub(super) fn add(&mut self, answer: &Answer<'_>, fail_on: &[Verdict]) {
        let replayed = &answer.stored.replayed;
        let differences = answer.changes();
        let status = if replayed.is_legal() && !fail_on.contains(&replayed.verdict) {
            TestCaseStatus::success()
        } else {
            let mut lines = answer.what_is_wrong();
            lines.extend(differences.iter().cloned());
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            status.set_message(lines.first().cloned().unwrap_or_else(|| replayed.verdict.as_str().to_owned()));
            status.set_type(replayed.verdict.as_str()).set_description(lines.join("\n"));
            status
        };
        let mut case = TestCase::new(answer.name(), status);
        case.set_classname(format!("replay.{}", answer.kind())).set_time(replayed.answer.elapsed);
        if !differences.is_empty() {
            case.set_system_err(format!("{}\n{}", replayed.verdict.as_str(), differences.join("\n")));
        }
        case.set_system_out(String::from_utf8_lossy(replayed.reply()));
        self.0.add_test_case(case);
    }

    /// Writes the report, of a run that has ended or of none so far.
    pub(super) fn write(mut self, path: &Path, run: Option<&StoredRun>) -> anyhow::Result<()> {
        if let Some(StoredRun { run, end, .. }) = run {
            let end = end.map_or("", RunEnd::as_str);
            let planned = run.planned.to_string();
            let told = [("target", &*run.target), ("mode", run.mode.as_str()), ("planned", &planned), ("end", end)];
            for property in told {
                self.0.add_property(property);
            }
        }
        let mut report = Report::new("menuscope replay");
        report.add_test_suite(self.0);
        let text = report.to_string().context("cannot write the outcome as JUnit XML")?;
        std::fs::write(path, text)
            .with_context(|| format!("cannot write the JUnit report to {}; check its folder", path.display()))
    }
}
