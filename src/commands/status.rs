//! `menuscope status`: what runs, and what is stored.

use super::Outcome;
use super::output::{local_time, print_line, quoted};
use crate::cli;
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
    let listening = if state.is_listening { "runs" } else { "does not run" };
    let mut lines = vec![format!("listener   {listening}; address in config.toml: {}", quoted(&state.address))];
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

fn account(account: &AccountState) -> String {
    let AccountState { name, has_token, has_aes_key, has_app_secret, .. } = account;
    let set = [("token", has_token), ("EncodingAESKey", has_aes_key), ("AppSecret", has_app_secret)];
    let set: Vec<&str> = set.iter().filter(|(_, is_set)| **is_set).map(|(name, _)| *name).collect();
    let set = if set.is_empty() { "no secrets".to_owned() } else { format!("{} set", set.join(", ")) };
    format!("account    {}: {set}", quoted(name))
}
