//! The words of the window: in both languages, and all of them there.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops here")]

use std::fs;
use std::path::{Path, PathBuf};

use menuscope::capture::ReplyEnd;
use menuscope::texts::Language;
use menuscope::wechat::fault::Fault;
use menuscope::wechat::reply::ReplyKind;

fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    assert!(!found.is_empty());
    found
}

/// The keys of a locale file by language: nesting is by two blanks, and a leaf is a language's tag.
fn keys(text: &str) -> Vec<(String, &'static str)> {
    let mut path: Vec<&str> = Vec::new();
    let mut keys = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#')) {
        let depth = (line.len() - line.trim_start().len()) / 2;
        let (name, _) = line.trim_start().split_once(':').unwrap();
        path.truncate(depth);
        match Language::ALL.into_iter().find(|language| language.tag() == name) {
            Some(language) => keys.push((path.join("."), language.tag())),
            None => path.push(name),
        }
    }
    keys
}

/// Tells whether a language words this key itself. English has the errors' own messages in place of `user_error.*`.
fn is_worded(key: &str, language: Language) -> bool {
    language.has(key) || (language == Language::English && key.starts_with("user_error."))
}

#[test]
fn every_text_is_there_in_both_languages() {
    for file in files("assets/locales", "yml") {
        let text = fs::read_to_string(&file).unwrap();
        let keys = keys(&text);
        assert!(!keys.is_empty(), "{}", file.display());
        for (key, _) in &keys {
            for language in Language::ALL {
                assert!(is_worded(key, language), "{}: {key} lacks {}", file.display(), language.tag());
                let is_here = keys.contains(&(key.clone(), language.tag()));
                assert_eq!(is_here, language.has(key), "{}: {key}, {}", file.display(), language.tag());
            }
        }
    }
}

#[test]
fn every_key_that_the_code_names_has_its_text() {
    let mut named = 0;
    for file in files("src", "rs") {
        let code = fs::read_to_string(&file).unwrap();
        let code = code.split("#[cfg(test)]\nmod tests").next().unwrap();
        for call in [".text(\"", ".filled(\"", "Self::of(\""] {
            for (start, _) in code.match_indices(call) {
                let key = code[start + call.len()..].split('"').next().unwrap();
                named += 1;
                for language in Language::ALL {
                    assert!(is_worded(key, language), "{} names {key}, which {} lacks", file.display(), language.tag());
                }
            }
        }
    }
    assert!(named > 50, "only {named} keys were found in the code");
}

#[test]
fn every_name_that_ends_a_key_has_its_text() {
    let faults =
        Fault::ALL.iter().flat_map(|fault| ["name", "effect"].map(|part| format!("fault.{}.{part}", fault.name())));
    let kinds = ReplyKind::ALL.iter().map(|kind| format!("reply.kind.{}", kind.as_str()));
    let ends = [ReplyEnd::Answered, ReplyEnd::HungUp, ReplyEnd::Silent, ReplyEnd::Cut, ReplyEnd::Reset];
    let ends = ends.map(|end| format!("detail.end.{}", end.as_str()));
    let sources = ["default", "rule", "held", "forward", "none"].map(|source| format!("detail.source.{source}"));
    let modes = ["verbatim", "resign", "fresh"]
        .iter()
        .flat_map(|mode| ["name", "hint"].map(|part| format!("replay.mode.{mode}.{part}")));
    let forms = ["as-captured", "plain", "encrypted"].map(|form| format!("replay.form.{form}"));
    let verdicts =
        ["new", "same", "different", "fixed", "regressed"].map(|verdict| format!("replay.verdict.{verdict}"));
    let replays = modes.chain(forms).chain(verdicts);
    for key in faults.chain(replays).chain(kinds).chain(ends).chain(sources) {
        for language in Language::ALL {
            assert!(language.has(&key), "{} lacks {key}", language.tag());
        }
    }
}

/// Words that were given up, by language: the window says the field's own instead. Official Chinese page names are quoted
/// in English texts as they are.
const GIVEN_UP: [(&str, &[&str]); 2] = [
    (
        "en",
        &[
            " picked",
            "picked ",
            "legally says",
            "So many",
            "Not told",
            "Spoil",
            "stands here",
            "by your own",
            "crafted",
            "Craft ",
        ],
    ),
    (
        "zh-CN",
        &[
            "应答",
            "令牌",
            "夹具",
            "假名",
            "我方",
            "放行默认",
            "备好",
            "破坏对",
            "自发",
            "虚构",
            "做成规则",
            "每秒若干",
            "编号 %",
            "签名正确",
        ],
    ),
];

#[test]
fn words_that_were_given_up_do_not_come_back() {
    for file in files("assets/locales", "yml") {
        for line in fs::read_to_string(&file).unwrap().lines() {
            let Some((tag, text)) = line.trim().split_once(": \"") else { continue };
            let words = GIVEN_UP.iter().find(|(language, _)| *language == tag).map_or(&[][..], |(_, words)| words);
            for word in words {
                assert!(!text.contains(word), "{}: {text} says {word}", file.display());
            }
        }
    }
}

#[test]
fn a_number_and_the_noun_after_it_agree() {
    let nouns = ["events", "bytes", "fields", "replacements", "problems", "things"];
    for name in ["window", "detail", "removing", "export", "replay", "composer", "rules_screen"] {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("assets/locales/{name}.yml"));
        for line in fs::read_to_string(&file).unwrap().lines().filter(|line| line.trim().starts_with("en:")) {
            for noun in nouns {
                let is_cut = line.contains("Only the first");
                assert!(is_cut || !line.contains(&format!("}} {noun}")), "{name}: {line}");
            }
        }
    }
}
