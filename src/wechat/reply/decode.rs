//! Decodes the bytes of a reply.

use super::{Article, PassiveReply, ReplyKind};
use crate::wechat::tree::{Element, Format, Tree};

impl PassiveReply {
    /// Decodes an unencrypted reply in XML or JSON; `None` if the bytes are not one.
    ///
    /// Elements may come in any order and their text in any form. A missing text is empty, and
    /// `ArticleCount` is ignored. Only `MsgType` is trimmed.
    /// A body beyond [`crate::wechat::tree::MAX_BYTES`] is not read.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        match bytes {
            b"" => return Some(Self::Empty),
            b"success" => return Some(Self::Success),
            _ => {}
        }
        Self::of_tree(&Tree::parse(bytes).ok()?)
    }

    /// Decodes a parsed reply; `None` if it has no known `MsgType`.
    pub(in crate::wechat) fn of_tree(tree: &Tree<'_>) -> Option<Self> {
        let root = tree.root();
        let kind = ReplyKind::of_msg_type(root.text_of("MsgType")?.trim())?;
        if kind == ReplyKind::News {
            let articles = items(root, tree.format()).into_iter().map(article).collect();
            return Some(Self::News { articles });
        }
        let mut reply = Self::blank(kind);
        let group = kind.group().map_or(Some(root), |name| root.child(name));
        fill(reply.texts_mut(), group);
        Some(reply)
    }
}

/// The elements of the articles: `item` elements in XML, objects of a list in JSON.
fn items<'t, 'a>(root: Element<'t, 'a>, format: Format) -> Vec<Element<'t, 'a>> {
    let lists = root.children_named("Articles");
    match format {
        Format::Xml => lists.flat_map(|list| list.children_named("item")).collect(),
        // The items of a list are siblings named like it; an empty list is one such element without children.
        Format::Json => lists.filter(|article| article.has_children()).collect(),
    }
}

fn article(item: Element<'_, '_>) -> Article {
    let mut article = Article::default();
    fill(article.texts_mut(), Some(item));
    article
}

fn fill<'r>(texts: impl IntoIterator<Item = (&'static str, &'r mut String)>, group: Option<Element<'_, '_>>) {
    for (name, text) in texts {
        group.and_then(|group| text_of(group, name)).unwrap_or_default().clone_into(text);
    }
}

fn text_of<'t>(group: Element<'t, '_>, name: &str) -> Option<&'t str> {
    // The documentation's table spells it `MusicURL`, as do some SDKs; its example says `MusicUrl`.
    let other = || if name == "MusicUrl" { group.text_of("MusicURL") } else { None };
    group.text_of(name).or_else(other)
}
