//! Recognises what programs print when they fail: PHP's messages, and the stack traces of several languages.

use super::findings::quoted;
use super::html_page::Head;
use super::{LintCode, LintFinding};

/// How PHP begins a message, in small letters, where it writes HTML or into a log.
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

/// The same without HTML, where ` on line ` has to follow.
const PHP_PLAIN: [&str; 5] = ["notice: ", "warning: ", "deprecated: ", "fatal error: ", "parse error: "];

/// What a language's trace holds, in small letters: all of one row.
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

/// The output of a failing program, if it is one that is known.
pub(super) fn recognised(head: &Head) -> Option<LintFinding> {
    let text = head.lower();
    let is_php = PHP.iter().any(|mark| text.contains(mark))
        || (PHP_PLAIN.iter().any(|mark| text.starts_with(mark)) && text.contains(" on line "));
    if is_php {
        return Some(LintFinding::new(LintCode::PhpOutput).with("text", quoted(head)));
    }
    let (name, _) = TRACES.iter().find(|(_, marks)| marks.iter().all(|mark| text.contains(mark)))?;
    Some(LintFinding::new(LintCode::StackTrace).with("name", name))
}
