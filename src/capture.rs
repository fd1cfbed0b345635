//! The records of requests, replies and replays, and their JSON.
//!
//! - `raw_request`: a request to the byte; `headers`: its headers. `stored_capture`: the request with its envelope, diagnoses and number.
//! - `id_runs`: ids in order, as a list keeps a million of them.
//! - `diagnosis`: the codes of what can be wrong with a request. `finding_record`: findings as they are stored.
//! - `reply_record`: the answer to a request. `server_answer`: the answer of the developer's own server.
//! - `row_content`: what was in an event and what was answered, for its row; `row_words` makes words of it.
//! - `replay_run`: stored events sent again, and how the answers compare.
//! - `team_mark`: the relay that an event came from, and the desktop whose tap it is.
//! - `annotation`: a person's pin and note. `json`: an event and a replay as JSON. `report`: an event in Markdown.

/// Declares an enum with the spellings that the database, JSON and the filter language share.
macro_rules! spelled {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$doc])* $variant),+ }

        impl $name {
            /// The spelling in the database, in JSON and in filters.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The value of that spelling, if there is one.
            pub fn from_spelling(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

mod annotation;
pub mod diagnosis;
mod finding_record;
mod headers;
mod id_runs;
mod json;
mod raw_request;
mod replay_run;
mod reply_record;
mod report;
mod row_content;
mod row_words;
mod server_answer;
mod stored_capture;
mod team_mark;

pub use annotation::{Annotation, AnnotationChange, LONGEST_NOTE, tidy_note};
pub use finding_record::{FindingRecord, read_findings, write_findings};
pub use headers::Headers;
pub(crate) use headers::header_pairs;
pub use id_runs::IdRuns;
pub use json::{EventView, event_json, finding_json, header_text, message_view, milliseconds, replay_json};
pub use raw_request::RawRequest;
pub use replay_run::{
    Against, Baseline, Replay, ReplayForm, ReplayId, ReplayMode, ReplayRun, ReplaySummary, RunEnd, RunId, SentRequest,
    StoredReplay, StoredRun, Verdict, VerdictCounts,
};
pub use reply_record::{Reply, ReplyEnd, ReplySource, ReplySummary};
pub use report::event_report;
pub use row_content::{EventContent, ReplyContent};
pub use row_words::{ReplyMeaning, content_words, reply_words, summary_words};
pub use server_answer::{ForwardProblem, ForwardState, ReplayObstacle, ServerAnswer};
pub use stored_capture::{
    Capture, CaptureId, CaptureSummary, Envelope, GroupKey, HANDSHAKE, Mode, Placement, Signature, StoredCapture,
    UNREADABLE,
};
pub use team_mark::{EventOrigin, TeamMark};

/// The header of requests that this program sends itself. With the value of [`OwnMark`](crate::account::OwnMark) they are never
/// taken for a user's action.
pub const OWN_HEADER: &str = "x-menuscope";
