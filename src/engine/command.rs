//! Commands from the window to the engine, grouped by the worker that carries them out.

use super::answering::AnsweringCommand;
use super::arrivals_worker::ArrivalsCommand;
use super::doctor_worker::DoctorRequest;
use super::listing_worker::ListingCommand;
use super::long_jobs::JobCommand;
use super::maintenance_worker::MaintenanceCommand;
use super::menu_worker::MenuCommand;
use super::picture_worker::PictureRequest;
use super::query_worker::QueryCommand;
use super::replay_worker::ReplayRequest;
use super::settings_worker::SettingsCommand;
use super::transfer_worker::TransferCommand;

/// A command for the engine. Each variant belongs to one worker, which matches its own enum in full.
#[derive(Clone, Debug)]
pub enum Command {
    /// The numbers of the captures that match the filter: `listing_worker.rs`.
    Listing(ListingCommand),
    /// Rows, single captures, runs and suggestions, read from the database: `query_worker.rs`.
    Query(QueryCommand),
    /// A run of replays, which waits until earlier runs have ended: `replay_worker.rs`.
    Replay(Box<ReplayRequest>),
    /// Exports, their previews, and imports: `transfer_worker.rs`.
    Transfer(TransferCommand),
    /// Removal of events and care of the database file: `maintenance_worker.rs`.
    Maintenance(MaintenanceCommand),
    /// The checks of `menuscope doctor`: `doctor_worker.rs`.
    Doctor(DoctorRequest),
    /// The time line of arrivals, and the events of alarms: `arrivals_worker.rs`.
    Arrivals(ArrivalsCommand),
    /// Menus, their lint, their coverage, and WeChat's API for them: `menu_worker.rs`, `menu_calls.rs`.
    Menu(MenuCommand),
    /// Listener, accounts and everything else in `config.toml`: `settings_worker.rs`.
    Settings(SettingsCommand),
    /// Picture files to compose an event with: `picture_worker.rs`.
    Pictures(PictureRequest),
    /// The picture at this URL, fetched on the runtime because a person asks for it: `picture_fetcher.rs`.
    FetchPicture { url: String },
    /// Held pushes and the armed fault, carried out at once by the caller's thread: `answering.rs`.
    Answering(AnsweringCommand),
    /// Pause and cancellation of long jobs, carried out at once by the caller's thread: `long_jobs.rs`.
    Job(JobCommand),
}

impl_from_nested!(Command {
    Listing(ListingCommand),
    Query(QueryCommand),
    Transfer(TransferCommand),
    Maintenance(MaintenanceCommand),
    Doctor(DoctorRequest),
    Arrivals(ArrivalsCommand),
    Menu(MenuCommand),
    Settings(SettingsCommand),
    Pictures(PictureRequest),
    Answering(AnsweringCommand),
    Job(JobCommand),
});
