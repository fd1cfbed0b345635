//! Findings about requests and replies as the database and packs store them: codes and details, never the words.

use serde::{Deserialize, Serialize};

use super::diagnosis::{Coded, Finding};
use crate::wechat::tree::Place;

/// A finding as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingRecord {
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

/// Findings as records to store.
pub fn write_findings<C: Coded>(findings: &[Finding<C>]) -> Vec<FindingRecord> {
    let written = |finding: &Finding<C>| FindingRecord {
        code: finding.code.as_str().to_owned(),
        details: finding.details.clone(),
        place: finding.place.map(|place| (place.offset, place.line, place.column)),
        length: finding.length,
    };
    findings.iter().map(written).collect()
}

/// Findings from stored records. Codes unknown to this version are left out: there are no words for them.
pub fn read_findings<C: Coded>(written: Vec<FindingRecord>) -> Vec<Finding<C>> {
    let known = |written: FindingRecord| {
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
    use crate::capture::diagnosis::{Code, Diagnosis};

    #[test]
    fn findings_come_back_with_details_and_place() {
        let place = Place { offset: 9, line: 2, column: 3 };
        let mut found = Diagnosis::new(Code::NotWellFormed).with("reason", "\"x\"").at(Some(place));
        found.length = 4;
        let diagnoses = vec![found, Diagnosis::new(Code::Bom)];
        assert_eq!(read_findings::<Code>(write_findings(&diagnoses)), diagnoses);
    }

    #[test]
    fn a_code_of_a_later_version_is_left_out() {
        let written = serde_json::from_str(r#"[{"code":"not-known-yet"},{"code":"bom"}]"#).unwrap();
        assert_eq!(read_findings::<Code>(written), [Diagnosis::new(Code::Bom)]);
    }
}
