//! Writes test code in six languages beside a pack.

use std::path::Path;

use crate::exchange::event_folder::CALLBACKS;
use crate::exchange::fixture_error::FixtureError;
use crate::exchange::record::Fixture;
use crate::exchange::writer::{Files, Subfolder, Writer};

/// A file's name in the export, and its text.
pub(super) type Snippet = (&'static str, &'static str);

/// The files of a format, under their names in `assets/snippets` and in the export.
macro_rules! snippets {
    ($folder:literal: $($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../../assets/snippets/", $folder, "/", $name)))),+]
    };
}

pub(super) const PYTEST: &[Snippet] = snippets!("pytest": "requirements.txt", "test_callbacks.py");
pub(super) const NODE: &[Snippet] = snippets!("node": "callbacks.test.js", "package.json");
pub(super) const PHPUNIT: &[Snippet] = snippets!("phpunit": "CallbacksTest.php", "composer.json", "phpunit.xml");
pub(super) const JUNIT: &[Snippet] = snippets!("junit": "pom.xml", "src/test/java/CallbacksTest.java");
pub(super) const GO: &[Snippet] = snippets!("go": "callbacks_test.go", "go.mod");
pub(super) const RUST: &[Snippet] =
    snippets!("rust": "Cargo.toml", "tests/callbacks/main.rs", "tests/callbacks/pack.rs");

/// Files that package managers leave beside test code.
const LOCK_FILES: [&str; 3] = ["Cargo.lock", "composer.lock", "package-lock.json"];

/// The files of every language.
const ALL: [&[Snippet]; 6] = [PYTEST, NODE, PHPUNIT, JUNIT, GO, RUST];

/// Writes a pack into its folder, and the test code beside it.
pub(super) struct TestCode {
    pub(super) pack: Box<dyn Writer>,
    pub(super) files: &'static [Snippet],
}

impl Writer for TestCode {
    fn add(&mut self, event: &Fixture, files: &mut dyn Files) -> Result<(), FixtureError> {
        self.pack.add(event, &mut Subfolder { folder: CALLBACKS, files })
    }

    fn finish(&mut self, files: &mut dyn Files) -> Result<(), FixtureError> {
        self.pack.finish(&mut Subfolder { folder: CALLBACKS, files })?;
        self.files.iter().try_for_each(|(name, text)| files.put(name, text.as_bytes()))
    }
}

/// Tells whether a file at this path is test code, or a lock file, and so holds no event.
pub(in crate::exchange) fn is_one(name: &str) -> bool {
    let mut known = ALL.into_iter().flatten().map(|(file, _)| *file).chain(LOCK_FILES);
    known.any(|file| Path::new(name).ends_with(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_test_code_reads_the_manifest_and_says_how_to_point_it_at_a_server() {
        for files in ALL {
            let code: String = files.iter().map(|(_, text)| *text).collect();
            for needed in ["manifest.json", "request.http", "decoded.json", "MENUSCOPE_TOKEN", "MENUSCOPE_TO"] {
                assert!(code.contains(needed), "{} lacks {needed}", files[0].0);
            }
        }
    }

    #[test]
    fn test_code_is_known_wherever_it_lies_and_nothing_else_is() {
        for name in ["test_callbacks.py", "export/package.json", "a/b/src/test/java/CallbacksTest.java", "Cargo.lock"] {
            assert!(is_one(name), "{name}");
        }
        for name in ["manifest.json", "my_test_callbacks.py", "CallbacksTest.java", "callbacks/000001-CLICK/body.xml"] {
            assert!(!is_one(name), "{name}");
        }
    }
}
