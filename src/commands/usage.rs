//! One line for what was typed wrongly, with the form that is wanted.

use std::process::ExitCode;

use clap::error::{ContextKind, ErrorKind};

use super::complain;

/// The example of a filter of two words.
const TWO_WORDS: &str = "\"event:CLICK key:6\"";

/// Help and version go to stdout; what was typed wrongly becomes one line on stderr.
pub fn explain_usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        // Whoever closed the pipe has seen enough.
        error.print().ok();
        return ExitCode::SUCCESS;
    }
    let text = error.render().to_string();
    let told = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let told: Vec<&str> =
        told.take_while(|line| !line.starts_with("Usage:") && !line.starts_with("For more")).collect();
    let told = told.join("; ").replace(":; ", ": ");
    let told = told.strip_prefix("error: ").unwrap_or(&told);
    match wanted_form(error) {
        Some(form) => complain(&format!("{told}; {form}")),
        None => complain(&format!("{told}; see `menuscope --help`")),
    }
    ExitCode::from(2)
}

/// The form that is wanted in that place, where the parser's own words do not say it.
fn wanted_form(error: &clap::Error) -> Option<String> {
    let context = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    let (argument, usage) = (context(ContextKind::InvalidArg), context(ContextKind::Usage));
    match error.kind() {
        ErrorKind::UnknownArgument if !argument.starts_with('-') && usage.contains("[FILTER]") => {
            Some(format!("a filter is one argument: put it in quotes, such as {TWO_WORDS}"))
        }
        ErrorKind::ValueValidation if argument.starts_with("[ID]") => Some(format!(
            "write the numbers of events, or a filter as one argument in quotes, such as --filter {TWO_WORDS}"
        )),
        ErrorKind::ValueValidation if argument == "<ID>" => {
            Some("write an event's number, such as 17; `menuscope events` lists them".to_owned())
        }
        ErrorKind::ValueValidation if argument.ends_with("<N>") => Some("write a whole number".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn a_second_word_of_a_filter_says_to_quote() {
        let form = |line: &str| {
            let error = Cli::try_parse_from(line.split(' ')).unwrap_err();
            wanted_form(&error)
        };
        for line in [
            "menuscope events event:CLICK key:6",
            "menuscope wait event:CLICK key:6",
            "menuscope export event:CLICK --format json --out x",
            "menuscope db delete --filter event:CLICK key:6",
        ] {
            assert!(form(line).is_some_and(|form| form.contains("in quotes")), "{line}: {:?}", form(line));
        }
        assert!(form("menuscope show x").unwrap().contains("number"));
        assert!(form("menuscope events --limit x").unwrap().contains("whole number"));
        assert_eq!(form("menuscope events --nope"), None);
        assert_eq!(form("menuscope bogus key:6"), None);
    }
}
