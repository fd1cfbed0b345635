//! The thread `doctor`: makes the checks of `menuscope doctor`, one run at a time, and tells each result as its check ends.

use std::sync::Arc;
use std::sync::mpsc::Receiver;

use tokio::runtime::Runtime;
use tokio::sync::watch;

use super::Setup;
use super::long_jobs::LongJobs;
use super::notice::DoctorNotice;
use super::status::{ListenerState, Status};
use super::worker::Worker;
use crate::delivery::HttpClient;
use crate::progress::Progress;
use crate::reach::{Doctor, PublicAddress};

/// A run of the checks.
#[derive(Clone, Debug)]
pub struct DoctorRequest {
    /// The number that comes back with each result.
    pub number: u64,
    /// The address to check from outside; `None` for the checks of this computer alone.
    pub address: Option<PublicAddress>,
}

/// The state of the thread.
pub(super) struct DoctorWorker {
    pub(super) setup: Setup,
    pub(super) status: watch::Receiver<Arc<Status>>,
    pub(super) runtime: Arc<Runtime>,
    pub(super) http_client: HttpClient,
    pub(super) jobs: LongJobs,
}

impl DoctorWorker {
    pub(super) fn start(self) -> std::io::Result<Worker<DoctorRequest>> {
        Worker::start("doctor", move |requests| self.run(&requests))
    }

    fn run(self, requests: &Receiver<DoctorRequest>) {
        let job = |request: DoctorRequest, progress: &Progress| {
            let is_complete = self.check(&request, progress);
            Ok(Some(DoctorNotice::Ended { number: request.number, is_complete }.into()))
        };
        self.jobs.serve(requests, |_any| Some(Progress::new()), job);
    }

    /// Makes the checks; `false` if they were cancelled.
    fn check(&self, request: &DoctorRequest, progress: &Progress) -> bool {
        let Setup { folder, config_file, overrides } = &self.setup;
        let mut overrides = overrides.clone();
        // The address in use may be another than the one that is configured, as with port 0.
        if let ListenerState::Listening { address } = &self.status.borrow().listener {
            overrides.addr = Some(address.clone());
        }
        let doctor = Doctor { folder, config_file, overrides: &overrides };
        let number = request.number;
        let mut tell = |result| {
            self.jobs.notices.send(DoctorNotice::Checked { number, result: Box::new(result) });
        };
        let checks = doctor.check(request.address.as_ref(), &self.http_client, &mut tell);
        self.runtime.block_on(async {
            tokio::select! {
                biased;
                () = progress.cancelled() => false,
                () = checks => true,
            }
        })
    }
}
