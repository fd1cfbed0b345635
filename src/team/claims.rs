//! The bucket of claims: which desktop has claimed which user. A claim that its desktop does not renew ends after a day.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::kv::{Entry, Operation, Store};
use bytes::Bytes;
use futures_util::StreamExt as _;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio::time::interval;

use super::streams::failed;
use super::subjects::{claim_key, openid_of};
use super::team_error::TeamError;

/// The interval at which claims that have ended are noticed: the broker does not tell.
const LOOK_AGAIN: Duration = Duration::from_mins(5);

/// The interval at which a desktop renews its claims.
pub(super) const RENEWAL: Duration = Duration::from_mins(10);

/// The longest name of a desktop that is believed, in characters.
const LONGEST_NAME: usize = 256;

/// A claim in the bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) desktop: String,
    /// The bucket's number of the entry.
    pub(super) revision: u64,
}

/// The claims, by OpenID.
pub(super) type ClaimMap = BTreeMap<String, Claim>;

#[derive(Serialize, Deserialize)]
struct WrittenClaim {
    desktop: String,
}

fn value(desktop: &str) -> Bytes {
    serde_json::to_vec(&WrittenClaim { desktop: desktop.to_owned() }).unwrap_or_default().into()
}

/// The desktop of an entry; `None` for what is no claim.
fn desktop_of(value: &[u8]) -> Option<String> {
    let written: Option<WrittenClaim> = serde_json::from_slice(value).ok();
    let desktop = match written {
        Some(written) => written.desktop,
        // Written by hand.
        None => std::str::from_utf8(value).ok()?.trim().to_owned(),
    };
    (!desktop.is_empty() && desktop.chars().count() <= LONGEST_NAME).then_some(desktop)
}

/// The bucket.
#[derive(Clone, Debug)]
pub(super) struct ClaimBucket {
    store: Store,
}

impl ClaimBucket {
    pub(super) fn new(store: Store) -> Self {
        Self { store }
    }

    /// All claims as they are now.
    pub(super) async fn load(&self) -> Result<ClaimMap, TeamError> {
        let failed = failed("read the claims");
        let mut claims = ClaimMap::new();
        for key in self.keys().await? {
            let entry = self.store.entry(&key).await.map_err(|error| failed(&error))?;
            if let Some(entry) = entry {
                apply(&mut claims, &entry);
            }
        }
        Ok(claims)
    }

    async fn keys(&self) -> Result<BTreeSet<String>, TeamError> {
        let failed = failed("list the claims");
        let mut keys = self.store.keys().await.map_err(|error| failed(&error))?;
        let mut found = BTreeSet::new();
        while let Some(key) = keys.next().await {
            found.insert(key.map_err(|error| failed(&error))?);
        }
        Ok(found)
    }

    /// Sends the claims whenever they have changed; returns with the reason why it cannot go on.
    pub(super) async fn follow(self, out: watch::Sender<Arc<ClaimMap>>) -> TeamError {
        let failed = failed("follow the claims");
        let mut claims = match self.load().await {
            Ok(claims) => claims,
            Err(error) => return error,
        };
        out.send_replace(Arc::new(claims.clone()));
        let mut changes = match self.store.watch_with_history(">").await {
            Ok(changes) => changes,
            Err(error) => return failed(&error),
        };
        let mut again = interval(LOOK_AGAIN);
        again.reset();
        loop {
            tokio::select! {
                entry = changes.next() => match entry {
                    Some(Ok(entry)) => apply(&mut claims, &entry),
                    Some(Err(error)) => return failed(&error),
                    None => return failed(&std::io::Error::from(std::io::ErrorKind::UnexpectedEof)),
                },
                _ = again.tick() => match self.keys().await {
                    Ok(keys) => claims.retain(|openid, _| keys.contains(&claim_key(openid))),
                    Err(error) => return error,
                },
            }
            out.send_if_modified(|sent| {
                let is_other = **sent != claims;
                if is_other {
                    *sent = Arc::new(claims.clone());
                }
                is_other
            });
        }
    }

    /// Claims a user, whoever had it; returns the bucket's number of the claim.
    pub(super) async fn claim(&self, openid: &str, desktop: &str) -> Result<u64, TeamError> {
        let put = self.store.put(claim_key(openid), value(desktop)).await;
        put.map_err(|error| failed("store a claim")(&error))
    }

    /// Claims a user that nobody has; `None` where somebody was quicker.
    pub(super) async fn claim_if_free(&self, openid: &str, desktop: &str) -> Result<Option<u64>, TeamError> {
        use async_nats::jetstream::kv::CreateErrorKind;
        match self.store.create(claim_key(openid), value(desktop)).await {
            Ok(revision) => Ok(Some(revision)),
            Err(error) if error.kind() == CreateErrorKind::AlreadyExists => Ok(None),
            Err(error) => Err(failed("store a claim")(&error)),
        }
    }

    /// Renews a claim, unless it has changed meanwhile.
    pub(super) async fn renew(&self, openid: &str, claim: &Claim) {
        self.store.update(claim_key(openid), value(&claim.desktop), claim.revision).await.ok();
    }

    /// Ends a claim.
    pub(super) async fn release(&self, openid: &str) -> Result<(), TeamError> {
        let deleted = self.store.delete(claim_key(openid)).await;
        deleted.map_err(|error| failed("end a claim")(&error))
    }
}

fn apply(claims: &mut ClaimMap, entry: &Entry) {
    let Some(openid) = openid_of(&entry.key) else { return };
    let desktop = if entry.operation == Operation::Put { desktop_of(&entry.value) } else { None };
    match desktop {
        Some(desktop) => drop(claims.insert(openid, Claim { desktop, revision: entry.revision })),
        None => drop(claims.remove(&openid)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_is_read_as_it_is_written_and_by_hand() {
        assert_eq!(desktop_of(&value("a \"b\"")).as_deref(), Some("a \"b\""));
        assert_eq!(desktop_of(b" alice\n").as_deref(), Some("alice"));
        for nothing in [&b""[..], b" ", b"\xff", &[b'a'; 300]] {
            assert_eq!(desktop_of(nothing), None);
        }
    }
}
