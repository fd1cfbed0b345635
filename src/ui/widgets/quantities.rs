//! Quantities in their units: durations in milliseconds, sizes in bytes. No line breaks between number and unit.

use std::time::Duration;

use jiff::SignedDuration;

/// Writes a duration as `1.9 ms` or `154 ms`: from 100 ms on, the tenth says nothing.
pub(in crate::ui) fn milliseconds(duration: Duration) -> String {
    let milliseconds = duration.as_secs_f64() * 1000.0;
    if milliseconds < 100.0 { format!("{milliseconds:.1}\u{a0}ms") } else { format!("{milliseconds:.0}\u{a0}ms") }
}

/// Writes a long duration as `61 s`, `12 min`, `3 h` or `2 d`.
pub(in crate::ui) fn seconds(duration: SignedDuration) -> String {
    /// Units with their lengths in seconds; a unit is used from twice its length on.
    const UNITS: [(i64, &str); 3] = [(86_400, "d"), (3_600, "h"), (60, "min")];
    let whole = duration.as_secs().max(0);
    let unit = UNITS.into_iter().find(|(length, _)| whole >= 2 * length);
    let (length, name) = unit.unwrap_or((1, "s"));
    format!("{}\u{a0}{name}", whole / length)
}

/// Writes a size as `12 B`, `2 KiB` or `1.2 MiB`.
pub(in crate::ui) fn size(bytes: u64) -> String {
    const KIB: f64 = 1024.0;
    let bytes = bytes as f64;
    if bytes < KIB {
        format!("{bytes}\u{a0}B")
    } else if bytes < KIB * KIB {
        format!("{:.0}\u{a0}KiB", bytes / KIB)
    } else {
        format!("{:.1}\u{a0}MiB", bytes / KIB / KIB)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_in_their_unit() {
        assert_eq!(
            (size(12), size(2048), size(3 << 20)),
            ("12\u{a0}B".into(), "2\u{a0}KiB".into(), "3.0\u{a0}MiB".into())
        );
    }

    #[test]
    fn long_durations_are_read_in_their_unit() {
        let written = [0, 61, 119, 120, 7_199, 7_200, 172_800].map(|length| seconds(SignedDuration::from_secs(length)));
        assert_eq!(written.join(" ").replace('\u{a0}', ""), "0s 61s 119s 2min 119min 2h 2d");
    }

    #[test]
    fn a_duration_has_a_tenth_below_100_ms_only() {
        assert_eq!(milliseconds(Duration::from_micros(1_900)), "1.9\u{a0}ms");
        assert_eq!(milliseconds(Duration::from_micros(154_300)), "154\u{a0}ms");
    }
}
