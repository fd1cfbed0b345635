//! Menus, coverage and resolutions for people.

use crate::capture::diagnosis::Severity;
use crate::commands::output::{Output, local_time, quoted};
use crate::coverage::Coverage;
use crate::texts::Language;
use crate::wechat::custom_menu::{Button, Menu, MenuFile, MenuFinding, Resolution};

/// The menus as trees.
pub(super) fn menus(file: &MenuFile, language: Language) -> String {
    let mut lines = Vec::new();
    if file.is_open == Some(false) {
        lines.push(language.text("menu.closed").into_owned());
    }
    if let Some(menu) = &file.default {
        lines.push(heading(&language.text("menu.default"), menu, None));
        lines.extend(tree(menu, language));
    }
    for (index, menu) in file.conditional.iter().enumerate() {
        let rule = menu.rule.iter().flat_map(|rule| &rule.members).filter(|member| !member.value.is_empty());
        let rule: Vec<String> = rule.map(|member| format!("{}={}", member.name, member.value)).collect();
        let title = language.filled("menu.conditional", &[("rule", quoted(&rule.join(", ")))]);
        // The name for `--button`; a menu that is alone needs none.
        let number = file.menus().nth(1).map(|_| MenuFile::number_of(index));
        lines.push(heading(&title, menu, number));
        lines.extend(tree(menu, language));
    }
    lines.join("\n")
}

fn heading(title: &str, menu: &Menu, number: Option<String>) -> String {
    match (&menu.menu_id, number) {
        (Some(id), _) => format!("{title}  menuid {}", quoted(id)),
        (None, Some(number)) => format!("{title}  {number}"),
        (None, None) => title.to_owned(),
    }
}

fn tree(menu: &Menu, language: Language) -> Vec<String> {
    let line = |(path, button): (String, &Button)| {
        let indent = "  ".repeat(path.matches('.').count() + 1);
        format!("{indent}{path}  {}", description(button, language))
    };
    menu.all_buttons().into_iter().map(line).collect()
}

/// The name of a button, its type, and what a tap on it pushes.
fn description(button: &Button, language: Language) -> String {
    let name = quoted(button.name());
    if button.is_parent() {
        return name;
    }
    let kind = quoted(button.value_of("type").unwrap_or("-"));
    let effect = match (button.push(), button.button_type()) {
        (Some(push), _) => format!("→ {} {}", push.kind, quoted(push.key)),
        (None, Some(known)) if known.event.is_some() => language.text("menu.no_key").into_owned(),
        (None, Some(_)) => language.text("menu.never").into_owned(),
        (None, None) => language.text("menu.no_type").into_owned(),
    };
    format!("{name}  {kind}  {effect}")
}

/// The sentence below a list of findings.
pub(super) fn verdict(findings: &[MenuFinding], language: Language) -> String {
    let count = |severity| findings.iter().filter(|finding| finding.code.severity() == severity).count();
    match (count(Severity::Error), count(Severity::Warning)) {
        (0, 0) => language.text("menu.sound").into_owned(),
        (0, warnings) => language.filled("menu.taken", &[("count", warnings.to_string())]),
        (errors, _) => language.filled("menu.refused", &[("count", errors.to_string())]),
    }
}

/// Prints each button with its taps, then the keys in no button.
pub(super) fn coverage(file: &MenuFile, coverage: &Coverage, language: Language, output: Output) -> anyhow::Result<()> {
    let menus: Vec<&Menu> = file.menus().collect();
    let headings = ["button", "name", "pushes", "state", "taps", "illegal", "server", "none", "last"];
    let headings = headings.map(|name| language.text(&format!("menu.heading.{name}")));
    let rows = coverage.buttons.iter().map(|covered| {
        let button = menus.get(covered.menu).and_then(|menu| menu.button_at(&covered.path));
        let push = button.and_then(Button::push);
        let taps = &covered.taps;
        [
            quoted(&file.address(covered.menu, &covered.path)),
            quoted(button.map_or("", Button::name)),
            push.map_or_else(|| "-".to_owned(), |push| format!("{} {}", push.kind, quoted(push.key))),
            language.text(&format!("menu.state.{}", covered.state.as_str())).into_owned(),
            taps.count.to_string(),
            taps.outcomes.illegal.to_string(),
            taps.outcomes.server_failed.to_string(),
            taps.outcomes.unanswered.to_string(),
            taps.last.map_or_else(|| "-".to_owned(), local_time),
        ]
    });
    output.lines(headings.each_ref().map(|heading| &**heading), rows)?;
    for stray in &coverage.stray {
        let details =
            [("kind", stray.kind.clone()), ("key", quoted(&stray.key)), ("count", stray.taps.count.to_string())];
        let mut line = language.filled("menu.stray", &details);
        if let Some(former) = &stray.former {
            let details =
                [("name", quoted(&former.name)), ("path", former.path.clone()), ("time", local_time(former.since))];
            line.push_str(&language.filled("menu.former", &details));
        }
        crate::commands::output::print_line(&line)?;
    }
    Ok(())
}

/// The menu that the user sees, and the outcome of each rule.
pub(super) fn resolution(file: &MenuFile, resolution: &Resolution, language: Language) -> String {
    let named = |index: usize| {
        let id = file.conditional.get(index).and_then(|menu| menu.menu_id.as_deref());
        id.map_or_else(|| MenuFile::number_of(index), |id| format!("menuid {}", quoted(id)))
    };
    let mut lines = vec![match resolution.chosen {
        Some(index) => language.filled("menu.sees_conditional", &[("menu", named(index))]),
        None => language.text("menu.sees_default").into_owned(),
    }];
    for (index, outcome) in &resolution.steps {
        let (sentence, value) = outcome.sentence();
        let reason = language.filled(sentence, &[("value", quoted(&value))]);
        lines.push(format!("  {}: {reason}", named(*index)));
    }
    if let Some(menu) = resolution.chosen.map_or(file.default.as_ref(), |index| file.conditional.get(index)) {
        lines.extend(tree(menu, language));
    }
    lines.join("\n")
}
