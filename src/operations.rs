//! The operations behind commands and agents: each does its work on the data folder and gives back values, and prints nothing.
//!
//! A command of `commands` and its twin, a tool of [`crate::agents`], call the same function here.
//!
//! - `choosing`: events by number or filter. `listing`: events in their order, and one as JSON. `waiting`: until events arrive.
//! - `explaining`: everything that is known about one event. `linting`: a reply judged. `comparing`: two events compared.
//! - `posting`: events made and posted; `posting/messages` makes them. `replaying`: stored events sent again.
//!   `exporting`: events as fixtures.
//! - `program_state`: what runs, and what is stored. `targets`: the servers that events are sent to.
//! - `operation_error`: errors, each with its remedy.

mod choosing;
mod comparing;
mod explaining;
mod exporting;
mod linting;
mod listing;
mod operation_error;
mod posting;
mod program_state;
mod replaying;
mod targets;
mod waiting;

pub use choosing::{choose, read_filter, stored_event};
pub use comparing::{Comparison, compare};
pub use explaining::{Explanation, explain};
pub use exporting::{ExportOrder, export_events};
pub use linting::{AnsweredEvent, LintedReply, lint_body};
pub use listing::{arrived_after, event_object, newest_matching};
pub use operation_error::OperationError;
pub use posting::{MessageChanges, PostedAnswer, Posting, PostingEnd, made_messages};
pub use program_state::{AccountState, DatabaseState, ProgramState, program_state};
pub use replaying::{AnsweredReplay, change_json, run_json};
pub use targets::{named_target, target};
pub use waiting::{EventWait, WaitEnd, newest_event};

use crate::config::Config;
use crate::engine::Setup;
use crate::texts::Language;

/// The language that the configuration says, even where the rest of it is of no use.
pub fn language(setup: &Setup) -> Language {
    Config::load(&setup.config_file).map_or_else(|_malformed| Language::of_system(), |config| config.look.language())
}
