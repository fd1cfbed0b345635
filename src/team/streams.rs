//! The stream of events and the bucket of claims, made where they are missing.

use std::time::Duration;

use async_nats::jetstream::context::{CreateStreamErrorKind, GetStreamErrorKind};
use async_nats::jetstream::kv::{self, Store};
use async_nats::jetstream::stream::{Config, DiscardPolicy, Info, StorageType, Stream};

use super::session::Session;
use super::team_error::TeamError;
use super::team_setup::TeamSetup;

/// The time for which the broker knows a message again.
const DUPLICATES: Duration = Duration::from_mins(10);

/// The time after which a claim ends whose desktop has been away.
const CLAIM_AGE: Duration = Duration::from_hours(24);

/// A failure of the broker, with the cause.
pub(super) fn failed(doing: &'static str) -> impl Fn(&(dyn std::error::Error + 'static)) -> TeamError {
    move |error| {
        let causes = std::iter::successors(Some(error), |error| error.source()).map(ToString::to_string);
        TeamError::Broker { doing, cause: causes.collect::<Vec<_>>().join(": ") }
    }
}

/// The stream, made where it is missing. A relay's limits are put in force; a desktop leaves them as they are.
pub(super) async fn stream(session: &Session, setup: &TeamSetup, is_relay: bool) -> Result<Stream<Info>, TeamError> {
    let failed = failed("make the stream of the team");
    let name = setup.name.stream();
    let wanted = Config {
        name: name.clone(),
        subjects: vec![setup.name.captured_all()],
        description: Some("Callbacks that menuscope has captured".to_owned()),
        max_age: setup.limits.age,
        max_bytes: i64::try_from(setup.limits.bytes).unwrap_or(i64::MAX),
        discard: DiscardPolicy::Old,
        storage: StorageType::File,
        num_replicas: setup.limits.replicas as usize,
        duplicate_window: DUPLICATES.min(setup.limits.age),
        allow_direct: true,
        ..Config::default()
    };
    let stream = match session.jetstream.get_stream(&name).await {
        Ok(stream) => stream,
        Err(error) if is_absent(&error.kind()) => {
            if let Err(error) = session.jetstream.create_stream(wanted).await {
                // Another member may have made it meanwhile.
                if !matches!(error.kind(), CreateStreamErrorKind::JetStream(_)) {
                    return Err(failed(&error));
                }
                return session.jetstream.get_stream(&name).await.map_err(|_same| failed(&error));
            }
            return session.jetstream.get_stream(&name).await.map_err(|error| failed(&error));
        }
        Err(error) => return Err(failed(&error)),
    };
    let found = &stream.cached_info().config;
    if found.subjects != wanted.subjects {
        return Err(TeamError::ForeignStream { stream: name });
    }
    let limits = |config: &Config| (config.max_age, config.max_bytes, config.num_replicas);
    if is_relay && limits(found) != limits(&wanted) {
        let changed = Config {
            max_age: wanted.max_age,
            max_bytes: wanted.max_bytes,
            num_replicas: wanted.num_replicas,
            duplicate_window: wanted.duplicate_window,
            ..found.clone()
        };
        if let Err(error) = session.jetstream.update_stream(changed).await {
            tracing::warn!("the broker keeps its former limits of the stream {name}: {error}");
        }
    }
    Ok(stream)
}

fn is_absent(kind: &GetStreamErrorKind) -> bool {
    use async_nats::jetstream::ErrorCode;
    matches!(kind, GetStreamErrorKind::JetStream(error) if error.error_code() == ErrorCode::STREAM_NOT_FOUND)
}

/// The bucket of claims, made where it is missing.
pub(super) async fn bucket(session: &Session, setup: &TeamSetup) -> Result<Store, TeamError> {
    let name = setup.name.bucket();
    if let Ok(store) = session.jetstream.get_key_value(&name).await {
        return Ok(store);
    }
    let wanted = kv::Config {
        bucket: name.clone(),
        description: "Users that desktops of a menuscope team have claimed".to_owned(),
        history: 1,
        max_age: CLAIM_AGE,
        storage: StorageType::File,
        num_replicas: setup.limits.replicas as usize,
        ..kv::Config::default()
    };
    match session.jetstream.create_key_value(wanted).await {
        Ok(store) => Ok(store),
        // Another member may have made it meanwhile.
        Err(error) => {
            let failed = failed("make the bucket of claims");
            session.jetstream.get_key_value(&name).await.map_err(|_same| failed(&error))
        }
    }
}
