//! Trees that own their text, so that a message is parsed once and outlives the bytes of its request.

use std::borrow::Cow;

use super::{Node, Tree};

impl Tree<'_> {
    /// The same tree with its names and texts copied out of the payload.
    pub fn into_owned(self) -> Tree<'static> {
        let Self { nodes, format, bom } = self;
        Tree { nodes: nodes.into_iter().map(Node::into_owned).collect(), format, bom }
    }
}

impl Node<'_> {
    pub(super) fn into_owned(self) -> Node<'static> {
        let Self { name, text, span, content, text_at, parent, next, depth, pieces, form, children } = self;
        let (name, text) = (Cow::Owned(name.into_owned()), Cow::Owned(text.into_owned()));
        Node { name, text, span, content, text_at, parent, next, depth, pieces, form, children }
    }
}
