//! `menuscope events`: stored events, newest first.

use super::output::{Output, event_line, print_line};
use super::{Outcome, filter, language};
use crate::cli::Events;
use crate::engine::Setup;
use crate::operations::newest_matching;
use crate::store::Reader;

pub(super) fn run(setup: &Setup, events: &Events, output: Output) -> anyhow::Result<Outcome> {
    let filter = filter(events.filter.as_deref())?;
    let reader = Reader::open(&setup.folder.database())?;
    let ids = newest_matching(&reader, &filter, events.limit)?;
    if ids.is_empty() {
        return Ok(Outcome::No(Some("no event matches".to_owned())));
    }
    let language = language(setup);
    if events.json {
        for id in ids {
            if let Some(stored) = reader.capture(id)? {
                print_line(&event_line(&reader, &stored, language)?)?;
            }
        }
    } else {
        let mut rows = reader.page(&ids)?;
        rows.reverse();
        output.table(&rows, language)?;
    }
    Ok(Outcome::Done)
}
