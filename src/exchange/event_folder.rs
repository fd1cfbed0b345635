//! Names of the files and folders of events in an export.

/// The folder of the pack beside test code.
pub(super) const CALLBACKS: &str = "callbacks";

/// Characters of a kind in the name of a folder.
const MOST_KIND: usize = 48;

/// The name of an event's folder or file: `000001-CLICK`. The kind comes from outside: what is no plain letter, digit or
/// sign in it becomes `_`, so that no name leads anywhere or is one that a system keeps for itself.
pub(super) fn folder_name(number: u64, kind: &str) -> String {
    let mut name = format!("{number:06}");
    if !kind.is_empty() {
        let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-') { c } else { '_' };
        name.push('-');
        name.extend(kind.chars().take(MOST_KIND).map(safe));
    }
    // Some systems drop a full stop at the end.
    if name.ends_with('.') {
        name.pop();
        name.push('_');
    }
    name
}

/// Tells whether [`folder_name`] makes names like this.
pub(super) fn is_event_folder(name: &str) -> bool {
    let digits = name.bytes().take_while(u8::is_ascii_digit).count();
    digits >= 6 && name[digits..].bytes().next().is_none_or(|next| next == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_from_outside_makes_a_plain_name() {
        assert_eq!(folder_name(1, "CLICK"), "000001-CLICK");
        assert_eq!(folder_name(1_234_567, "scancode_push"), "1234567-scancode_push");
        assert_eq!(folder_name(2, "../../etc/passwd"), "000002-.._.._etc_passwd");
        assert_eq!(folder_name(3, "a\u{202e}\\b:c\0."), "000003-a__b_c__");
        assert_eq!(folder_name(4, ""), "000004");
        assert_eq!(folder_name(5, &"x".repeat(5000)).len(), 7 + MOST_KIND);
        for name in ["000001-CLICK", "1234567-a", "000004", "000001-CLICK.xml"] {
            assert!(is_event_folder(name), "{name}");
        }
        assert!(!is_event_folder("00001-a") && !is_event_folder("2026-11-26") && !is_event_folder("000001a"));
    }
}
