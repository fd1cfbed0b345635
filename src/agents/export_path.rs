//! Places inside the folder that `--export-dir` names; everything else is refused.

use std::path::{Component, Path, PathBuf};

use super::tool_error::ToolError;

/// The path of an export below `folder`. It has to be relative, without `..`, and no link may lead out of the folder.
pub(super) fn inside(folder: &Path, out: &str) -> Result<PathBuf, ToolError> {
    let refused = |why: &str| {
        ToolError::Refused(format!(
            "cannot write an export to {out:?}: {why}; give a relative path below the folder of --export-dir, such as \
             fixtures/clicks"
        ))
    };
    let relative = Path::new(out);
    if out.trim().is_empty() {
        return Err(refused("it names nothing"));
    }
    if !relative.components().all(|part| matches!(part, Component::Normal(_))) {
        return Err(refused("it leads out of that folder"));
    }
    // On other systems a backslash is a part of a name; nobody means it to be.
    if out.contains(['\\', '\0', ':']) {
        return Err(refused("it has a character that paths do not have everywhere"));
    }
    std::fs::create_dir_all(folder).map_err(|error| {
        ToolError::Refused(format!("cannot make the folder of --export-dir ({error}); check its rights"))
    })?;
    let folder = folder
        .canonicalize()
        .map_err(|error| ToolError::Refused(format!("cannot use the folder of --export-dir ({error})")))?;
    let mut path = folder.clone();
    for part in relative.components() {
        path.push(part);
        // Each step, before anything is written: a link may be anywhere on the way.
        if path.symlink_metadata().is_ok_and(|metadata| metadata.is_symlink()) {
            return Err(refused("there is a link on its way"));
        }
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_below_the_folder_are_taken() {
        let directory = tempfile::tempdir().unwrap();
        let folder = directory.path().join("out");
        let root = || folder.canonicalize().unwrap();
        assert_eq!(inside(&folder, "a/b.zip").unwrap(), root().join("a/b.zip"));
        for out in ["", " ", ".", "..", "../x", "a/../../x", "/etc/x", "a/../b", "./a", "a\\b", "C:x", "a\0b"] {
            assert!(inside(&folder, out).is_err(), "{out:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn no_link_leads_out_of_it() {
        let directory = tempfile::tempdir().unwrap();
        let folder = directory.path().join("out");
        std::fs::create_dir(&folder).unwrap();
        std::os::unix::fs::symlink(directory.path(), folder.join("link")).unwrap();
        assert!(inside(&folder, "link/x").is_err());
        assert!(inside(&folder, "link").is_err());
    }
}
