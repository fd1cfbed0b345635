//! Elements of a tree: name, text, spans, and navigation.

use std::ops::Range;

use super::{NONE, Node, TextForm, Tree};

/// An element: a cheap handle into its tree.
#[derive(Clone, Copy)]
pub struct Element<'t, 'a> {
    tree: &'t Tree<'a>,
    index: u32,
}

impl<'t, 'a> Element<'t, 'a> {
    pub(super) const fn new(tree: &'t Tree<'a>, index: u32) -> Self {
        Self { tree, index }
    }

    fn node(self) -> &'t Node<'a> {
        // Handles are made from indices of the arena only, and nodes are never removed.
        &self.tree.nodes[self.index as usize]
    }

    fn at(self, index: u32) -> Option<Self> {
        ((index as usize) < self.tree.nodes.len()).then(|| Self::new(self.tree, index))
    }

    /// The name; `""` for the root of a JSON body.
    pub fn name(self) -> &'t str {
        &self.node().name
    }

    /// The character data, exactly as it was sent.
    ///
    /// CDATA sections and references are joined, and nothing is trimmed. White space that merely separates
    /// child elements is not text.
    pub fn text(self) -> &'t str {
        &self.node().text
    }

    /// The notation of the text.
    pub fn form(self) -> TextForm {
        self.node().form
    }

    /// The span of the whole element; of a JSON member the name and the value, of an array's item the value.
    pub fn span(self) -> Range<usize> {
        self.node().span.range()
    }

    /// The span between the tags; of JSON the value. Of `<a/>` an empty span after it.
    pub fn content_span(self) -> Range<usize> {
        self.node().content.range()
    }

    /// The span of the character data, inside its CDATA markers or quotes, if it is one piece.
    ///
    /// Of several pieces: everything between the tags. Without text: an empty span after the opening tag.
    pub fn text_span(self) -> Range<usize> {
        let node = self.node();
        match node.pieces {
            0 => node.content.range().start..node.content.range().start,
            1 => node.text_at.range(),
            _ => node.content.range(),
        }
    }

    /// Tells whether the element is written `<a/>`.
    pub fn is_self_closing(self) -> bool {
        let node = self.node();
        // `</a>` cannot be empty, and a JSON value cannot either.
        node.content.start == node.span.end
    }

    /// Tells whether there are child elements.
    pub fn has_children(self) -> bool {
        self.node().children
    }

    /// The number of ancestors; 0 for the root.
    pub fn depth(self) -> usize {
        usize::from(self.node().depth)
    }

    /// The child elements in document order.
    pub fn children(self) -> impl Iterator<Item = Self> + use<'t, 'a> {
        let first = if self.has_children() { self.at(self.index + 1) } else { None };
        std::iter::successors(first, |child| child.next_sibling())
    }

    /// The first child of that name.
    pub fn child(self, name: &str) -> Option<Self> {
        self.children().find(|child| child.name() == name)
    }

    /// The text of the first child of that name.
    pub fn text_of(self, name: &str) -> Option<&'t str> {
        Some(self.child(name)?.text())
    }

    /// All children of that name, in document order.
    pub fn children_named<'n>(self, name: &'n str) -> impl Iterator<Item = Self> + use<'t, 'a, 'n> {
        self.children().filter(move |child| child.name() == name)
    }

    /// The parent element; `None` for the root.
    pub fn parent(self) -> Option<Self> {
        self.at(self.node().parent)
    }

    /// The next child of the same parent.
    pub fn next_sibling(self) -> Option<Self> {
        self.at(self.node().next)
    }

    /// The path below the root: `SendPicsInfo/PicList/item[2]/PicMd5Sum`.
    ///
    /// Siblings that share a name are numbered from 1. The path of the root is empty.
    pub fn path(self) -> String {
        let mut steps = Vec::with_capacity(self.depth());
        let mut element = self;
        while let Some(parent) = element.parent() {
            steps.push(element.step(parent));
            element = parent;
        }
        steps.reverse();
        steps.join("/")
    }

    fn step(self, parent: Self) -> String {
        let name = self.name();
        let alike = || parent.children_named(name);
        if alike().nth(1).is_none() {
            return name.to_owned();
        }
        let before = alike().take_while(|sibling| sibling.index != self.index).count();
        format!("{name}[{}]", before + 1)
    }
}

impl PartialEq for Element<'_, '_> {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::addr_eq(self.tree, other.tree) && self.index == other.index
    }
}

impl Eq for Element<'_, '_> {}

impl std::fmt::Debug for Element<'_, '_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Element")
            .field("path", &self.path())
            .field("text", &self.text())
            .field("span", &self.span())
            .finish_non_exhaustive()
    }
}

const _: () = assert!(NONE as usize > super::MAX_ELEMENTS, "NONE is no position");

#[cfg(test)]
mod tests {
    use super::super::Tree;

    #[test]
    fn a_path_numbers_only_siblings_that_share_a_name() {
        let payload = b"<xml><S><P><item><M>a</M></item><item><M>b</M></item></P></S></xml>";
        let tree = Tree::parse(payload).unwrap();
        let paths: Vec<String> = tree.elements().map(|element| element.path()).collect();
        assert_eq!(paths, ["", "S", "S/P", "S/P/item[1]", "S/P/item[1]/M", "S/P/item[2]", "S/P/item[2]/M"]);
    }

    #[test]
    fn parents_children_and_siblings_agree() {
        let tree = Tree::parse(b"<xml><a><b/></a><c/></xml>").unwrap();
        let root = tree.root();
        assert_eq!((root.depth(), root.parent()), (0, None));
        for element in tree.elements() {
            assert!(element.children().all(|child| child.parent() == Some(element)));
        }
        let a = root.child("a").unwrap();
        assert_eq!(a.next_sibling(), root.child("c"));
        assert_eq!(a.child("b").map(|b| b.depth()), Some(2));
        assert_eq!(root.child("b"), None);
    }
}
