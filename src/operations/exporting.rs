//! Events written as fixtures.

use std::path::PathBuf;

use super::OperationError;
use crate::account::Accounts;
use crate::capture::CaptureId;
use crate::engine::Setup;
use crate::exchange::{ExportOptions, ExportPlan, ExportSummary, Format, Pseudonyms, Texts, export};
use crate::progress::Progress;
use crate::store::Reader;
use crate::texts::Language;

/// The form of an export.
#[derive(Debug)]
pub struct ExportOrder {
    pub format: Format,
    /// The file or folder to write.
    pub out: PathBuf,
    /// The treatment of texts where identifiers get pseudonyms; `None` leaves everything as it was received.
    pub pseudonyms: Option<Texts>,
    pub language: Language,
    pub options: ExportOptions,
}

/// Writes these events, which are in ascending order.
pub fn export_events(
    setup: &Setup,
    reader: &Reader,
    ids: &[CaptureId],
    order: ExportOrder,
    accounts: &Accounts,
    progress: &Progress,
) -> Result<ExportSummary, OperationError> {
    let ExportOrder { format, out, pseudonyms, language, options } = order;
    let pseudonyms = pseudonyms.map(|texts| Pseudonyms::open(setup.folder.path(), texts)).transpose()?;
    Ok(export(reader, ids, &ExportPlan { format, out, pseudonyms, language, options }, accounts, progress)?)
}
