//! The dependency rule of the map in `src/lib.rs`, held as a table and one loop over the sources.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use layers::{LAYERS, OWNERS, PURE};

#[path = "architecture/layers.rs"]
mod layers;

struct Source {
    path: PathBuf,
    module: String,
    /// Without its tests.
    code: String,
    lines: usize,
}

/// Every source file below `src`, those of tests too, with its text.
fn texts() -> Vec<(PathBuf, String)> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut texts = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                texts.push((path, text));
            }
        }
    }
    texts
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let sources: Vec<Source> = texts()
        .into_iter()
        .filter(|(path, _)| !path.ends_with("tests.rs"))
        .map(|(path, text)| {
            let inside = path.strip_prefix(&root).unwrap();
            let module = inside.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs").to_owned();
            let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
            let code = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
            Source { module, code, lines: text.lines().count(), path }
        })
        .collect();
    assert!(sources.len() > 40, "the sources were not found");
    sources
}

/// Tells whether `code` names `word` as a whole word.
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
fn no_date_is_out_of_range() {
    for Source { path, module, code, .. } in sources() {
        for panicking in ["Timestamp::now", "Zoned::now"] {
            assert!(module == "clock" || !names(&code, panicking), "{} names {panicking}: use `clock`", path.display());
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

/// Words that begin a question or a relative clause, where a caption has a noun or a verb.
const QUESTION_WORDS: &[&str] =
    &["How", "What", "Whatever", "When", "Where", "Whether", "Which", "Who", "Whoever", "Whose", "Why"];

/// The first line of each run of doc comments.
fn captions(text: &str) -> Vec<&str> {
    let mut captions = Vec::new();
    let mut within = false;
    for line in text.lines().map(str::trim_start) {
        let doc = line.strip_prefix("///").or_else(|| line.strip_prefix("//!"));
        captions.extend(doc.filter(|_| !within).map(str::trim));
        within = doc.is_some();
    }
    captions
}

#[test]
fn captions_begin_with_a_noun_or_a_verb() {
    let mut questions = Vec::new();
    for (path, text) in texts() {
        for caption in captions(&text) {
            let first = caption.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
            if QUESTION_WORDS.contains(&first) {
                questions.push(format!("{}: {caption}", path.display()));
            }
        }
    }
    assert!(questions.is_empty(), "captions that do not begin with a noun or a verb:\n{}", questions.join("\n"));
}

#[test]
fn public_types_and_functions_have_a_doc_comment() {
    let mut bare = Vec::new();
    for Source { path, .. } in sources() {
        let text = fs::read_to_string(&path).unwrap();
        let (mut documented, mut in_attribute) = (false, false);
        for line in text.lines().map(str::trim_start).filter(|line| !line.contains('$')) {
            let declares = ["pub fn ", "pub async fn ", "pub const fn ", "pub struct ", "pub enum ", "pub trait "];
            if !documented && declares.iter().any(|start| line.starts_with(start)) {
                bare.push(format!("{}: {line}", path.display()));
            }
            // Attributes stand between a comment and what it is about.
            let is_attribute = line.starts_with("#[") || in_attribute;
            in_attribute = is_attribute && !line.ends_with(']');
            documented = line.starts_with("///") || (documented && is_attribute);
        }
    }
    assert!(bare.is_empty(), "public items without a doc comment:\n{}", bare.join("\n"));
}

/// The name of the type that a line declares.
fn declared_type(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let line = match line.strip_prefix("pub(") {
        Some(rest) => rest.split_once(") ")?.1,
        None => line.strip_prefix("pub ").unwrap_or(line),
    };
    let name = ["struct ", "enum ", "trait ", "type "].iter().find_map(|kind| line.strip_prefix(kind))?;
    name.split(|c: char| !c.is_alphanumeric()).next().filter(|name| !name.is_empty())
}

#[test]
fn a_module_declares_each_type_name_once() {
    let mut declared: BTreeMap<(String, String), PathBuf> = BTreeMap::new();
    let mut twice = Vec::new();
    for Source { path, module, code, .. } in sources() {
        let mut impls = 0;
        for line in code.lines() {
            // Associated types carry the names that their traits give them.
            impls = if line.starts_with("impl") {
                1
            } else if line.starts_with('}') {
                0
            } else {
                impls
            };
            let Some(name) = declared_type(line).filter(|_| impls == 0) else { continue };
            if let Some(other) = declared.insert((module.clone(), name.to_owned()), path.clone()) {
                twice.push(format!("{name}: {} and {}", other.display(), path.display()));
            }
        }
    }
    assert!(twice.is_empty(), "types declared twice in one module:\n{}", twice.join("\n"));
}

#[test]
fn a_file_name_stands_in_two_folders_at_most() {
    let mut folders: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
    for Source { path, .. } in sources() {
        folders.entry(path.file_stem().unwrap().to_str().unwrap().to_owned()).or_default().push(path);
    }
    folders.retain(|_, paths| paths.len() > 2);
    assert!(folders.is_empty(), "names that stand in more than two folders: {folders:#?}");
}

#[test]
fn the_map_names_every_module() {
    let map = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/lib.rs")).unwrap();
    for (module, _) in LAYERS.iter().filter(|(module, _)| *module != "main") {
        assert!(map.contains(&format!("pub mod {module};")), "lib.rs does not declare {module}");
        assert!(map.contains(&format!("[`{module}`]")), "the map in lib.rs does not place {module}");
    }
}
