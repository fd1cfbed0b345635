//! `menuscope db`: what is in the database, whether it is sound, making it smaller, copying it, and removing events.

use serde_json::json;

use super::Outcome;
use super::output::{local_time, print_line, quoted};
use super::work::{Interrupted, Work};
use crate::cli::{Db, DbJob, Delete, Generate};
use crate::config::{Config, ConfigError, RetentionConfig};
use crate::engine::Setup;
use crate::operations::choose;
use crate::store::{BulkWriter, Maintenance, Reader, Stats, StoreError};
use crate::traffic::Traffic;

/// Made-up events that one transaction stores.
const GENERATED_AT_ONCE: usize = 512;

pub(super) fn run(setup: &Setup, db: &Db) -> anyhow::Result<Outcome> {
    let ended = match &db.job {
        DbJob::Stats { json } => stats(setup, *json),
        DbJob::Check => check(setup),
        DbJob::Compact => compact(setup),
        DbJob::Backup { file } => {
            let work = Work::start()?;
            let reader = Reader::open(&setup.folder.database())?;
            work.shown(|progress| reader.back_up(file, progress))?;
            print_line(&format!("copied to {}", quoted(&file.display().to_string())))?;
            Ok(Outcome::Done)
        }
        DbJob::Delete(delete) => remove(setup, delete),
        DbJob::Restore => restore(setup),
        DbJob::ApplyLimits => apply_limits(setup),
        DbJob::Generate(asked) => generate(setup, asked),
    };
    match ended {
        Err(error) if matches!(error.downcast_ref(), Some(StoreError::Interrupted { .. })) => {
            Err(Interrupted("interrupted; nothing was changed by what was not finished".to_owned()).into())
        }
        ended => ended,
    }
}

fn stats(setup: &Setup, as_json: bool) -> anyhow::Result<Outcome> {
    let path = setup.folder.database();
    let stats = Reader::open(&path)?.stats()?;
    let Stats { events, removed, replays, kinds, received, size, empty, log, unindexed, unverified, version } = stats;
    if as_json {
        let kinds: serde_json::Map<_, _> = kinds.into_iter().map(|(kind, count)| (kind, count.into())).collect();
        let object = json!({
            "path": path, "events": events, "removed": removed, "replays": replays, "kinds": kinds,
            "first_received_at": received.map(|(first, _)| first), "last_received_at": received.map(|(_, last)| last),
            "bytes": size, "empty_bytes": empty, "log_bytes": log, "unindexed": unindexed,
            "unverified_bytes": unverified.0, "unverified_dropped": unverified.1, "version": version,
        });
        print_line(&object.to_string())?;
        return Ok(Outcome::Done);
    }
    print_line(&format!("{}, version {version}", quoted(&path.display().to_string())))?;
    print_line(&format!("events       {events}"))?;
    for (kind, count) in &kinds {
        print_line(&format!("  {count:>9}  {}", quoted(kind)))?;
    }
    if let Some((first, last)) = received {
        print_line(&format!("received     {} to {}", local_time(first), local_time(last)))?;
    }
    print_line(&format!("replays      {replays}"))?;
    print_line(&format!("removed      {removed}, to be deleted for good"))?;
    print_line(&format!("unverified   {} kept, {} requests dropped", mebibytes(unverified.0), unverified.1))?;
    print_line(&format!("not indexed  {unindexed}"))?;
    print_line(&format!(
        "size         {}, of which {} empty; log {}",
        mebibytes(size),
        mebibytes(empty),
        mebibytes(log)
    ))?;
    Ok(Outcome::Done)
}

fn mebibytes(bytes: u64) -> String {
    format!("{:.1} MiB", bytes as f64 / f64::from(1 << 20))
}

fn check(setup: &Setup) -> anyhow::Result<Outcome> {
    let work = Work::start()?;
    let reader = Reader::open(&setup.folder.database())?;
    let problems = work.shown(|progress| reader.check(progress))?;
    for problem in &problems {
        print_line(&quoted(problem))?;
    }
    if problems.is_empty() {
        print_line("the database is sound")?;
        return Ok(Outcome::Done);
    }
    let remedy =
        "the database is damaged; copy what can be read with `sqlite3 menuscope.db .recover`, and move it aside";
    Ok(Outcome::No(Some(remedy.to_owned())))
}

fn compact(setup: &Setup) -> anyhow::Result<Outcome> {
    let work = Work::start()?;
    let path = setup.folder.database();
    let mut caretaker = Maintenance::open(&path)?;
    let before = Reader::open(&path)?.size()?;
    // Nobody else may write while the whole file is made anew, and a listener must not wait for that.
    let listens = match setup.folder.lock_listener() {
        Ok(_lock) => {
            work.shown(|progress| caretaker.compact(progress))?;
            false
        }
        Err(ConfigError::AlreadyListening { .. }) => {
            work.shown(|progress| caretaker.tidy(progress))?;
            true
        }
        Err(error) => return Err(error.into()),
    };
    let after = Reader::open(&path)?.size()?;
    print_line(&format!("{} before, {} now", mebibytes(before), mebibytes(after)))?;
    if listens {
        print_line("a listener is using it, so only what was empty was given back; stop it for the rest")?;
    }
    Ok(Outcome::Done)
}

fn remove(setup: &Setup, delete: &Delete) -> anyhow::Result<Outcome> {
    if delete.which.ids.is_empty() && delete.which.filter.is_none() && !delete.all {
        anyhow::bail!("which events? name them by number, or with --filter FILTER, or say --all");
    }
    let path = setup.folder.database();
    let ids = choose(&Reader::open(&path)?, &delete.which.ids, delete.which.filter.as_deref())?;
    let work = Work::start()?;
    let mut additions = BulkWriter::open(&path)?;
    let (_, removed) = work.shown(|progress| additions.remove(&ids, progress))?;
    let asked = ids.len();
    if work.progress.is_cancelled() && (removed as usize) < asked {
        let done = format!("interrupted; {removed} of {asked} removed, and `menuscope db restore` brings them back");
        return Err(Interrupted(done).into());
    }
    print_line(&format!("{removed} removed; for ten minutes `menuscope db restore` brings them back"))?;
    Ok(Outcome::Done)
}

fn restore(setup: &Setup) -> anyhow::Result<Outcome> {
    let path = setup.folder.database();
    let Some(removal) = Reader::open(&path)?.latest_removal()? else {
        return Ok(Outcome::No(Some("nothing was removed that could be brought back".to_owned())));
    };
    let restored = BulkWriter::open(&path)?.restore(removal)?;
    print_line(&if restored == 1 { "1 event is back".to_owned() } else { format!("{restored} events are back") })?;
    Ok(Outcome::Done)
}

fn apply_limits(setup: &Setup) -> anyhow::Result<Outcome> {
    if Config::load(&setup.config_file)?.retention == RetentionConfig::default() {
        return Ok(Outcome::No(Some("config.toml has no limits in [retention], so everything is kept".to_owned())));
    }
    let path = setup.folder.database();
    drop(Reader::open(&path)?);
    BulkWriter::open(&path)?.agree_to_limits()?;
    print_line(
        "the limits of [retention] apply from now on; the listener, or the next one, removes what is beyond them",
    )?;
    Ok(Outcome::Done)
}

fn generate(setup: &Setup, asked: &Generate) -> anyhow::Result<Outcome> {
    setup.folder.create()?;
    let path = setup.folder.database();
    let mut additions = BulkWriter::open(&path)?;
    let work = Work::start()?;
    let mut traffic = Traffic::new(asked.seed, asked.events, asked.until.unwrap_or_else(crate::clock::now));
    work.shown(|progress| -> Result<(), StoreError> {
        progress.set_total(asked.events);
        while progress.done() < asked.events && !progress.is_cancelled() {
            let left = usize::try_from(asked.events - progress.done()).unwrap_or(GENERATED_AT_ONCE);
            let some: Vec<_> = traffic.by_ref().take(left.min(GENERATED_AT_ONCE)).collect();
            additions.import(&some)?;
            progress.advance(some.len() as u64);
        }
        Ok(())
    })?;
    let stored = work.progress.done();
    if work.progress.is_cancelled() && stored < asked.events {
        return Err(Interrupted(format!("interrupted; {stored} of {} stored", asked.events)).into());
    }
    // Beside a listener, its writer does it.
    if let Ok(_lock) = setup.folder.lock_listener() {
        let work = Work::start()?;
        work.shown(|progress| Maintenance::open(&path)?.index(progress))?;
    }
    print_line(&format!("{stored} stored"))?;
    Ok(Outcome::Done)
}
