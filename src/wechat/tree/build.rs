//! Builds a tree from the events of a parser, and enforces the limits.

use std::borrow::Cow;

use super::{MAX_DEPTH, MAX_ELEMENTS, NONE, Node, Place, Span, TextForm, TreeError};

/// The beginning of an element.
#[derive(Debug)]
pub(in crate::wechat) struct Tag<'a> {
    pub(in crate::wechat) name: Cow<'a, str>,
    /// The offset of the element.
    pub(in crate::wechat) start: usize,
    /// The offset of its content.
    pub(in crate::wechat) content: usize,
}

/// A tree under construction.
#[derive(Debug)]
pub(in crate::wechat) struct Builder<'a> {
    payload: &'a str,
    nodes: Vec<Node<'a>>,
    open: Vec<OpenElement>,
}

/// An element whose end has not been read yet.
#[derive(Debug)]
struct OpenElement {
    index: u32,
    last_child: u32,
    run: Option<TextRun>,
}

/// The state of an element's text before the character data since the last tag. It is restored if that data
/// turns out to be only white space beside child elements, which is no text.
#[derive(Debug)]
struct TextRun {
    white: bool,
    length: usize,
    form: TextForm,
    pieces: u8,
}

impl<'a> Builder<'a> {
    /// An empty tree over a payload.
    pub(in crate::wechat) fn new(payload: &'a str) -> Self {
        // Genuine bodies have about one element in 40 bytes. The upper bound is for scan results of
        // kilobytes, which are one element.
        let expected = (payload.len() / 32).clamp(8, 64);
        Self { payload, nodes: Vec::with_capacity(expected), open: Vec::with_capacity(8) }
    }

    /// The number of open elements.
    pub(in crate::wechat) const fn depth(&self) -> usize {
        self.open.len()
    }

    /// Tells whether the root has begun.
    pub(in crate::wechat) const fn has_root(&self) -> bool {
        !self.nodes.is_empty()
    }

    /// The name of the innermost open element.
    pub(in crate::wechat) fn open_name(&self) -> Option<&str> {
        let open = self.open.last()?;
        Some(&self.nodes.get(open.index as usize)?.name)
    }

    /// The place of an offset, for an error.
    pub(in crate::wechat) fn place(&self, offset: usize) -> Place {
        Place::at(self.payload.as_bytes(), offset)
    }

    /// The error of a malformed payload at an offset.
    pub(in crate::wechat) fn ill_formed(&self, reason: impl Into<String>, offset: usize) -> TreeError {
        TreeError::NotWellFormed { reason: reason.into(), place: self.place(offset) }
    }

    /// Begins an element inside the innermost open one.
    pub(in crate::wechat) fn open(&mut self, tag: Tag<'a>) -> Result<(), TreeError> {
        if self.open.len() >= MAX_DEPTH {
            let place = self.place(tag.start);
            return Err(TreeError::TooDeep { place });
        }
        if self.nodes.len() >= MAX_ELEMENTS {
            let place = self.place(tag.start);
            return Err(TreeError::TooManyElements { place });
        }
        self.end_run(true);
        let index = self.nodes.len() as u32;
        let mut parent = NONE;
        if let Some(open) = self.open.last_mut() {
            parent = open.index;
            if let Some(before) = self.nodes.get_mut(open.last_child as usize) {
                before.next = index;
            } else if let Some(node) = self.nodes.get_mut(parent as usize) {
                node.children = true;
            }
            open.last_child = index;
        }
        self.nodes.push(Node {
            name: tag.name,
            text: Cow::Borrowed(""),
            span: Span::new(tag.start, tag.content),
            content: Span::new(tag.content, tag.content),
            text_at: Span::new(tag.content, tag.content),
            parent,
            next: NONE,
            depth: self.open.len() as u8,
            pieces: 0,
            form: TextForm::Empty,
            children: false,
        });
        self.open.push(OpenElement { index, last_child: NONE, run: None });
        Ok(())
    }

    /// Adds character data to the innermost open element; `at` is its span.
    pub(in crate::wechat) fn text(&mut self, piece: Cow<'a, str>, form: TextForm, at: Span, white: bool) {
        let Some(open) = self.open.last_mut() else {
            return;
        };
        let Some(node) = self.nodes.get_mut(open.index as usize) else {
            return;
        };
        let run = open.run.get_or_insert(TextRun {
            white: true,
            length: node.text.len(),
            form: node.form,
            pieces: node.pieces,
        });
        run.white &= white;
        if node.pieces == 0 {
            node.text = piece;
            node.text_at = at;
        } else {
            node.text.to_mut().push_str(&piece);
        }
        node.pieces = (node.pieces + 1).min(2);
        node.form = match node.form {
            TextForm::Empty => form,
            same if same == form => same,
            _ => TextForm::Mixed,
        };
    }

    /// Ends the innermost open element: its content at `content`, the element at `end`.
    pub(in crate::wechat) fn close(&mut self, content: usize, end: usize) {
        let beside_children = self.open.last().is_some_and(|open| open.last_child != NONE);
        self.end_run(beside_children);
        let Some(open) = self.open.pop() else { return };
        if let Some(node) = self.nodes.get_mut(open.index as usize) {
            node.span.end = end as u32;
            node.content.end = content as u32;
        }
    }

    /// The arena, after the end of the root.
    pub(super) fn finished(self) -> Vec<Node<'a>> {
        self.nodes
    }

    fn end_run(&mut self, beside_children: bool) {
        let Some(open) = self.open.last_mut() else {
            return;
        };
        let Some(run) = open.run.take() else { return };
        if !(run.white && beside_children) {
            return;
        }
        let Some(node) = self.nodes.get_mut(open.index as usize) else {
            return;
        };
        match &mut node.text {
            Cow::Borrowed(text) => *text = text.get(..run.length).unwrap_or_default(),
            Cow::Owned(text) => text.truncate(run.length),
        }
        node.form = run.form;
        node.pieces = run.pieces;
    }
}
