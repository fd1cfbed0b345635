//! Names and order of everything on each screen, as a screen reader gets them, held as goldens.
//!
//! Made from the story of `--demo` at a fixed time. After a change that is meant, write them anew with
//! `MENUSCOPE_GOLDENS=write cargo test --test window access -- --ignored` and read what changed.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use menuscope::config::{DataFolder, LookConfig};
use menuscope::demo::Plot;
use menuscope::texts::Language;

use super::Window;

/// Deep enough for every tree, and an end to one that holds itself.
const DEEPEST: usize = 60;

impl Window {
    /// One onto the story, in that language.
    fn open_story(language: Language) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = DataFolder::locate(Some(folder.path())).unwrap();
        let now = "2026-11-28T10:02:11Z".parse().unwrap();
        let plot = Plot { now, language, server: "http://127.0.0.1:3000/wx".to_owned() };
        let look = LookConfig { language: Some(language.tag().to_owned()), ..LookConfig::default() };
        plot.write(&data, &look).unwrap();
        let mut window = Self::over(folder);
        window.until("a listener", |window| window.address().is_some());
        window.until_says("ScanResult");
        window.until("rows", |window| window.rows().len() > 10);
        window.settle();
        window
    }

    /// Draws frames until two in a row say the same.
    fn settle(&mut self) {
        let before = std::cell::RefCell::new(String::new());
        self.until("a window that rests", |window| {
            let now = window.spoken();
            let rests = *before.borrow() == now;
            *before.borrow_mut() = now;
            rests
        });
    }

    /// The tree: a line for each node with a name, a value or a state, indented by its depth.
    fn spoken(&self) -> String {
        let mut lines = String::new();
        speak(&self.harness.root(), 0, &mut lines);
        self.without_chance(&lines)
    }

    /// The lines without what differs from machine to machine: port, folder, time zone, and sizes on disk.
    fn without_chance(&self, lines: &str) -> String {
        let address = self.address().unwrap_or_default();
        let folder = self.folder.path().canonicalize().unwrap();
        let lines = lines.replace(&address, "ADDRESS").replace(&folder.display().to_string(), "FOLDER");
        let port = address.rsplit(':').next().unwrap_or_default().to_owned();
        let mut former = "";
        let mut kept = String::new();
        for line in lines.lines() {
            // Each folder has a key of its own for its pseudonyms.
            let is_pseudonym = former.trim_start() == "Image \"becomes\"" || former.trim_start() == "Image \"替换为\"";
            former = line;
            let indent = line.len() - line.trim_start().len();
            if is_pseudonym {
                kept.push_str(&line[..indent]);
                kept.push_str("Label PSEUDONYM\n");
            } else {
                let line = line.replace(&format!(" {port} "), " PORT ").replace(&format!(" {port}:"), " PORT:");
                let line = masked(&line.replace(&format!(" {port}\""), " PORT\""));
                // The rows between which a day ends depend on the time zone.
                let is_day = ["Label \"DATE 2026\"", "Label \"2026年DATE\""].contains(&line.trim_start());
                if !is_day {
                    kept.push_str(&line);
                    kept.push('\n');
                }
            }
        }
        kept
    }
}

/// A line with clock times, dates and sizes as placeholders.
fn masked(line: &str) -> String {
    let mut masked = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(c) = rest.chars().next() {
        let found = [clock(rest), date(rest), size(rest), created(rest), stand_in(rest)].into_iter().flatten().next();
        // A number within a longer word is no time.
        let is_inside = masked.chars().next_back().is_some_and(|before| before.is_ascii_alphanumeric());
        if let Some((length, name)) = found.filter(|_| !is_inside) {
            masked.push_str(name);
            rest = &rest[length..];
        } else {
            masked.push(c);
            rest = &rest[c.len_utf8()..];
        }
    }
    masked
}

/// The length of what fits a pattern in which `0` stands for a digit.
fn fits(text: &str, pattern: &str) -> Option<usize> {
    let fit = pattern.bytes().zip(text.bytes().map(Some).chain(std::iter::repeat(None)));
    let is_fit = |(wanted, found): (u8, Option<u8>)| match wanted {
        b'0' => found.is_some_and(|byte| byte.is_ascii_digit()),
        other => found == Some(other),
    };
    fit.into_iter().all(is_fit).then_some(pattern.len())
}

fn clock(text: &str) -> Option<(usize, &'static str)> {
    ["00:00:00.000000", "00:00:00.000", "00:00:00", "00:00"]
        .iter()
        .find_map(|pattern| fits(text, pattern))
        .map(|length| (length, "TIME"))
}

fn date(text: &str) -> Option<(usize, &'static str)> {
    let written = [
        "Friday, 27 November",
        "Saturday, 28 November",
        "Sunday, 29 November",
        "11月27日 星期五",
        "11月28日 星期六",
        "11月29日 星期日",
        "11-26",
        "11-27",
        "11-28",
        "11-29",
        "28 Nov",
        "27 Nov",
        "26 Nov",
        "29 Nov",
        "11 月 28 日",
        "11 月 27 日",
        "11 月 29 日",
        "11月28日",
        "11月27日",
        "11月29日",
    ];
    let plain = fits(text, "0000-00-00");
    let words = || written.iter().find(|date| text.starts_with(**date)).map(|date| date.len());
    plain.or_else(words).map(|length| (length, "DATE"))
}

/// A `CreateTime`: a composed message has that of this moment.
fn created(text: &str) -> Option<(usize, &'static str)> {
    let length = fits(text, "0000000000")?;
    let is_longer = text.as_bytes().get(length).is_some_and(u8::is_ascii_digit);
    (!is_longer).then_some((length, "SECONDS"))
}

/// A pseudonym, which is another one in each data folder: of the shape of an identifier, and not the story's own.
fn stand_in(text: &str) -> Option<(usize, &'static str)> {
    /// The beginnings of `OpenID`s, accounts and `AppID`s with their whole lengths, and those of the story.
    const SHAPES: [(&str, usize, &str); 3] =
        [("o", 28, "oMgHV"), ("gh_", 15, "gh_e136c6e50636"), ("wx", 18, "wxb11529c136998cb6")];
    let is_character = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let length = text.bytes().take_while(|byte| is_character(*byte)).count();
    let is_shaped = |(beginning, whole, own): (&str, usize, &str)| {
        length == whole && text.starts_with(beginning) && !text.starts_with(own)
    };
    SHAPES.into_iter().any(is_shaped).then_some((length, "PSEUDONYM"))
}

fn size(text: &str) -> Option<(usize, &'static str)> {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').filter(|digits| *digits > 0)?;
    let rest = &text[digits..];
    let blank = rest.chars().next().filter(|c| c.is_whitespace()).map_or(0, char::len_utf8);
    let is_whole = |unit: &&&str| {
        let after = rest[blank..].strip_prefix(**unit);
        after.is_some_and(|after| !after.starts_with(char::is_alphanumeric))
    };
    let unit = ["KiB", "MiB", "GiB", "B"].iter().find(is_whole)?;
    Some((digits + blank + unit.len(), "SIZE"))
}

fn speak(node: &egui_kittest::Node<'_>, depth: usize, lines: &mut String) {
    let inner = node.accesskit_node();
    let role = format!("{:?}", inner.role());
    // A run of text repeats the value of its parent.
    if role == "TextRun" || depth > DEEPEST {
        return;
    }
    let mut said = String::new();
    for text in [inner.label(), inner.value()].into_iter().flatten().filter(|text| !text.is_empty()) {
        write!(said, " {:?}", text.replace('\u{a0}', " ")).unwrap();
    }
    let states = [
        (inner.is_selected() == Some(true), "selected"),
        (inner.data().toggled() == Some(egui::accesskit::Toggled::True), "on"),
        (inner.is_disabled(), "disabled"),
        (inner.data().supports_action(egui::accesskit::Action::Focus), "tab stop"),
    ];
    let states: Vec<&str> = states.iter().filter(|(is_so, _)| *is_so).map(|(_, name)| *name).collect();
    // The index is filled in idle time: whether it is behind depends on the moment.
    let is_passing = ["not in the index yet", "尚未编入索引"].iter().any(|passing| said.contains(passing));
    let is_spoken = !is_passing && (!said.is_empty() || !states.is_empty());
    if is_spoken {
        let states = if states.is_empty() { String::new() } else { format!(" ({})", states.join(", ")) };
        writeln!(lines, "{}{role}{said}{states}", "  ".repeat(depth)).unwrap();
    }
    for child in node.children() {
        speak(&child, depth + usize::from(is_spoken), lines);
    }
}

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/access/{name}.txt"))
}

/// Compares what the window says with its golden, or writes that anew.
///
/// Of a dialog only what it adds counts: the window behind it, `behind`, has a golden of its own.
fn check(window: &mut Window, language: Language, screen: &str, behind: &str) -> Result<(), String> {
    window.settle();
    let path = golden(&format!("{screen}.{}", language.tag()));
    let spoken = window.spoken();
    let spoken = spoken.strip_prefix(behind).unwrap_or(&spoken).to_owned();
    if std::env::var_os("MENUSCOPE_GOLDENS").is_some_and(|value| value == "write") {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &spoken).unwrap();
        return Ok(());
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    if kept == spoken {
        return Ok(());
    }
    let first = kept.lines().zip(spoken.lines()).position(|(was, is)| was != is);
    let at = first.unwrap_or_else(|| kept.lines().count().min(spoken.lines().count()));
    let line = |text: &str| text.lines().nth(at).unwrap_or("(the end)").to_owned();
    Err(format!("{}, line {}:\n  golden: {}\n  window: {}", path.display(), at + 1, line(&kept), line(&spoken)))
}

/// Controls that a person can reach and that have no name.
fn nameless(window: &Window) -> Vec<String> {
    let reached = |node: &egui_kittest::Node<'_>| {
        let inner = node.accesskit_node();
        let is_control =
            !matches!(format!("{:?}", inner.role()).as_str(), "GenericContainer" | "Window" | "ScrollView");
        let has_name = inner.label().is_some_and(|label| !label.trim().is_empty())
            || inner.value().is_some_and(|value| !value.trim().is_empty())
            || inner.placeholder().is_some_and(|text| !text.trim().is_empty());
        (is_control && inner.data().supports_action(egui::accesskit::Action::Focus) && !has_name)
            .then(|| format!("{:?} at {:?}", inner.role(), node.rect()))
    };
    let mut found = Vec::new();
    let mut waiting = vec![window.harness.root()];
    while let Some(node) = waiting.pop() {
        found.extend(reached(&node));
        waiting.extend(node.children());
    }
    found
}

#[test]
fn each_screen_says_what_its_golden_says_in_both_languages() {
    let mut different = Vec::new();
    for language in Language::ALL {
        let mut window = Window::open_story(language);
        different.extend(check(&mut window, language, "events", "").err());
        for (screen, key) in [
            ("board", "board.rail"),
            ("rules", "window.rail.rules"),
            ("replays", "replay.title"),
            ("compose", "composer.rail"),
            ("reach", "reach.title"),
            ("settings", "window.rail.settings"),
        ] {
            let name = language.text(key);
            let tab = window
                .harness
                .query_all_by_label(&name)
                .find(|node| format!("{:?}", node.accesskit_node().role()) == "Tab");
            tab.unwrap().click();
            window.harness.step();
            different.extend(check(&mut window, language, screen, "").err());
            assert_eq!(nameless(&window), Vec::<String>::new(), "{screen} {language:?}");
        }
        window.harness.get_by_label(&language.text("first_run.set_up")).click();
        different.extend(check(&mut window, language, "set_up", "").err());
        window.press(Key::Escape);
        window.settle();
        let behind = window.spoken();
        for (screen, modifiers, key) in [
            ("export", Modifiers::NONE, Key::X),
            ("keys", Modifiers::NONE, Key::Questionmark),
            ("palette", Modifiers::COMMAND, Key::K),
        ] {
            window.press_with(modifiers, key);
            different.extend(check(&mut window, language, screen, &behind).err());
            assert_eq!(nameless(&window), Vec::<String>::new(), "{screen} {language:?}");
            window.press(Key::Escape);
        }
    }
    assert!(different.is_empty(), "write the goldens anew if this is meant:\n{}", different.join("\n"));
}
