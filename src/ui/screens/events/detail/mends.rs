//! Diagnoses as the detail shows them: each once, with a button that mends what it is about.

use egui::Ui;

use super::place_path;
use crate::account::SecretName;
use crate::capture::diagnosis::{Code, Diagnosis};
use crate::capture::{Capture, CaptureId, Mode, Signature};
use crate::engine::Status;
use crate::texts::Language;
use crate::ui::action::{Action, Mend};
use crate::ui::look::Look;
use crate::ui::widgets::findings::{FindingClick, FindingView, PlaceDisplay, finding_ui};

/// A finding with its mend.
#[derive(Debug)]
pub(super) struct MendableFinding {
    finding: FindingView,
    /// The locale key of the button and what it names, and the action.
    mend: Option<(&'static str, String, Action)>,
}

impl MendableFinding {
    /// The diagnoses of a capture, the most severe first. Those of the whole account have a banner instead.
    pub(super) fn all(capture: &Capture, language: Language) -> Vec<Self> {
        let own: Vec<Diagnosis> =
            capture.diagnoses.iter().filter(|diagnosis| !diagnosis.code.is_about_account()).cloned().collect();
        let merged = FindingView::merged(&own);
        let mut all: Vec<(_, Self)> = merged
            .iter()
            .map(|diagnosis| {
                let finding = FindingView::of(diagnosis, language);
                (diagnosis.code.severity(), Self { finding, mend: mend(diagnosis, capture) })
            })
            .collect();
        all.sort_by_key(|(severity, _)| std::cmp::Reverse(*severity));
        all.into_iter().map(|(_, finding)| finding).collect()
    }
}

/// The finding about the whole account of a capture, in words, with its mend: for the banner above the list.
#[derive(Debug)]
pub(crate) struct AccountFinding {
    pub(crate) message: String,
    pub(crate) remedy: String,
    /// Words of the button, and its action.
    pub(crate) mend: Option<(String, Action)>,
    code: Code,
    account: String,
}

impl AccountFinding {
    /// The worst such finding of a capture that still holds.
    pub(super) fn of(capture: &Capture, status: &Status, look: &Look) -> Option<Self> {
        let about = capture.diagnoses.iter().filter(|diagnosis| diagnosis.code.is_about_account());
        let about = about.filter(|diagnosis| !is_mended(diagnosis.code, &capture.account, status));
        let diagnosis = about.max_by_key(|diagnosis| diagnosis.code.severity())?;
        let mend = mend(diagnosis, capture).map(|(key, what, action)| (look.filled(key, &[("what", &what)]), action));
        let (message, remedy) = (diagnosis.message(look.language), diagnosis.remedy(look.language));
        Some(Self { account: capture.account.clone(), message, remedy, mend, code: diagnosis.code })
    }

    /// Account and code, by which a banner that was dismissed is known.
    pub(crate) fn key(&self) -> (&str, Code) {
        (&self.account, self.code)
    }
}

/// Tells whether the settings have changed since the event was recorded.
fn is_mended(code: Code, account: &str, status: &Status) -> bool {
    match code {
        Code::TokenMissing => status.accounts.iter().any(|other| other.name == account && other.has_token),
        Code::AppIdMissing => status.config.accounts.get(account).is_some_and(|config| config.app_id.is_some()),
        _ => false,
    }
}

/// The button that mends a diagnosis.
fn mend(diagnosis: &Diagnosis, capture: &Capture) -> Option<(&'static str, String, Action)> {
    let detail = |name: &str| diagnosis.details.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone());
    let account = || capture.account.clone();
    let secret = |key, secret| Some((key, account(), Action::Mend(Mend::EnterSecret { account: account(), secret })));
    match diagnosis.code {
        Code::TokenMissing | Code::CrossSite => secret("mend.enter_token", SecretName::Token),
        Code::TokenForm | Code::SignatureTokenTrimmed | Code::SignatureTokenCase | Code::SignatureTokenFormer => {
            secret("mend.correct_token", SecretName::Token)
        }
        Code::SignatureMismatch if capture.signature == Signature::Invalid => {
            secret("mend.correct_token", SecretName::Token)
        }
        Code::AesKeyMissing => secret("mend.enter_key", SecretName::AesKey),
        Code::AesKeyForm | Code::DecryptFailed => secret("mend.correct_key", SecretName::AesKey),
        Code::SignatureTokenOtherAccount | Code::AppIdOtherAccount => {
            let (account, path) = (detail("account")?, path(capture)?);
            Some(("mend.claim_path", format!("{path} → {account}"), Action::Mend(Mend::ClaimPath { account, path })))
        }
        Code::AppIdMissing => {
            let app_id = detail("found").filter(|found| !found.is_empty())?;
            Some(("mend.set_app_id", app_id.clone(), Action::Mend(Mend::SetAppId { account: account(), app_id })))
        }
        Code::ModeUnexpected => {
            let mode = Mode::from_spelling(&detail("found")?)?;
            Some(("mend.set_mode", mode.as_str().to_owned(), Action::Mend(Mend::SetMode { account: account(), mode })))
        }
        Code::Duplicate => {
            let first = detail("first")?;
            let id = CaptureId(first.parse().ok()?);
            Some(("mend.show_first", first, Action::Select(id)))
        }
        _ => None,
    }
}

/// The path of the request, for the account that claims it; the root would claim everything.
fn path(capture: &Capture) -> Option<String> {
    let path = capture.request.target.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
    (path.starts_with('/') && path.len() > 1).then(|| path.to_owned())
}

/// Draws the diagnoses: a place leads to its bytes, a code to the captures that share it.
pub(super) fn mendable_findings_ui(ui: &mut Ui, findings: &[MendableFinding], look: &Look, actions: &mut Vec<Action>) {
    for MendableFinding { finding, mend } in findings {
        let button = |ui: &mut Ui| {
            let (key, what, action) = mend.as_ref()?;
            ui.button(look.filled(key, &[("what", what)])).clicked().then(|| action.clone())
        };
        let (clicked, mended) = finding_ui(ui, finding, PlaceDisplay::Link, look, button);
        actions.extend(mended);
        match clicked {
            None => {}
            Some(FindingClick::Code(term)) => actions.push(Action::AddToFilter(term)),
            Some(FindingClick::Place(place)) => actions.push(Action::ChooseField(place_path(place.offset))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::test_support::{request, stored};

    fn capture(target: &str, diagnosis: Diagnosis) -> Capture {
        let mut capture = stored(request("POST", target.to_owned(), b"<xml/>"), 403).capture;
        capture.diagnoses = vec![diagnosis];
        capture
    }

    #[test]
    fn each_button_mends_the_account_that_the_diagnosis_is_about() {
        let of = |target, diagnosis: Diagnosis| {
            let capture = capture(target, diagnosis.clone());
            mend(&diagnosis, &capture).map(|(_, _, action)| format!("{action:?}"))
        };
        let other = Diagnosis::new(Code::SignatureTokenOtherAccount).with("account", "shop");
        assert_eq!(
            of("/wx/shop/?a=b", other.clone()).unwrap(),
            r#"Mend(ClaimPath { account: "shop", path: "/wx/shop" })"#
        );
        assert_eq!(of("/?a=b", other), None, "the root belongs to every account");
        assert_eq!(
            of("/", Diagnosis::new(Code::TokenMissing)).unwrap(),
            r#"Mend(EnterSecret { account: "default", secret: Token })"#
        );
        let mode = Diagnosis::new(Code::ModeUnexpected).with("expected", "plain").with("found", "safe");
        assert_eq!(of("/", mode).unwrap(), r#"Mend(SetMode { account: "default", mode: Safe })"#);
        let duplicate = Diagnosis::new(Code::Duplicate).with("first", 3).with("attempt", 2);
        assert_eq!(of("/", duplicate).unwrap(), "Select(CaptureId(3))");
        assert_eq!(of("/", Diagnosis::new(Code::KindUnknown)), None);
    }

    #[test]
    fn a_diagnosis_of_several_parameters_stands_once_and_that_of_the_account_not_at_all() {
        let mut capture = capture("/", Diagnosis::new(Code::TokenMissing));
        for name in ["signature", "timestamp", "nonce"] {
            capture.diagnoses.push(Diagnosis::new(Code::ParameterMissing).with("name", name));
        }
        let all = MendableFinding::all(&capture, Language::English);
        assert_eq!(all.len(), 1);
        let words = all[0].finding.message();
        assert!(words.contains("signature, timestamp, nonce"), "{words}");
    }
}
