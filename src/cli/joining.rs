//! Arguments of a team: `menuscope join`, and the relay of `menuscope listen`.
#![expect(clippy::doc_markdown, reason = "these comments are the help texts, where a backtick would be shown")]

use clap::Args;

use crate::account::Secret;

/// The relay beside a listener.
#[derive(Debug, Args)]
pub struct RelayArgs {
    /// Relay to a team: publish every event to this NATS broker, and answer what the desktops of the team answer (nats://USER:PASSWORD@HOST:4222 or tls://…)
    #[arg(long, value_name = "URL")]
    pub relay: Option<Secret>,
    /// Name of the team [default: the one in config.toml, else default]
    #[arg(long, value_name = "TEAM", requires = "relay")]
    pub name: Option<String>,
}

/// Arguments of `menuscope join`.
#[derive(Debug, Args)]
pub struct Join {
    /// NATS broker of the team, nats://USER:PASSWORD@HOST:4222 or tls://… (default: team.url in config.toml)
    pub url: Option<Secret>,
    /// Name of the team [default: the one in config.toml, else default]
    #[arg(long, value_name = "TEAM")]
    pub name: Option<String>,
    /// Name of this desktop in the team [default: the one in config.toml, else the computer's]
    #[arg(long, value_name = "NAME")]
    pub desktop: Option<String>,
    /// Claim this user's taps, which are then answered here; next: those of the user who taps next
    #[arg(long, value_name = "OPENID|next")]
    pub claim: Vec<String>,
    /// Forward what no rule decides to the developer's own server, and answer what it answers
    #[arg(long, value_name = "URL")]
    pub forward: Option<String>,
    /// Answer to WeChat where that server fails or answers illegally: its answer as it is, or the default
    #[arg(long, value_name = "WHAT", requires = "forward")]
    pub bad_answer: Option<super::BadAnswer>,
    /// Print team and desktop, then each event once its answer is recorded, as JSON lines
    #[arg(long)]
    pub json: bool,
}
