//! The parameters of requests: few, the same everywhere, and every mistake in them is said.

use std::time::Duration;

use super::access::TOKEN;
use super::refusal::Refusal;
use crate::clock;
use crate::filter::Filter;

/// The most events of one answer.
pub(super) const MOST_EVENTS: usize = 1_000;

/// The longest time that a long poll waits.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// The parameters of all ways to follow.
pub(super) const COMMON: [&str; 4] = ["after", "filter", "limit", "early"];

/// The longest part of a wrong parameter that is repeated, in characters.
const SHOWN: usize = 40;

/// The forms of a long connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum StreamForm {
    Lines,
    Iframe,
}

/// The parameters of a request.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Parameters {
    /// `None`: from now on.
    pub(super) after: Option<i64>,
    pub(super) filter: Filter,
    pub(super) limit: Option<usize>,
    pub(super) early: bool,
    pub(super) wait: Duration,
    pub(super) form: Option<StreamForm>,
}

impl Parameters {
    /// Reads a query; `more`: the parameters that this request takes beside those of all.
    pub(super) fn read(query: &str, more: &[&'static str]) -> Result<Self, Refusal> {
        let known: Vec<&str> = COMMON.iter().chain(more).copied().collect();
        let mut parameters = Self::default();
        for (name, value) in pairs(query, &known)? {
            match &*name {
                "after" => parameters.after = Some(cursor("after", &value)?),
                "filter" => parameters.filter = filter(&value, false)?,
                "limit" => parameters.limit = Some(limit(&value)?),
                "early" => parameters.early = early(&value)?,
                "wait" => parameters.wait = wait(&value)?,
                "as" => parameters.form = Some(form(&value)?),
                // The token has been looked at.
                _ => {}
            }
        }
        if parameters.early {
            parameters.filter = filter(&parameters.filter.text, true)?;
        }
        Ok(parameters)
    }
}

/// Refuses every parameter: this request takes none.
pub(super) fn none(query: &str) -> Result<(), Refusal> {
    pairs(query, &[]).map(drop)
}

/// The parameters in their order, each known and there once.
fn pairs(query: &str, known: &[&str]) -> Result<Vec<(String, String)>, Refusal> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        if name != TOKEN && !known.contains(&&*name) {
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            return Err(Refusal::mistake(format!("there is no parameter \"{}\" here; known: {known}", shown(&name))));
        }
        if pairs.iter().any(|(other, _)| *other == name) {
            return Err(Refusal::mistake(format!("the parameter \"{name}\" is given twice; give it once")));
        }
        pairs.push((name.into_owned(), value.into_owned()));
    }
    Ok(pairs)
}

/// Reads the number of an event, which is a cursor; `name` says where it stands.
pub(super) fn cursor(name: &str, value: &str) -> Result<i64, Refusal> {
    let number = value.parse().ok().filter(|number| *number >= 0);
    number.ok_or_else(|| {
        let value = shown(value);
        Refusal::mistake(format!(
            "{name}={value:?} is no number of an event; write 0 for the beginning, or a number from it on"
        ))
    })
}

/// Reads a filter. `early`: one that asks about answers would never find anything.
pub(super) fn filter(text: &str, early: bool) -> Result<Filter, Refusal> {
    let now = clock::local_now();
    let read = if early { Filter::parse_for_arrivals(text, &now) } else { Filter::parse(text, &now) };
    read.map_err(|error| {
        let why = if early { " of events before their answers" } else { "" };
        Refusal::mistake(format!("cannot read the filter {:?}{why}: {error}", shown(text)))
    })
}

fn limit(value: &str) -> Result<usize, Refusal> {
    let number = value.parse().ok().filter(|number| (1..=MOST_EVENTS).contains(number));
    number.ok_or_else(|| Refusal::mistake(format!("limit={:?} has to be 1 to {MOST_EVENTS}", shown(value))))
}

fn early(value: &str) -> Result<bool, Refusal> {
    value.parse().map_err(|_wrong| Refusal::mistake(format!("early={:?} has to be true or false", shown(value))))
}

fn wait(value: &str) -> Result<Duration, Refusal> {
    let wait = value.parse::<jiff::SignedDuration>().ok().and_then(|wait| Duration::try_from(wait).ok());
    wait.filter(|wait| *wait <= LONGEST_WAIT).ok_or_else(|| {
        Refusal::mistake(format!("wait={:?} has to be a time such as 500ms or 30s, 60s at most", shown(value)))
    })
}

fn form(value: &str) -> Result<StreamForm, Refusal> {
    match value {
        "lines" => Ok(StreamForm::Lines),
        "iframe" => Ok(StreamForm::Iframe),
        _ => Err(Refusal::mistake(format!(
            "as={:?} has to be lines or iframe; without it, server-sent events come",
            shown(value)
        ))),
    }
}

fn shown(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mistake(query: &str) -> String {
        let refusal = Parameters::read(query, &["wait", "as"]).unwrap_err();
        assert_eq!(refusal.status, 400, "{query}");
        refusal.message
    }

    #[test]
    fn parameters_are_read_as_they_are_documented() {
        let read = Parameters::read("after=17&filter=event%3ACLICK+-key:a*&limit=1000&wait=1m&early=false", &["wait"]);
        let read = read.unwrap();
        assert_eq!((read.after, read.limit, read.early), (Some(17), Some(1_000), false));
        assert_eq!((read.filter.text.as_str(), read.wait), ("event:CLICK -key:a*", Duration::from_mins(1)));
        assert_eq!(Parameters::read("token=secret&after=0", &[]).unwrap().after, Some(0));
        assert_eq!(Parameters::read("", &[]).unwrap(), Parameters::default());
        assert_eq!(Parameters::read("as=iframe", &["as"]).unwrap().form, Some(StreamForm::Iframe));
        assert!(none("token=secret").is_ok() && none("after=1").is_err());
    }

    #[test]
    fn every_mistake_is_said() {
        for (query, said) in [
            ("aftr=1", "no parameter \"aftr\""),
            ("after=1&after=2", "given twice"),
            ("after=-1", "number of an event"),
            ("after=", "number of an event"),
            ("after=99999999999999999999", "number of an event"),
            ("limit=0", "1 to 1000"),
            ("limit=1001", "1 to 1000"),
            ("filter=evnt:x", "event:"),
            ("filter=(", "filter"),
            ("wait=61s", "60s at most"),
            ("wait=-1s", "60s at most"),
            ("wait=30", "60s at most"),
            ("early=yes", "true or false"),
            ("as=xml", "lines or iframe"),
            ("early=true&filter=status:200", "before their answers"),
        ] {
            let message = mistake(query);
            assert!(message.contains(said), "{query}: {message}");
        }
        assert!(Parameters::read("wait=1s", &[]).is_err(), "not everywhere");
        assert!(mistake(&format!("{}=1", "x".repeat(10_000))).len() < 200);
    }
}
