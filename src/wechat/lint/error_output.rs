//! Recognises the output of failing programs: messages of PHP, and stack traces of several languages.

use super::findings::quoted;
use super::html_page::BodyStart;
use super::{LintCode, LintFinding};

/// Beginnings of PHP messages in HTML and in logs, in lower case.
const PHP: [&str; 10] = [
    "<b>notice</b>:",
    "<b>warning</b>:",
    "<b>deprecated</b>:",
    "<b>fatal error</b>:",
    "<b>parse error</b>:",
    "php notice:",
    "php warning:",
    "php deprecated:",
    "php fatal error:",
    "php parse error:",
];

/// Beginnings of plain PHP messages, which also contain ` on line `.
const PHP_PLAIN: [&str; 5] = ["notice: ", "warning: ", "deprecated: ", "fatal error: ", "parse error: "];

/// Marks of a language's stack trace, in lower case. A trace contains all marks of a row.
const TRACES: [(&str, &[&str]); 9] = [
    ("Python", &["traceback (most recent call last)"]),
    ("Java", &["\tat ", ".java:"]),
    ("Java", &["at ", "(", ".java:"]),
    ("Go", &["goroutine ", "[running]"]),
    ("Node.js", &["\n    at ", ".js:"]),
    (".NET", &["   at ", ".cs:line "]),
    ("Ruby", &[".rb:", ":in "]),
    ("PHP", &["stack trace:", "#0 ", ".php"]),
    ("Rust", &["thread '", "panicked at"]),
];

/// The finding about the output of a failing program, if it is recognised.
pub(super) fn known_output(body: &BodyStart) -> Option<LintFinding> {
    let text = body.lower();
    let is_php = PHP.iter().any(|mark| text.contains(mark))
        || (PHP_PLAIN.iter().any(|mark| text.starts_with(mark)) && text.contains(" on line "));
    if is_php {
        return Some(LintFinding::new(LintCode::PhpOutput).with("text", quoted(body)));
    }
    let (name, _) = TRACES.iter().find(|(_, marks)| marks.iter().all(|mark| text.contains(mark)))?;
    Some(LintFinding::new(LintCode::StackTrace).with("name", name))
}
