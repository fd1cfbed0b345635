//! Findings about requests and replies to a column and back: codes and what to fill in, never the words.

use serde::{Deserialize, Serialize};

use crate::diagnose::{Coded, Finding};
use crate::wechat::tree::Place;

/// A finding as it stands in the column.
#[derive(Serialize, Deserialize)]
struct Written {
    code: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    details: Vec<(String, String)>,
    /// Offset, line, column.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    place: Option<(usize, u32, u32)>,
    #[serde(default, skip_serializing_if = "is_zero")]
    length: usize,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_zero(length: &usize) -> bool {
    *length == 0
}

/// The column's text; `None` where nothing was found.
pub(super) fn to_json<C: Coded>(findings: &[Finding<C>]) -> Option<String> {
    let written = |finding: &Finding<C>| Written {
        code: finding.code.as_str().to_owned(),
        details: finding.details.clone(),
        place: finding.place.map(|place| (place.offset, place.line, place.column)),
        length: finding.length,
    };
    let written: Vec<_> = findings.iter().map(written).collect();
    (!written.is_empty()).then(|| serde_json::to_string(&written).unwrap_or_default())
}

/// Codes that this version does not know are left out: there are no words for them.
pub(super) fn from_json<C: Coded>(text: Option<&str>) -> Vec<Finding<C>> {
    let written: Vec<Written> = text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let known = |written: Written| {
        let place = written.place.map(|(offset, line, column)| Place { offset, line, column });
        Some(Finding {
            code: C::from_spelling(&written.code)?,
            details: written.details,
            place,
            length: written.length,
        })
    };
    written.into_iter().filter_map(known).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnose::{Code, Diagnosis};

    #[test]
    fn findings_come_back_with_details_and_place() {
        let place = Place { offset: 9, line: 2, column: 3 };
        let mut found = Diagnosis::new(Code::NotWellFormed).with("reason", "\"x\"").at(Some(place));
        found.length = 4;
        let diagnoses = vec![found, Diagnosis::new(Code::Bom)];
        let text = to_json(&diagnoses);
        assert_eq!(from_json::<Code>(text.as_deref()), diagnoses);
        assert_eq!(to_json::<Code>(&[]), None);
    }

    #[test]
    fn a_code_of_a_later_version_is_left_out() {
        assert_eq!(
            from_json::<Code>(Some(r#"[{"code":"not-known-yet"},{"code":"bom"}]"#)),
            [Diagnosis::new(Code::Bom)]
        );
    }
}
