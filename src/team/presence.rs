//! Presence: every member says so now and then, and at once when a new one asks.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::StreamExt as _;
use tokio::sync::watch;
use tokio::time::interval;

use super::messages::{self, Member};
use super::session::Session;
use super::streams::failed;
use super::subjects::TeamName;
use super::team_error::TeamError;
use super::team_status::{MemberView, TeamRole};

/// The interval at which a member says that it is there.
const INTERVAL: Duration = Duration::from_secs(10);

/// The silence after which it is not.
const SILENCE: Duration = Duration::from_secs(25);

/// Members that are remembered; others are not believed.
const MOST_MEMBERS: usize = 4_096;

/// The role of a relay, and of a desktop, in messages.
const RELAY: &str = "relay";
const DESKTOP: &str = "desktop";

/// The members that are there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PresenceView {
    pub(super) members: Vec<MemberView>,
    /// Another process has this one's role and name.
    pub(super) has_twin: bool,
}

/// A member as it describes itself.
pub(super) fn member(role: TeamRole, name: &str, instance: &str, lag: u64) -> Member {
    let role = match role {
        TeamRole::Relay => RELAY,
        TeamRole::Desktop => DESKTOP,
    };
    Member { role: role.to_owned(), name: name.to_owned(), instance: instance.to_owned(), lag }
}

/// Says that this member is there and follows the others; returns with the reason why it cannot go on.
pub(super) async fn run(
    session: Session,
    team: TeamName,
    own: watch::Receiver<Member>,
    out: watch::Sender<PresenceView>,
) -> TeamError {
    match follow(&session, &team, own, &out).await {
        Ok(()) => failed("say who is there")(&std::io::Error::from(std::io::ErrorKind::UnexpectedEof)),
        Err(error) => error,
    }
}

async fn follow(
    session: &Session,
    team: &TeamName,
    own: watch::Receiver<Member>,
    out: &watch::Sender<PresenceView>,
) -> Result<(), TeamError> {
    let failed = failed("say who is there");
    let mut here = session.client.subscribe(team.here()).await.map_err(|error| failed(&error))?;
    let mut hello = session.client.subscribe(team.hello()).await.map_err(|error| failed(&error))?;
    let asked = session.client.publish_with_headers(team.hello(), messages::headers(), Bytes::new()).await;
    asked.map_err(|error| failed(&error))?;
    let mut seen = BTreeMap::new();
    let mut again = interval(INTERVAL);
    loop {
        tokio::select! {
            message = here.next() => match message {
                Some(message) => note(&mut seen, messages::member(&message).ok()),
                None => return Ok(()),
            },
            message = hello.next() => match message {
                Some(_) => announce(session, team, &own).await?,
                None => return Ok(()),
            },
            _ = again.tick() => announce(session, team, &own).await?,
        }
        seen.retain(|_, (_, at): &mut (Member, Instant)| at.elapsed() < SILENCE);
        let view = view(&seen, &own.borrow());
        out.send_if_modified(|sent| {
            let is_other = *sent != view;
            *sent = view;
            is_other
        });
    }
}

type Seen = BTreeMap<(String, String, String), (Member, Instant)>;

fn note(seen: &mut Seen, member: Option<Member>) {
    let Some(member) = member else { return };
    let key = (member.role.clone(), member.name.clone(), member.instance.clone());
    if seen.contains_key(&key) || seen.len() < MOST_MEMBERS {
        seen.insert(key, (member, Instant::now()));
    }
}

fn view(seen: &Seen, own: &Member) -> PresenceView {
    let mut members: Vec<MemberView> = Vec::new();
    for (member, _) in seen.values() {
        let role = match member.role.as_str() {
            RELAY => TeamRole::Relay,
            DESKTOP => TeamRole::Desktop,
            _ => continue,
        };
        if !members.iter().any(|known| known.role == role && known.name == member.name) {
            members.push(MemberView { role, name: member.name.clone(), lag: member.lag });
        }
    }
    let is_twin =
        |member: &Member| member.role == own.role && member.name == own.name && member.instance != own.instance;
    PresenceView { members, has_twin: seen.values().any(|(member, _)| is_twin(member)) }
}

async fn announce(session: &Session, team: &TeamName, own: &watch::Receiver<Member>) -> Result<(), TeamError> {
    let member = own.borrow().clone();
    if member.name.is_empty() {
        return Ok(());
    }
    let body = serde_json::to_vec(&member).unwrap_or_default().into();
    let sent = session.client.publish_with_headers(team.here(), messages::headers(), body).await;
    sent.map_err(|error| failed("say who is there")(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_twin_is_one_of_the_same_name_and_another_instance() {
        let own = member(TeamRole::Desktop, "alice", "1", 0);
        let mut seen = Seen::new();
        note(&mut seen, Some(own.clone()));
        note(&mut seen, Some(member(TeamRole::Relay, "alice", "2", 7)));
        assert!(!view(&seen, &own).has_twin);
        assert_eq!(view(&seen, &own).members.len(), 2);
        note(&mut seen, Some(member(TeamRole::Desktop, "alice", "3", 0)));
        assert!(view(&seen, &own).has_twin);
        assert_eq!(view(&seen, &own).members.len(), 2, "one name is one line");
    }
}
