//! The suites that are run, each on an export of its own.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use menuscope::exchange::{ExportOptions, ExportPlan, Format, Pseudonyms, Texts, export};
use menuscope::progress::Progress;
use menuscope::store::{BulkWriter, ImportEvent, Reader};
use menuscope::texts::Language;
use serde_json::Value;

use crate::client::{APP_ID, KEY, TOKEN};
use crate::events::{accounts, events};

/// What the account of the events has, as the test code takes it from the environment.
pub(crate) const SECRETS: &[(&str, &str)] =
    &[("MENUSCOPE_TOKEN", TOKEN), ("MENUSCOPE_AES_KEY", KEY), ("MENUSCOPE_APP_ID", APP_ID)];

pub(crate) const SUITES: [Suite; 5] = [Suite::Pytest, Suite::Node, Suite::Jest, Suite::Go, Suite::Rust];

/// A way to run exported test code.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Suite {
    Pytest,
    Node,
    Jest,
    Go,
    Rust,
}

impl Suite {
    fn format(self) -> Format {
        match self {
            Self::Pytest => Format::Pytest,
            Self::Node | Self::Jest => Format::Node,
            Self::Go => Format::Go,
            Self::Rust => Format::Rust,
        }
    }

    fn command(self) -> Command {
        let command = |program: &Path, arguments: &[&str]| {
            let mut command = Command::new(program);
            command.args(arguments);
            command
        };
        match self {
            Self::Pytest => {
                command(&installed("venv/bin/python"), &["-m", "pytest", "-q", "-rsf", "-p", "no:cacheprovider"])
            }
            Self::Node => command(Path::new("node"), &["--test"]),
            Self::Jest => command(&installed("node/node_modules/.bin/jest"), &["--verbose"]),
            Self::Go => command(Path::new("go"), &["test", "-v"]),
            Self::Rust => command(Path::new(env!("CARGO")), &["test", "--offline"]),
        }
    }

    /// How many checks it says passed; Rust counts kinds of checks, not events.
    pub(crate) fn passes(self, said: &str) -> Option<usize> {
        let before = |word: &str| {
            let words: Vec<&str> = said.split([' ', ',', '\n']).collect();
            words.windows(2).rev().find(|pair| pair[1] == word).and_then(|pair| pair[0].parse().ok())
        };
        let after = |word: &str| said.lines().rev().find_map(|line| line.split_once(word)?.1.trim().parse().ok());
        match self {
            Self::Pytest | Self::Jest => before("passed"),
            Self::Node => after(" pass "),
            Self::Go => Some(said.matches("        --- PASS").count()),
            Self::Rust => None,
        }
    }
}

/// What becomes of identifiers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Identifiers {
    Kept,
    Replaced,
}

/// An export in a folder of its own.
pub(crate) struct ExportSummary {
    suite: Option<Suite>,
    directory: tempfile::TempDir,
}

impl ExportSummary {
    /// Every event; `None` where what it takes to run it is not here, and need not be.
    pub(crate) fn new(suite: Suite) -> Option<Self> {
        Self::of(suite, &events(), Identifiers::Kept)
    }

    pub(crate) fn of(suite: Suite, events: &[ImportEvent], identifiers: Identifiers) -> Option<Self> {
        if suite == Suite::Go && is_missing("go", "apt-get install golang-go") {
            return None;
        }
        let exported = Self { suite: Some(suite), directory: written(suite.format(), events, identifiers) };
        if suite == Suite::Rust {
            // The versions that this project has, so that nothing need be fetched.
            fs::copy(project("Cargo.lock"), exported.path("Cargo.lock")).unwrap();
        }
        Some(exported)
    }

    /// To be read only.
    pub(crate) fn files(format: Format) -> Self {
        Self { suite: None, directory: written(format, &events(), Identifiers::Kept) }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join("export").join(name)
    }

    /// The folder of the first event of that kind that came in that mode.
    pub(crate) fn folder_of(&self, kind: &str, mode: &str) -> String {
        let manifest: Value = serde_json::from_slice(&fs::read(self.path("callbacks/manifest.json")).unwrap()).unwrap();
        let entries = manifest["events"].as_array().unwrap();
        let entry = entries.iter().find(|entry| entry["kind"] == kind && entry["mode"] == mode).unwrap();
        entry["folder"].as_str().unwrap().to_owned()
    }

    /// Runs it in that environment: whether it passed, and what it said.
    pub(crate) fn run(&self, environment: &[(&str, &str)]) -> (bool, String) {
        let suite = self.suite.unwrap();
        let mut command = suite.command();
        command.current_dir(self.path(""));
        for (name, _) in SECRETS {
            command.env_remove(name);
        }
        command
            .env_remove("MENUSCOPE_TO")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("NODE_PATH", installed("node/node_modules"))
            .env("GOCACHE", installed("go-cache"))
            .envs([("GOPROXY", "off"), ("GOTOOLCHAIN", "local"), ("GOFLAGS", "")])
            .env("CARGO_TARGET_DIR", installed("rust"))
            .envs(environment.iter().copied());
        // Cargo takes these exports for one another, as all have one name: the next must not run what this one builds.
        let alone = File::create(installed("rust.lock")).unwrap();
        if suite == Suite::Rust {
            alone.lock().unwrap();
            // What was written before the last build would pass for built.
            for name in ["main.rs", "pack.rs"] {
                let file = File::options().append(true).open(self.path("tests/callbacks").join(name)).unwrap();
                file.set_modified(std::time::SystemTime::now()).unwrap();
            }
        }
        let output =
            command.output().unwrap_or_else(|error| panic!("{suite:?} does not start ({error}): run tests/setup.sh"));
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&said).into_owned())
    }
}

fn written(format: Format, events: &[ImportEvent], identifiers: Identifiers) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let database = directory.path().join("menuscope.db");
    let ids: Vec<_> =
        BulkWriter::open(&database).unwrap().import(events).unwrap().into_iter().map(|added| added.id()).collect();
    let out = directory.path().join("export");
    let pseudonyms =
        (identifiers == Identifiers::Replaced).then(|| Pseudonyms::open(directory.path(), Texts::Replaced).unwrap());
    let plan = ExportPlan {
        format,
        out,
        pseudonyms,
        language: Language::English,
        options: ExportOptions { ignored: vec!["CreateTime".to_owned()], ..ExportOptions::default() },
    };
    let reader = Reader::open(&database).unwrap();
    let exported = export(&reader, &ids, &plan, &accounts(), &Progress::new()).unwrap();
    assert_eq!(exported.events, events.len() as u64);
    directory
}

/// Whether a program is missing, said aloud. Under `CI` it may not be.
#[expect(clippy::print_stderr, reason = "a test that is left out is not left out silently")]
pub(crate) fn is_missing(program: &str, remedy: &str) -> bool {
    let missing = Command::new(program).arg("version").output().is_err();
    let complaint = format!("{program} is not installed, so the test code for it is not tested ({remedy})");
    assert!(!missing || std::env::var_os("CI").is_none(), "{complaint}");
    if missing {
        eprintln!("{complaint}");
    }
    missing
}

pub(crate) fn project(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

/// Where tests/setup.sh puts things, and where these tests keep what they build.
fn installed(name: &str) -> PathBuf {
    let folder = project("target/interop");
    let what = "what runs exported test code is not installed: run tests/setup.sh once";
    assert!(folder.join("installed").exists(), "{what}");
    folder.join(name)
}
