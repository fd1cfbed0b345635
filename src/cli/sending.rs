//! Arguments of `menuscope send` and `menuscope replay`.
#![expect(clippy::doc_markdown, reason = "these comments are the help texts, where a backtick would be shown")]

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};

use super::{Which, filter_help};
use crate::capture::{Against, Verdict};
use crate::replay::{MOST_COPIES, Pace, RATES};

/// Arguments of `menuscope send`.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Send {
    /// Events by name, such as CLICK or scancode_waitmsg, files with a message, or numbers of stored events;
    /// handshake verifies the server as WeChat's console does, and exits with 1 where it would refuse the URL
    #[arg(required = true, value_name = "EVENT|FILE|ID")]
    pub events: Vec<String>,
    /// Server to post to: a URL, or a target's name in config.toml
    #[arg(long, value_name = "URL|TARGET")]
    pub to: String,
    /// EventKey of the events
    #[arg(long, value_name = "KEY", allow_hyphen_values = true)]
    pub key: Option<String>,
    /// OpenID of the user (FromUserName)
    #[arg(long, value_name = "OPENID", allow_hyphen_values = true)]
    pub openid: Option<String>,
    /// Text of an element by its official name, such as ScanResult=EAN_13,6901234567892; PicMd5Sum may be given several times
    #[arg(long, value_name = "NAME=VALUE", value_parser = assignment)]
    pub set: Vec<(String, String)>,
    /// Picture of an event with pictures, whose MD5 becomes a PicMd5Sum; may be given several times
    #[arg(long, value_name = "FILE")]
    pub image: Vec<PathBuf>,
    /// Post the image messages that follow an event with pictures, too
    #[arg(long)]
    pub follow: bool,
    /// XML as it is, or made into the JSON that WeChat can be set to send
    #[arg(long, value_name = "FORM", default_value = "xml")]
    pub body: BodyFormat,
    /// Encrypt as in safe mode; needs key and AppID
    #[arg(long)]
    pub encrypt: bool,
    /// Keep each event and its answer, as menuscope replay does
    #[arg(long)]
    pub record: bool,
    /// A JSON line for each
    #[arg(long)]
    pub json: bool,
}

/// In which data format a message is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum BodyFormat {
    /// XML
    Xml,
    /// JSON
    Json,
}

/// Arguments of `menuscope replay`.
#[derive(Debug, Args)]
#[command(after_long_help = filter_help())]
pub struct Replay {
    /// Events to send
    #[command(flatten)]
    pub which: Which,
    /// Server to send to: a URL, or a target's name in config.toml
    #[arg(long, value_name = "URL|TARGET", required_unless_present = "runs")]
    pub to: Option<String>,
    /// List the runs so far, the newest first, and send nothing
    #[arg(long, conflicts_with_all = ["ids", "filter", "to"])]
    pub runs: bool,
    /// Parts of the request that are made anew
    #[arg(long, value_name = "MODE", default_value = "verbatim")]
    pub mode: Mode,
    /// Form of the messages on the wire
    #[arg(long, value_name = "FORM", default_value = "as-captured")]
    pub form: Form,
    /// Send each event three times, one after the other, as WeChat does where no answer comes
    #[arg(long)]
    pub as_retry: bool,
    /// Send so many copies of each event at once, 1000 at most
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST_COPIES)))]
    pub burst: u32,
    /// As fast as the target answers, as captured, or so many events a second: fast, original, 20/s
    #[arg(long, value_name = "PACE", default_value = "fast", value_parser = pace)]
    pub pace: Pace,
    /// Factor of speed with --pace original [default: 1]
    #[arg(long, value_name = "FACTOR", value_parser = speed)]
    pub speed: Option<f64>,
    /// Answers to compare with: forward, last (the latest replay, else the forward's), or a run's number (see --runs)
    #[arg(long, value_name = "last|RUN", default_value = "forward", value_parser = against)]
    pub against: Against,
    /// Verdicts that make the exit status 1, as an illegal or late answer does; a list with commas
    #[arg(long, value_name = "VERDICTS", value_delimiter = ',', default_value = "regressed", value_parser = verdicts())]
    pub fail_on: Vec<Verdict>,
    /// Write the outcome as JUnit XML
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// A JSON line for each answer, or for each run
    #[arg(long)]
    pub json: bool,
}

/// The parts of a stored request that are made anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Mode {
    /// Body and query as captured
    Verbatim,
    /// The same message; timestamp, nonce, signatures and encryption anew
    Resign,
    /// Besides, with a CreateTime and a MsgId of its own
    Fresh,
}

/// The form of messages on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// As they were captured
    AsCaptured,
    /// Not encrypted
    Plain,
    /// Encrypted as in safe mode; needs key and AppID
    Encrypted,
}

/// The verdicts by name, which help lists and shells complete.
fn verdicts() -> impl TypedValueParser<Value = Verdict> {
    let names = [Verdict::New, Verdict::Same, Verdict::Different, Verdict::Fixed, Verdict::Regressed];
    PossibleValuesParser::new(names.map(Verdict::as_str))
        .try_map(|name| Verdict::from_spelling(&name).ok_or_else(|| format!("{name} is no verdict")))
}

fn pace(text: &str) -> Result<Pace, String> {
    match text {
        "fast" => Ok(Pace::Fast),
        "original" => Ok(Pace::Original { speed: 1.0 }),
        _ => {
            let rate = text.strip_suffix("/s").and_then(|rate| rate.parse().ok());
            let rate = rate.filter(|rate| RATES.contains(rate));
            rate.map(Pace::PerSecond).ok_or_else(|| "write it as fast, original or 20/s".to_owned())
        }
    }
}

fn speed(text: &str) -> Result<f64, String> {
    let factor = text.parse().ok().filter(|factor| RATES.contains(factor));
    factor.ok_or_else(|| "write it as a number of times, such as 10 or 0.5".to_owned())
}

fn against(text: &str) -> Result<Against, String> {
    text.parse().map_err(|_error| "write it as forward, last, or the number of a run".to_owned())
}

fn assignment(text: &str) -> Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or_else(|| "write it as NAME=VALUE".to_owned())?;
    Ok((name.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paces_are_read_as_people_write_them() {
        assert_eq!(pace("fast"), Ok(Pace::Fast));
        assert_eq!(pace("original"), Ok(Pace::Original { speed: 1.0 }));
        assert_eq!(pace("0.5/s"), Ok(Pace::PerSecond(0.5)));
        for text in ["", "20", "0/s", "-1/s", "NaN/s", "inf/s", "1e9/s", "fast/s"] {
            assert!(pace(text).is_err(), "{text}");
        }
        assert!(speed("0").is_err() && speed("10").is_ok());
    }
}
