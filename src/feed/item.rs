//! One event as the feed gives it out: its JSON, made once for all followers, and the filters that it matches.

use std::sync::OnceLock;

use bytes::Bytes;

use crate::capture::{CaptureId, EventView, StoredCapture, event_json};
use crate::filter::{Expr, Filter, Subject};
use crate::store::{Reader, StoreError};
use crate::texts::Language;
use crate::wechat::tree::Tree;

/// An event with its JSON in both forms, each made when somebody first asks for it.
#[derive(Debug)]
pub(super) struct Item {
    stored: StoredCapture,
    images: Vec<CaptureId>,
    language: Language,
    tree: OnceLock<Option<Tree<'static>>>,
    settled: OnceLock<Bytes>,
    early: OnceLock<Bytes>,
}

impl Item {
    /// Reads an event; `None` where it is removed or deleted.
    pub(super) fn read(reader: &Reader, id: CaptureId, language: Language) -> Result<Option<Self>, StoreError> {
        let Some(stored) = reader.capture(id)? else { return Ok(None) };
        let images = reader.images_of(&stored)?;
        let (settled, early) = (OnceLock::new(), OnceLock::new());
        Ok(Some(Self { stored, images, language, tree: OnceLock::new(), settled, early }))
    }

    pub(super) fn id(&self) -> i64 {
        self.stored.placement.id.0
    }

    /// The bytes that it takes in memory, about: the request, the reply, and the JSON that repeats them.
    pub(super) fn size(&self) -> usize {
        let StoredCapture { capture, reply, .. } = &self.stored;
        let reply = reply.as_ref().map_or(0, |reply| reply.body.len());
        let message = capture.message.as_ref().map_or(0, Vec::len);
        OVERHEAD + 3 * (capture.request.body.len() + message + reply)
    }

    /// The event as JSON on one line, with the line's end. `early`: without its reply.
    pub(super) fn line(&self, early: bool) -> Bytes {
        let line = |stored: &StoredCapture| {
            let view = EventView { stored, images: &self.images, language: self.language };
            Bytes::from(format!("{}\n", event_json(view)))
        };
        if early {
            self.early.get_or_init(|| line(&StoredCapture { reply: None, ..self.stored.clone() })).clone()
        } else {
            self.settled.get_or_init(|| line(&self.stored)).clone()
        }
    }

    /// The event as JSON. `early`: without its reply.
    pub(super) fn json(&self, early: bool) -> Bytes {
        let line = self.line(early);
        line.slice(..line.len() - 1)
    }

    /// Tells whether a filter finds it. `early`: as it arrived.
    pub(super) fn matches(&self, filter: &Filter, early: bool) -> bool {
        if filter.expr == Expr::All {
            return true;
        }
        let StoredCapture { placement, capture, reply, annotation } = &self.stored;
        let tree = self.tree.get_or_init(|| Tree::parse(capture.message()).ok().map(Tree::into_owned));
        let arriving = Subject::arriving(capture, *placement).with_tree(tree.as_ref());
        let reply = reply.as_ref().filter(|_| !early);
        filter.expr.holds(&Subject { reply, annotation: Some(annotation), ..arriving })
    }
}

/// Bytes of an item beside its bodies, about.
const OVERHEAD: usize = 2_048;
