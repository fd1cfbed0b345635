//! Rights of the data folder and its files: messages, places and secrets are their owner's alone.
//!
//! On Windows a folder takes its access list from the one that it is in, which for the default place is the user's own.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// The beginnings of the names of files that belong to a data folder; another program's files are left alone.
#[cfg(unix)]
const OWN_FILES: &[&str] =
    &["menuscope.", "config.toml", "secrets.toml", ".gitignore", "window.ron", "pseudonyms", ".pseudonyms"];

/// Rights of the group and of everybody.
#[cfg(unix)]
const OF_OTHERS: u32 = 0o077;

/// The sticky bit, which a folder for everybody has, such as `/tmp`.
#[cfg(unix)]
const STICKY: u32 = 0o1000;

/// Makes the folder and those above it; a new one is the user's alone.
pub(super) fn create_folder(folder: &Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(folder)
}

/// Options to write a file that only the user can read once it is new.
pub(super) fn private_file() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options
}

/// Takes the rights of others away from an open file, which keeps its mode on opening if it was there before.
#[cfg(unix)]
pub(super) fn restrict(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    // On a disk that cannot be written, there is nothing to be said about what is right already.
    if file.metadata()?.permissions().mode() & 0o777 == 0o600 {
        return Ok(());
    }
    file.set_permissions(std::fs::Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
pub(super) fn restrict(_file: &File) -> io::Result<()> {
    Ok(())
}

/// Takes the rights of others away from the folder and its own files. A folder that is for everybody is left alone.
#[cfg(unix)]
pub(super) fn mend(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let take = |path: &Path, metadata: &std::fs::Metadata| {
        let mode = metadata.permissions().mode();
        if mode & OF_OTHERS == 0 || mode & STICKY != 0 {
            return Ok(());
        }
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode & 0o7777 & !OF_OTHERS))
    };
    let mut outcome = take(folder, &std::fs::metadata(folder)?);
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let is_own = OWN_FILES.iter().any(|own| name.as_encoded_bytes().starts_with(own.as_bytes()));
        // Not followed: a link may lead to a file of another program's.
        if let Ok(metadata) = entry.metadata()
            && is_own
            && metadata.is_file()
        {
            outcome = outcome.and(take(&entry.path(), &metadata));
        }
    }
    outcome
}

#[cfg(not(unix))]
pub(super) fn mend(_folder: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn mode(path: &Path) -> u32 {
        std::fs::metadata(path).unwrap().permissions().mode() & 0o7777
    }

    fn set(path: &Path, mode: u32) {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn rights_of_others_are_taken_away_from_what_is_ours() {
        let directory = tempfile::tempdir().unwrap();
        let folder = directory.path();
        for (name, before) in
            [("menuscope.db", 0o644), ("config.toml", 0o666), ("window.ron", 0o640), ("run.sh", 0o755)]
        {
            std::fs::write(folder.join(name), "").unwrap();
            set(&folder.join(name), before);
        }
        std::os::unix::fs::symlink(folder.join("run.sh"), folder.join("menuscope.link")).unwrap();
        set(folder, 0o755);
        mend(folder).unwrap();
        let modes = ["menuscope.db", "config.toml", "window.ron", "run.sh"].map(|name| mode(&folder.join(name)));
        assert_eq!((mode(folder), modes), (0o700, [0o600, 0o600, 0o600, 0o755]));
        set(folder, 0o1777);
        mend(folder).unwrap();
        assert_eq!(mode(folder), 0o1777);
    }

    #[test]
    fn new_folders_and_files_are_the_users_alone() {
        let directory = tempfile::tempdir().unwrap();
        let folder = directory.path().join("a/b");
        create_folder(&folder).unwrap();
        drop(private_file().open(folder.join("c")).unwrap());
        assert_eq!([mode(&folder), mode(&folder.join("c"))], [0o700, 0o600]);
    }
}
