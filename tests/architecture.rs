//! The dependency rule of the map in `src/lib.rs`, held as a table and one loop over the sources.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

use std::fs;
use std::path::{Path, PathBuf};

/// Which of our own modules a module may name.
const LAYERS: &[(&str, &[&str])] = &[
    ("wechat", &[]),
    ("waker", &[]),
    ("texts", &[]),
    ("progress", &[]),
    ("log_throttle", &[]),
    ("capture", &["texts", "wechat"]),
    ("filter", &["capture", "texts", "wechat"]),
    ("rules", &["capture", "filter", "texts", "wechat"]),
    ("account", &["capture", "wechat"]),
    ("inspect", &["account", "capture", "texts", "wechat"]),
    ("sample", &["account", "capture", "inspect", "texts", "wechat"]),
    ("config", &["account", "capture", "rules", "texts", "wechat"]),
    ("delivery", &["capture", "texts", "wechat"]),
    ("store", &["capture", "filter", "log_throttle", "progress", "texts", "waker", "wechat"]),
    ("traffic", &["account", "capture", "inspect", "store", "wechat"]),
    ("replay", &["account", "capture", "delivery", "inspect", "progress", "sample", "store", "texts", "wechat"]),
    ("exchange", &["account", "capture", "filter", "inspect", "progress", "store", "texts", "wechat"]),
    (
        "listener",
        &[
            "account",
            "capture",
            "delivery",
            "filter",
            "inspect",
            "log_throttle",
            "rules",
            "store",
            "texts",
            "waker",
            "wechat",
        ],
    ),
    (
        "engine",
        &[
            "account", "capture", "config", "delivery", "exchange", "filter", "inspect", "listener", "progress",
            "replay", "rules", "sample", "store", "texts", "waker", "wechat",
        ],
    ),
    (
        "ui",
        &["account", "capture", "config", "engine", "filter", "inspect", "rules", "sample", "texts", "waker", "wechat"],
    ),
    ("cli", &["account", "capture", "exchange", "filter", "replay", "texts"]),
    (
        "commands",
        &[
            "account", "capture", "cli", "config", "delivery", "engine", "exchange", "filter", "inspect", "progress",
            "replay", "rules", "sample", "store", "texts", "traffic", "ui", "waker", "wechat",
        ],
    ),
    ("main", &[]),
];

/// Which modules may name a library; what is not listed is free to all.
const OWNERS: &[(&str, &[&str])] = &[
    ("quick_xml", &["wechat"]),
    ("jsonc_parser", &["wechat"]),
    ("aes", &["wechat"]),
    ("cbc", &["wechat"]),
    ("rusqlite", &["store"]),
    ("rusqlite_migration", &["store"]),
    ("axum", &["listener"]),
    ("hyper", &["listener", "delivery"]),
    ("hyper_util", &["listener", "delivery"]),
    ("hyper_rustls", &["delivery"]),
    ("egui", &["ui"]),
    ("egui_extras", &["ui"]),
    ("eframe", &["ui"]),
    ("anyhow", &["commands"]),
    ("clap", &["cli", "commands", "main"]),
    ("keyring", &["config"]),
    ("toml_edit", &["config"]),
    ("notify", &["config"]),
    ("minijinja", &["rules"]),
    ("rustix", &["listener"]),
    ("socket2", &["listener"]),
    ("zip", &["exchange"]),
    ("similar", &["replay"]),
    ("quick_junit", &["commands"]),
    ("indicatif", &["commands"]),
    ("rfd", &["ui"]),
];

/// The leaf has no clock, no I/O and no chance.
const PURE: (&str, &[&str]) = (
    "wechat",
    &["std::fs", "std::net", "std::io", "std::time", "SystemTime", "Timestamp::now", "getrandom", "fastrand"],
);

struct Source {
    path: PathBuf,
    module: String,
    /// Without its tests.
    code: String,
    lines: usize,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") && !path.ends_with("tests.rs") {
                let text = fs::read_to_string(&path).unwrap();
                let inside = path.strip_prefix(&root).unwrap();
                let module = inside.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs").to_owned();
                let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
                let code =
                    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
                sources.push(Source { module, code, lines: text.lines().count(), path });
            }
        }
    }
    assert!(sources.len() > 40, "the sources were not found");
    sources
}

/// Whether `code` names `word` as a whole word.
fn names(code: &str, word: &str) -> bool {
    let boundary = |c: Option<char>| !c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    code.match_indices(word).any(|(start, _)| {
        boundary(code[..start].chars().next_back()) && boundary(code[start + word.len()..].chars().next())
    })
}

#[test]
fn every_module_names_only_what_is_below_it() {
    let known: Vec<&str> = LAYERS.iter().map(|(module, _)| *module).collect();
    for Source { path, module, code, .. } in sources() {
        if module == "lib" {
            continue;
        }
        let Some((_, below)) = LAYERS.iter().find(|(layer, _)| *layer == module) else {
            panic!("{}: the module is not in the table", path.display());
        };
        for other in known.iter().filter(|other| **other != module && !below.contains(*other)) {
            let forbidden = format!("crate::{other}");
            assert!(!names(&code, &forbidden), "{} names {forbidden}", path.display());
        }
    }
}

#[test]
fn every_library_is_named_only_by_its_owner() {
    for Source { path, module, code, .. } in sources() {
        for (library, owners) in OWNERS.iter().filter(|(_, owners)| !owners.contains(&module.as_str())) {
            assert!(
                !names(&code, &format!("{library}::")),
                "{} names {library}, which belongs to {owners:?}",
                path.display()
            );
        }
    }
}

#[test]
fn the_leaf_has_no_clock_no_files_and_no_chance() {
    let (leaf, forbidden) = PURE;
    for Source { path, code, .. } in sources().into_iter().filter(|source| source.module == leaf) {
        for word in forbidden {
            assert!(!code.contains(word), "{} names {word}", path.display());
        }
    }
}

#[test]
fn every_file_has_a_caption_and_one_job() {
    for Source { path, lines, .. } in sources() {
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("//! "), "{} does not say in its first line what it is for", path.display());
        assert!(lines <= 500, "{} has {lines} lines: which of its jobs is another file's?", path.display());
        let name = path.file_stem().unwrap().to_str().unwrap();
        assert!(!["utils", "helpers", "manager", "common", "misc"].contains(&name), "{} says nothing", path.display());
    }
}

#[test]
fn the_map_names_every_module() {
    let map = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/lib.rs")).unwrap();
    for (module, _) in LAYERS.iter().filter(|(module, _)| *module != "main") {
        assert!(map.contains(&format!("pub mod {module};")), "lib.rs does not declare {module}");
        assert!(map.contains(&format!("[`{module}`]")), "the map in lib.rs does not place {module}");
    }
}
