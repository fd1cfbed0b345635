//! Selections of stored captures: by number, or by filter.

use crate::capture::CaptureId;
use crate::filter::Filter;
use crate::store::{Reader, StoreError};

/// The captures that a command applies to.
#[derive(Clone, Debug)]
pub enum Selection {
    Ids(Vec<CaptureId>),
    /// All captures that match.
    Matching(Box<Filter>),
}

impl Selection {
    /// The numbers of the captures in order of arrival, without duplicates.
    pub fn ids(self, reader: &Reader) -> Result<Vec<CaptureId>, StoreError> {
        match self {
            Self::Ids(mut ids) => {
                ids.sort_unstable();
                ids.dedup();
                Ok(ids)
            }
            Self::Matching(filter) => reader.matching(&filter),
        }
    }
}
