//! `menuscope status`: what runs, and what is stored.

use super::Outcome;
use super::output::{local_time, print_line, quoted};
use crate::cli;
use crate::config::TeamRecord;
use crate::engine::Setup;
use crate::operations::{AccountState, ProgramState, program_state};

pub(super) fn run(setup: &Setup, asked: &cli::Status) -> anyhow::Result<Outcome> {
    let state = program_state(setup)?;
    if asked.json {
        print_line(&state.json().to_string())?;
    } else {
        lines(&state).iter().try_for_each(|line| print_line(line))?;
    }
    Ok(Outcome::Done)
}

fn lines(state: &ProgramState) -> Vec<String> {
    let listening = if state.is_listening { "runs at" } else { "does not run; address in config.toml:" };
    let mut lines = vec![format!("listener   {listening} {}", quoted(&state.address))];
    lines.extend(state.team.iter().map(team));
    lines.extend(state.public_url.iter().map(|url| format!("public     {}", quoted(url))));
    lines.push(match &state.database {
        None => "events     none; there is no database yet".to_owned(),
        Some(database) => {
            let last = database.last_received_at.map_or_else(String::new, |time| format!(" at {}", local_time(time)));
            format!("events     {}, the newest is {}{last}", database.events, database.last_id)
        }
    });
    match &state.accounts {
        Ok(accounts) => lines.extend(accounts.iter().map(account)),
        Err(problem) => lines.push(format!("accounts   {}", quoted(problem))),
    }
    lines.extend(state.targets.iter().map(|(name, url)| format!("target     {}: {}", quoted(name), quoted(url))));
    lines
}

fn team(team: &TeamRecord) -> String {
    let TeamRecord { role, team, name, is_connected, problem } = team;
    let state = match (is_connected, problem) {
        (true, _) => "connected".to_owned(),
        (false, None) => "connecting".to_owned(),
        (false, Some(problem)) => quoted(problem),
    };
    let name = if name.is_empty() { String::new() } else { format!(" \"{}\"", quoted(name)) };
    format!("team       {role}{name} in \"{}\": {state}", quoted(team))
}

fn account(account: &AccountState) -> String {
    let AccountState { name, has_token, has_aes_key, has_app_secret, .. } = account;
    let set = [("token", has_token), ("EncodingAESKey", has_aes_key), ("AppSecret", has_app_secret)];
    let set: Vec<&str> = set.iter().filter(|(_, is_set)| **is_set).map(|(name, _)| *name).collect();
    let set = if set.is_empty() { "no secrets".to_owned() } else { format!("{} set", set.join(", ")) };
    format!("account    {}: {set}", quoted(name))
}
