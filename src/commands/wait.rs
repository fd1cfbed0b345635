//! `menuscope wait`: until matching events have arrived, for scripts and tests.

use std::sync::atomic::Ordering;

use anyhow::Context as _;

use super::output::{event_line, print_line, print_row};
use super::work::{Interrupted, flag_on_interrupt};
use super::{Outcome, filter, language};
use crate::capture::{CaptureId, StoredCapture};
use crate::cli::Wait;
use crate::engine::Setup;
use crate::filter::Filter;
use crate::operations::{EventWait, WaitEnd, newest_event};
use crate::store::Reader;
use crate::texts::Language;

pub(super) fn run(setup: &Setup, wait: &Wait) -> anyhow::Result<Outcome> {
    let interrupted = flag_on_interrupt()?;
    let (filter, after) = what(setup, wait)?;
    let wanted = wait.count as usize;
    let mut waiting = EventWait::new(setup.folder.database(), filter, after, wanted);
    let language = language(setup);
    let is_cancelled = || interrupted.load(Ordering::Relaxed);
    let end = waiting.run(wait.timeout, is_cancelled, |reader, stored| print(reader, stored, wait.json, language))?;
    let given = waiting.given();
    match end {
        WaitEnd::Complete => Ok(Outcome::Done),
        WaitEnd::Cancelled => {
            Err(Interrupted(format!("interrupted; {given} of {wanted} matching events until then")).into())
        }
        WaitEnd::TimedOut => {
            Ok(Outcome::No(Some(format!("{given} of {wanted} matching events within {:?}", wait.timeout))))
        }
    }
}

/// The filter, and the capture after which to count: now, an id, or, as part of the filter, a time.
fn what(setup: &Setup, wait: &Wait) -> anyhow::Result<(Filter, CaptureId)> {
    let asked = filter(wait.filter.as_deref())?;
    match wait.since.as_deref() {
        None => Ok((asked, newest_event(&setup.folder.database())?)),
        Some(since) => match since.parse() {
            Ok(id) => Ok((asked, CaptureId(id))),
            Err(_no_number) => Ok((since_time(wait.filter.as_deref(), since)?, CaptureId(0))),
        },
    }
}

fn since_time(filter: Option<&str>, since: &str) -> anyhow::Result<Filter> {
    let text = format!("after:{since:?} ({})", filter.unwrap_or_default());
    Filter::parse(text.trim_end_matches(" ()"), &crate::clock::local_now()).with_context(|| {
        format!("cannot read --since {since:?}; give an event's number or a time such as 10m or 2026-11-23T10:00")
    })
}

fn print(reader: &Reader, stored: &StoredCapture, json: bool, language: Language) -> anyhow::Result<()> {
    if json {
        print_line(&event_line(reader, stored, language)?)?;
    } else {
        for row in reader.page(&[stored.placement.id])? {
            print_row(&row, language)?;
        }
    }
    Ok(())
}
