//! Text of a body as it is compared: messages in XML are broken into lines alike, however their sender broke them.

/// A piece of markup, by what may stand on the line before and after it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Markup {
    /// A tag that opens an element.
    Open,
    /// A tag that closes one, or what stands alone.
    Close,
    /// `CDATA` and comments, which belong to the value around them.
    Data,
}

/// The text of a body. XML has a line for each tag that follows another tag.
pub(super) fn readable(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    if text.trim_start().starts_with('<') { broken(text.trim()) } else { text.into_owned() }
}

fn broken(xml: &str) -> String {
    let mut lines = String::with_capacity(xml.len());
    let (mut rest, mut former) = (xml, None);
    while let Some(start) = rest.find('<') {
        let (text, markup) = rest.split_at(start);
        let Some((kind, length)) = first_markup(markup) else { break };
        if text.trim().is_empty() && former.is_some_and(|former| is_line_end(former, kind)) {
            lines.push('\n');
        } else {
            lines.push_str(text);
        }
        lines.push_str(&markup[..length]);
        (rest, former) = (&markup[length..], Some(kind));
    }
    lines.push_str(rest);
    lines
}

/// Tells whether a line ends between two pieces of markup. White space within an element is its value.
fn is_line_end(before: Markup, after: Markup) -> bool {
    before != Markup::Data && after != Markup::Data && (before, after) != (Markup::Open, Markup::Close)
}

/// The markup that a text begins with, and its length; `None` if it has no end.
fn first_markup(text: &str) -> Option<(Markup, usize)> {
    let (kind, end) = match text {
        _ if text.starts_with("<![CDATA[") => (Markup::Data, "]]>"),
        _ if text.starts_with("<!--") => (Markup::Data, "-->"),
        _ => (Markup::Open, ">"),
    };
    let length = text.find(end)? + end.len();
    let stands_alone = text.starts_with("</") || text.starts_with("<?") || text[..length].ends_with("/>");
    let kind = if kind == Markup::Open && stands_alone { Markup::Close } else { kind };
    Some((kind, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_broken_alike_however_they_came() {
        let flat = "<xml><A><![CDATA[a><b]]></A><B>1</B><C></C><D/></xml>";
        let lined = "<xml>\n<A><![CDATA[a><b]]></A>\n<B>1</B>\n<C></C>\n<D/>\n</xml>";
        let indented = "\n<xml><A><![CDATA[a><b]]></A>\n    <B>1</B>\r\n\t<C></C><D/>\n\n</xml>\n";
        for body in [flat, lined, indented] {
            assert_eq!(readable(body.as_bytes()), lined);
        }
    }

    #[test]
    fn values_keep_their_white_space_and_what_is_cut_off_stays() {
        for body in ["<A> </A>", "<A> b\n<![CDATA[ c ]]> </A>", "<A>b</A", "success\n", "{\"a\": \"<b> <c>\"}"] {
            assert_eq!(readable(body.as_bytes()), body);
        }
    }
}
