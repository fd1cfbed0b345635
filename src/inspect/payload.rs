//! Parses a payload and diagnoses its faults, each with its place.

use serde_json::Value;

use super::characters;
use crate::capture::diagnosis::{Code, Diagnosis};
use crate::wechat::fields::fields;
use crate::wechat::message::{Message, Problem, ProblemKind};
use crate::wechat::tree::{Format, Place, Tree, TreeError};

/// The most differing elements that a diagnosis names.
pub(super) const NAMED_DIFFERENCES: usize = 8;

/// Parses a payload; the reason of a failure is a diagnosis.
pub(super) fn read<'a>(payload: &'a [u8], diagnoses: &mut Vec<Diagnosis>) -> Option<Tree<'a>> {
    match Tree::parse_lenient(payload) {
        Ok(tree) => {
            if tree.has_bom() {
                diagnoses.push(Diagnosis::new(Code::Bom).at(Some(Place::at(payload, 0))));
            }
            characters::diagnose(&tree, payload, diagnoses);
            Some(tree)
        }
        Err(error) => {
            diagnoses.push(unreadable(&error, Format::of(payload)));
            None
        }
    }
}

fn unreadable(error: &TreeError, format: Option<Format>) -> Diagnosis {
    let diagnosis = match error {
        TreeError::Empty => Diagnosis::new(Code::BodyEmpty),
        TreeError::NotUtf8 { .. } => Diagnosis::new(Code::NotUtf8),
        TreeError::NotXmlOrJson { .. } => Diagnosis::new(Code::NotXmlOrJson),
        TreeError::Doctype { .. } => Diagnosis::new(Code::Doctype),
        TreeError::UnknownEntity { name, .. } => Diagnosis::new(Code::EntityUnknown).with("name", name),
        TreeError::NotWellFormed { reason, .. } => {
            let diagnosis = Diagnosis::new(Code::NotWellFormed).with("reason", reason);
            if format == Some(Format::Json) { diagnosis.variant("json") } else { diagnosis }
        }
        TreeError::TooDeep { .. } | TreeError::TooManyElements { .. } | TreeError::TooLarge { .. } => {
            Diagnosis::new(Code::LimitExceeded).with("reason", error)
        }
    };
    diagnosis.at(error.place())
}

/// Reports where a message differs from WeChat's documentation.
pub(super) fn diagnose(message: &Message<'_>, payload: &[u8], diagnoses: &mut Vec<Diagnosis>) {
    let place = |problem: &Problem| problem.span.as_ref().map(|span| Place::at(payload, span.start));
    diagnoses.extend(message.problems.iter().map(|problem| finding(&problem.kind).at(place(problem))));
}

fn finding(problem: &ProblemKind) -> Diagnosis {
    match problem {
        ProblemKind::CreateTimeNotInteger { text } => Diagnosis::new(Code::CreateTimeNotInteger).with("text", text),
        ProblemKind::CountNotNumber { text } => Diagnosis::new(Code::CountNotNumber).with("text", text),
        ProblemKind::CountUnlikeList { count, found } => {
            Diagnosis::new(Code::CountUnlikeList).with("count", count).with("found", found)
        }
        ProblemKind::CoordinateNotNumber { name, text } => {
            Diagnosis::new(Code::CoordinateNotNumber).with("name", name).with("text", text)
        }
        ProblemKind::ScaleNotNumber { text } => {
            Diagnosis::new(Code::NumberExpected).with("name", "Scale").with("text", text)
        }
        ProblemKind::MsgTypeMissing => Diagnosis::new(Code::MsgTypeMissing),
        ProblemKind::EventMissing => Diagnosis::new(Code::EventMissing),
        ProblemKind::KindUnknown { kind } => Diagnosis::new(Code::KindUnknown).with("kind", kind),
        ProblemKind::RootNotXml { name } => Diagnosis::new(Code::RootNotXml).with("name", name),
        ProblemKind::ElementRepeated { name } => Diagnosis::new(Code::ElementRepeated).with("name", name),
        ProblemKind::ElementMissing { name } => Diagnosis::new(Code::ElementMissing).with("name", name),
    }
}

/// Compares the two copies of a message in compat mode: a difference was made on the way, or by the sender.
pub(super) fn compare(outer: &Tree<'_>, inner: &Tree<'_>, diagnoses: &mut Vec<Diagnosis>) {
    let (Value::Object(mut outer), Value::Object(inner)) = (fields(outer.root()), fields(inner.root())) else { return };
    outer.shift_remove("Encrypt");
    let gone = inner.keys().filter(|name| !outer.contains_key(*name));
    let changed = outer.iter().filter(|(name, value)| inner.get(*name) != Some(value)).map(|(name, _)| name);
    let names: Vec<&str> = changed.chain(gone).map(String::as_str).take(NAMED_DIFFERENCES).collect();
    if !names.is_empty() {
        diagnoses.push(Diagnosis::new(Code::CompatDiffers).with("names", names.join(", ")));
    }
}
