//! Replaces variables of `.http` and hurl files: `{{name}}` by the value that the file sets.

use std::collections::HashMap;

use super::input::lines;
use crate::exchange::import_problem::ImportReason;
use crate::texts::safe_text::shortened;

/// The variable that stands for the server; its value is no part of a request.
const SERVERS: [&str; 2] = ["host", "to"];

/// Values of more variables are not remembered.
const MOST: usize = 1000;

/// Longer values are not remembered: variables in variables could multiply them.
const LONGEST: usize = 1 << 16;

/// The variables that are set.
#[derive(Debug, Default)]
pub(super) struct Variables(HashMap<String, String>);

impl Variables {
    /// Sets a variable for the lines after it; its value may name others.
    pub(super) fn define(&mut self, name: &str, value: &str) {
        if let Ok(value) = self.filled(value)
            && value.len() <= LONGEST
            && self.0.len() < MOST
        {
            self.0.insert(name.to_owned(), value);
        }
    }

    /// Replaces the variables of a text.
    pub(super) fn filled(&self, text: &str) -> Result<String, ImportReason> {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            filled.push_str(before);
            let unresolved = |name: &str| ImportReason::Unresolved { what: format!("{{{{{}}}}}", shortened(name, 40)) };
            let Some((name, after)) = after.split_once("}}") else { return Err(unresolved(after)) };
            match self.0.get(name.trim()) {
                Some(value) => filled.push_str(value),
                None if SERVERS.contains(&name.trim()) => filled.push_str("http://server"),
                None => return Err(unresolved(name.trim())),
            }
            if filled.len() > lines::MOST {
                return Err(ImportReason::TooLarge { limit: lines::MOST as u64 });
            }
            rest = after;
        }
        filled.push_str(rest);
        Ok(filled)
    }
}
