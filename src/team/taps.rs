//! The users whose taps are this desktop's: what a person wants, and what the bucket says.

use std::collections::{BTreeMap, BTreeSet};

use super::claims::ClaimMap;

/// The number of an entry that is not in the bucket yet: nothing there is newer.
const PENDING: u64 = u64::MAX;

/// The wishes of a person, whether the broker is there or not.
#[derive(Clone, Debug, Default)]
pub(super) struct Taps {
    /// Users that are to be this desktop's, each with the bucket's number of the claim.
    wanted: BTreeMap<String, u64>,
    /// Users that are not to be it any more, and perhaps still are in the bucket.
    unwanted: BTreeSet<String>,
    /// Claim the user of the next tap.
    pub(super) claims_next: bool,
}

/// The changes that the bucket needs to agree.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct TapChanges {
    pub(super) claim: Vec<String>,
    pub(super) release: Vec<String>,
    /// Users that another desktop has taken, and that desktop.
    pub(super) taken: Vec<(String, String)>,
}

impl Taps {
    pub(super) fn new(wanted: impl IntoIterator<Item = String>, claims_next: bool) -> Self {
        let wanted = wanted.into_iter().map(|openid| (openid, PENDING)).collect();
        Self { wanted, unwanted: BTreeSet::new(), claims_next }
    }

    /// Notes that this user is to be this desktop's.
    pub(super) fn claim(&mut self, openid: &str) {
        self.unwanted.remove(openid);
        self.wanted.insert(openid.to_owned(), PENDING);
    }

    /// Notes that a claim stands in the bucket under this number.
    pub(super) fn note_claimed(&mut self, openid: &str, revision: u64) {
        if let Some(known) = self.wanted.get_mut(openid) {
            *known = revision;
        }
    }

    /// Notes that this user is nobody's.
    pub(super) fn release(&mut self, openid: &str) {
        self.wanted.remove(openid);
        self.unwanted.insert(openid.to_owned());
    }

    /// Notes that the bucket knows of the release.
    pub(super) fn note_released(&mut self, openid: &str) {
        self.unwanted.remove(openid);
    }

    /// Tells whether this desktop answers for that user.
    pub(super) fn is_ours(&self, openid: &str) -> bool {
        self.wanted.contains_key(openid)
    }

    /// Takes in the bucket as it was found after connecting: what it lacks is claimed again, and what is this desktop's from
    /// before a restart stays so.
    pub(super) fn agree(&mut self, claims: &ClaimMap, desktop: &str) -> TapChanges {
        let mut changes = TapChanges::default();
        for (openid, revision) in self.wanted.clone() {
            match claims.get(&openid) {
                Some(claim) if claim.desktop == desktop => {}
                // A person has asked for it since the last connection.
                Some(_) if revision == PENDING => changes.claim.push(openid),
                Some(claim) => {
                    self.wanted.remove(&openid);
                    changes.taken.push((openid, claim.desktop.clone()));
                }
                None => changes.claim.push(openid),
            }
        }
        for (openid, claim) in claims.iter().filter(|(_, claim)| claim.desktop == desktop) {
            if self.unwanted.contains(openid) {
                changes.release.push(openid.clone());
            } else {
                self.wanted.insert(openid.clone(), claim.revision);
            }
        }
        changes
    }

    /// Takes in a change of the bucket; returns the users that another desktop has taken.
    pub(super) fn note(&mut self, claims: &ClaimMap, desktop: &str) -> Vec<(String, String)> {
        let mut taken = Vec::new();
        self.wanted.retain(|openid, revision| {
            let other = claims.get(openid).filter(|claim| claim.desktop != desktop && claim.revision > *revision);
            taken.extend(other.map(|claim| (openid.clone(), claim.desktop.clone())));
            other.is_none()
        });
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::super::claims::Claim;
    use super::*;

    fn claims(claims: &[(&str, &str, u64)]) -> ClaimMap {
        let claim = |(openid, desktop, revision): &(&str, &str, u64)| {
            ((*openid).to_owned(), Claim { desktop: (*desktop).to_owned(), revision: *revision })
        };
        claims.iter().map(claim).collect()
    }

    #[test]
    fn a_person_takes_over_and_a_restart_resumes() {
        let mut taps = Taps::new(["oA".to_owned(), "oB".to_owned()], false);
        taps.release("oD");
        let changes = taps.agree(&claims(&[("oA", "bob", 1), ("oC", "alice", 2), ("oD", "alice", 3)]), "alice");
        assert_eq!((changes.claim, changes.release), (vec!["oA".to_owned(), "oB".to_owned()], vec!["oD".to_owned()]));
        assert!(changes.taken.is_empty() && taps.is_ours("oC") && !taps.is_ours("oD"));
    }

    #[test]
    fn what_another_desktop_claims_later_is_taken_and_an_older_claim_is_not() {
        let mut taps = Taps::new(["oA".to_owned()], false);
        let bob = claims(&[("oA", "bob", 5)]);
        assert!(taps.note(&bob, "alice").is_empty(), "ours is on its way");
        taps.note_claimed("oA", 6);
        assert!(taps.note(&bob, "alice").is_empty(), "what came before ours");
        assert_eq!(taps.note(&claims(&[("oA", "bob", 7)]), "alice"), [("oA".to_owned(), "bob".to_owned())]);
        assert!(!taps.is_ours("oA"));
        taps.claim("oA");
        taps.note_claimed("oA", 8);
        assert_eq!(taps.agree(&claims(&[("oA", "bob", 9)]), "alice").taken.len(), 1, "taken while away");
        let again = Taps::new(["oE".to_owned()], false).agree(&claims(&[]), "alice");
        assert_eq!(again.claim, ["oE"]);
    }
}
