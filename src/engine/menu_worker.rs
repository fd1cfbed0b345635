//! The thread `menu`: reads menus from files, texts and the data folder, lints them, and counts their taps.

use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::Receiver;

use super::menu_history_cache::MenuHistoryCache;
use super::notice::{MenuNotice, Notice};
use super::notice_sender::NoticeSender;
use super::worker::Worker;
use crate::account::DEFAULT_ACCOUNT;
use crate::config::{DataFolder, KeptMenu};
use crate::coverage::{Coverage, Taps};
use crate::filter::{Expr, Filter, Term};
use crate::platform_api::PublishCall;
use crate::store::{Reader, StoreError};
use crate::texts::user_error::UserError;
use crate::wechat::custom_menu::{MenuFile, MenuFinding, lint};

/// The largest file that is read as a menu, in bytes; WeChat takes some kilobytes.
const LARGEST: u64 = 2 << 20;

/// Keys in no button that are listed.
const MOST_STRAY: usize = 200;

/// A command about menus. An account is named, or `None` for the default one.
#[derive(Clone, Debug)]
pub enum MenuCommand {
    /// Open the newest menu that was kept for an account, or the one in this file.
    OpenKept { account: Option<String>, path: Option<PathBuf> },
    /// Open the menu in a file.
    OpenFile { path: PathBuf },
    /// Open the menu that a text is.
    OpenText { text: String },
    /// Open the menu among dropped files; all others are to be imported.
    Sort { paths: Vec<PathBuf> },
    /// Lint a menu that is being edited.
    Examine { json: String },
    /// Count the taps on the buttons of a menu: those of its account alone where there are several.
    Count { account: Option<String>, only_its_own: bool, file: Arc<MenuFile> },
    /// Write a menu to a file.
    Save { path: PathBuf, json: String },
    /// Ask WeChat for the account's menus: `menu_calls.rs`.
    Fetch { account: Option<String> },
    /// Publish a menu, which a person has seen and confirmed: `menu_calls.rs`.
    Publish { account: Option<String>, call: PublishCall, json: String },
}

/// The origin of a menu that was opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MenuOrigin {
    /// A file.
    File(PathBuf),
    /// A text from the clipboard.
    Text,
    /// The data folder, where it was kept.
    Kept(KeptMenu),
}

/// A menu that was opened.
#[derive(Clone, Debug)]
pub struct OpenedMenu {
    pub origin: MenuOrigin,
    pub json: String,
    pub file: Arc<MenuFile>,
    pub findings: Vec<MenuFinding>,
}

/// A menu that is being edited, as WeChat would take it.
#[derive(Clone, Debug)]
pub struct ExaminedMenu {
    pub json: String,
    /// `None` for what is no menu any more; then a finding tells why.
    pub file: Option<Arc<MenuFile>>,
    pub findings: Vec<MenuFinding>,
}

/// A file with a menu that cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum MenuFileError {
    /// It cannot be read.
    #[error("cannot read the menu ({source}); check the path and its rights: {}", path.display())]
    Read { source: io::Error, path: PathBuf },
    /// It cannot be written.
    #[error("cannot write the menu ({source}); check the folder and its rights: {}", path.display())]
    Write { source: io::Error, path: PathBuf },
}

impl From<&MenuFileError> for UserError {
    fn from(error: &MenuFileError) -> Self {
        match error {
            MenuFileError::Read { source, path } => {
                Self::of("user_error.menu.file", error).with("cause", source).with("path", path.display())
            }
            MenuFileError::Write { source, path } => {
                Self::of("user_error.menu.write", error).with("cause", source).with("path", path.display())
            }
        }
    }
}

/// Starts the thread.
pub(super) fn start(folder: DataFolder, notices: NoticeSender) -> io::Result<Worker<MenuCommand>> {
    Worker::start("menu", move |commands| {
        let history = MenuHistoryCache::new(folder.clone());
        MenuWorker { folder, notices, history, reader: None }.run(&commands);
    })
}

/// The state of the thread.
struct MenuWorker {
    folder: DataFolder,
    notices: NoticeSender,
    history: MenuHistoryCache,
    /// `None` until there is a database.
    reader: Option<Reader>,
}

impl MenuWorker {
    fn run(mut self, commands: &Receiver<MenuCommand>) {
        while let Ok(command) = commands.recv() {
            let is_open = match self.carry_out(command) {
                Ok(Some(notice)) => self.notices.send(notice),
                Ok(None) => true,
                Err(trouble) => self.notices.send(MenuNotice::Refused { trouble }),
            };
            if !is_open {
                return;
            }
        }
    }

    fn carry_out(&mut self, command: MenuCommand) -> Result<Option<Notice>, UserError> {
        Ok(Some(match command {
            MenuCommand::OpenKept { account, path } => return self.open_kept(account.as_deref(), path),
            MenuCommand::OpenFile { path } => opened(&read(&path)?, MenuOrigin::File(path))?,
            MenuCommand::OpenText { text } => opened(text.as_bytes(), MenuOrigin::Text)?,
            MenuCommand::Sort { paths } => return self.sort(paths),
            MenuCommand::Examine { json } => {
                let file = MenuFile::read(json.as_bytes()).ok().map(Arc::new);
                let findings = lint(json.as_bytes()).unwrap_or_default();
                MenuNotice::Examined(Box::new(ExaminedMenu { json, file, findings })).into()
            }
            MenuCommand::Count { account, only_its_own, file } => {
                let own = account.clone().filter(|_| only_its_own);
                let filter = own.map(|name| Filter::from(Expr::Term(Term::Account(name)))).unwrap_or_default();
                let history = self.history.of(account.as_deref());
                let coverage =
                    self.count(&file, &filter).map_err(|error| UserError::from(&error))?.with_history(&history);
                MenuNotice::Counted { file, coverage: Box::new(coverage) }.into()
            }
            MenuCommand::Save { path, json } => {
                let written = File::create(&path).and_then(|mut file| file.write_all(json.as_bytes()));
                written.map_err(|source| UserError::from(&MenuFileError::Write { source, path: path.clone() }))?;
                MenuNotice::Saved { path }.into()
            }
            // On the runtime: these wait for another computer.
            MenuCommand::Fetch { .. } | MenuCommand::Publish { .. } => return Ok(None),
        }))
    }

    /// Tells the history of an account, and opens the newest of its menus, or the one in that file.
    fn open_kept(&mut self, account: Option<&str>, path: Option<PathBuf>) -> Result<Option<Notice>, UserError> {
        let kept = self.folder.menus(account.unwrap_or(DEFAULT_ACCOUNT)).map_err(|error| UserError::from(&error))?;
        let history = self.history.of(account);
        let in_force = history.newest().cloned().map(Box::new);
        let chosen = match path {
            Some(path) => kept.iter().find(|kept| kept.path == path).cloned(),
            None => kept.first().cloned(),
        };
        if !self.notices.send(MenuNotice::History { kept, in_force }) {
            return Ok(None);
        }
        let Some(chosen) = chosen else { return Ok(None) };
        opened(&read(&chosen.path)?, MenuOrigin::Kept(chosen)).map(Some)
    }

    /// Opens the first menu among the files; hands the others over to be imported.
    fn sort(&self, mut paths: Vec<PathBuf>) -> Result<Option<Notice>, UserError> {
        let menu = paths.iter().position(|path| is_menu(path));
        let path = menu.map(|at| paths.remove(at));
        if !paths.is_empty() && !self.notices.send(MenuNotice::ToImport { paths }) {
            return Ok(None);
        }
        path.map(|path| opened(&read(&path)?, MenuOrigin::File(path))).transpose()
    }

    fn count(&mut self, file: &MenuFile, filter: &Filter) -> Result<Coverage, StoreError> {
        self.reader.take_if(|reader| !reader.is_current());
        let reader = match self.reader.take().map_or_else(|| Reader::open(&self.folder.database()), Ok) {
            Ok(reader) => reader,
            // Nothing was captured yet, or the settings thread is bringing the database up to date.
            Err(StoreError::Absent { .. } | StoreError::Older { .. }) => {
                return Ok(Coverage::of(file, &Taps::default()));
            }
            Err(error) => return Err(error),
        };
        Coverage::read(self.reader.insert(reader), file, filter, MOST_STRAY)
    }
}

/// The notice of a menu that was opened.
pub(super) fn opened(json: &[u8], origin: MenuOrigin) -> Result<Notice, UserError> {
    let file = MenuFile::read(json).map_err(|error| UserError::from(&error))?;
    let findings = lint(json).map_err(|error| UserError::from(&error))?;
    let json = String::from_utf8_lossy(json).into_owned();
    Ok(MenuNotice::Opened(Box::new(OpenedMenu { origin, json, file: Arc::new(file), findings })).into())
}

fn read(path: &Path) -> Result<Vec<u8>, UserError> {
    let problem = |source| UserError::from(&MenuFileError::Read { source, path: path.to_owned() });
    // Opening a named pipe would wait for a writer.
    if !std::fs::metadata(path).map_err(problem)?.is_file() {
        return Err(problem(io::Error::new(io::ErrorKind::InvalidInput, "it is no file")));
    }
    let mut json = Vec::new();
    File::open(path).and_then(|file| file.take(LARGEST).read_to_end(&mut json)).map_err(problem)?;
    Ok(json)
}

/// Tells a menu from other files. Everything else may be an export of events.
fn is_menu(path: &Path) -> bool {
    read(path).is_ok_and(|json| MenuFile::read(&json).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn menus_are_told_from_other_files() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text, expected) in [
            ("menu.json", "{\"button\":[]}", true),
            ("info.txt", "{\"is_menu_open\":1,\"selfmenu_info\":{\"button\":[]}}", true),
            ("event.json", "{\"MsgType\":\"event\"}", false),
            ("har.har", "{\"log\":{\"entries\":[]}}", false),
            ("refusal.json", "{\"errcode\":40001}", false),
            ("xml", "<xml/>", false),
        ] {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            assert_eq!(is_menu(&path), expected, "{name}");
        }
        assert!(!is_menu(folder.path()));
    }

    #[test]
    fn errors_of_files_are_said_in_both_languages() {
        for error in [
            MenuFileError::Read { source: io::Error::other("x"), path: "/a".into() },
            MenuFileError::Write { source: io::Error::other("x"), path: "/a".into() },
        ] {
            UserError::from(&error).assert_said();
        }
    }
}
