//! What these tests share: a store in a folder of its own, events to fill it with, and whole folders as values.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use menuscope::account::Accounts;
use menuscope::capture::{CaptureId, RawRequest, StoredCapture};
use menuscope::exchange::{
    ExportOptions, ExportPlan, ExportSummary, FixtureError, Format, ImportSummary, export, import,
};
use menuscope::inspect::inspect;
use menuscope::progress::Progress;
use menuscope::store::{BulkWriter, ImportEvent, Reader};
use menuscope::texts::Language;

use super::recorded::recorded;

/// A store, and room for files beside it.
pub(crate) struct Desk {
    directory: tempfile::TempDir,
    pub(crate) accounts: Accounts,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let desk = Self { directory: tempfile::tempdir().unwrap(), accounts: Accounts::new(Vec::new(), None) };
        fs::create_dir(desk.path("")).unwrap();
        desk.additions();
        desk
    }

    pub(crate) fn holding(events: &[ImportEvent]) -> Self {
        let desk = Self::new();
        desk.additions().import(events).unwrap();
        desk
    }

    /// Where a file of that name is to be.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join("files").join(name)
    }

    /// Everything that stands beside each other there.
    pub(crate) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.path("")).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    pub(crate) fn additions(&self) -> BulkWriter {
        BulkWriter::open(&self.directory.path().join("menuscope.db")).unwrap()
    }

    pub(crate) fn reader(&self) -> Reader {
        Reader::open(&self.directory.path().join("menuscope.db")).unwrap()
    }

    pub(crate) fn ids(&self) -> Vec<CaptureId> {
        (1..=self.reader().newest().unwrap().0).map(CaptureId).collect()
    }

    pub(crate) fn stored(&self, id: i64) -> StoredCapture {
        self.reader().capture(CaptureId(id)).unwrap().unwrap()
    }

    pub(crate) fn try_export(
        &self,
        format: Format,
        name: &str,
        progress: &Progress,
    ) -> Result<ExportSummary, FixtureError> {
        let plan = ExportPlan {
            format,
            out: self.path(name),
            pseudonyms: None,
            language: Language::English,
            options: ExportOptions::default(),
        };
        export(&self.reader(), &self.ids(), &plan, &self.accounts, progress)
    }

    pub(crate) fn export(&self, format: Format, name: &str) -> ExportSummary {
        self.try_export(format, name, &Progress::new()).unwrap()
    }

    pub(crate) fn import(&self, path: &Path) -> ImportSummary {
        import(&[path.to_owned()], &mut self.additions(), &self.accounts, &Progress::new()).unwrap()
    }
}

pub(crate) fn handshake(n: i64) -> ImportEvent {
    let mut recorded = recorded(n, b"");
    let request = RawRequest {
        method: "GET".to_owned(),
        target: "/wx?echostr=123&nonce=1".to_owned(),
        ..recorded.capture.request
    };
    recorded.capture = inspect(request, &Accounts::new(Vec::new(), None)).capture;
    recorded
}

/// One of the bodies of menu events.
pub(crate) fn sample(kind: &str) -> Vec<u8> {
    fs::read(format!("{}/tests/fixtures/samples/{kind}.xml", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// One of each kind that is different on disk.
pub(crate) fn some() -> Vec<ImportEvent> {
    let kinds = ["CLICK", "VIEW", "scancode_push", "scancode_waitmsg", "pic_weixin", "location_select"];
    let mut events: Vec<_> = (0..).zip(kinds).map(|(n, kind)| recorded(n, &sample(kind))).collect();
    events.push(handshake(10));
    events.push(recorded(11, b"{\"MsgType\":\"event\",\"Event\":\"CLICK\",\"FromUserName\":\"o\"}"));
    events.push(recorded(12, b"\0\xffno message"));
    events
}

/// Every file below a folder with its content, by its path.
pub(crate) fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut folders = vec![folder.to_owned()];
    let mut found = BTreeMap::new();
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
                found.insert(name, fs::read(path).unwrap());
            }
        }
    }
    found
}
