//! Tests of encoding and decoding: the bytes of every kind, and round trips.

use std::convert::Infallible;

use proptest::prelude::*;

use super::*;
use crate::wechat::tree::{Format, Tree};

fn address() -> Address {
    Address { to_user: "oUser".to_owned(), from_user: "gh_1".to_owned(), create_time: 1_714_036_504 }
}

fn text(content: &str) -> PassiveReply {
    PassiveReply::Text { content: content.to_owned() }
}

/// A reply of that kind whose texts are the names of their elements.
fn filled(kind: ReplyKind) -> PassiveReply {
    PassiveReply::blank(kind).map_texts(|name, _| Ok::<_, Infallible>(name.to_lowercase())).unwrap()
}

fn xml(reply: &PassiveReply) -> String {
    String::from_utf8(reply.to_bytes(&address(), Format::Xml)).unwrap()
}

fn json(reply: &PassiveReply) -> String {
    String::from_utf8(reply.to_bytes(&address(), Format::Json)).unwrap()
}

/// The elements behind `MsgType`.
fn own_xml(reply: &PassiveReply) -> String {
    let body = xml(reply);
    let (_, own) = body.split_once("</MsgType>\n").unwrap();
    own.strip_suffix("</xml>").unwrap().to_owned()
}

fn own_json(reply: &PassiveReply) -> String {
    let kind = reply.kind().as_str();
    let head = format!(r#"{{"ToUserName":"oUser","FromUserName":"gh_1","CreateTime":1714036504,"MsgType":"{kind}""#);
    json(reply).strip_prefix(&head).unwrap().to_owned()
}

#[test]
fn a_text_is_laid_out_as_documented() {
    assert_eq!(
        xml(&text("hello")),
        "<xml>\n<ToUserName><![CDATA[oUser]]></ToUserName>\n<FromUserName><![CDATA[gh_1]]></FromUserName>\n\
         <CreateTime>1714036504</CreateTime>\n<MsgType><![CDATA[text]]></MsgType>\n\
         <Content><![CDATA[hello]]></Content>\n</xml>"
    );
    assert_eq!(own_json(&text("\"\n")), r#","Content":"\"\n"}"#);
}

#[test]
fn media_stand_in_the_element_of_their_kind() {
    let media = "<MediaId><![CDATA[mediaid]]></MediaId>\n";
    assert_eq!(own_xml(&filled(ReplyKind::Image)), format!("<Image>\n{media}</Image>\n"));
    assert_eq!(own_xml(&filled(ReplyKind::Voice)), format!("<Voice>\n{media}</Voice>\n"));
    assert_eq!(
        own_xml(&filled(ReplyKind::Video)),
        format!(
            "<Video>\n{media}<Title><![CDATA[title]]></Title>\n\
             <Description><![CDATA[description]]></Description>\n</Video>\n"
        )
    );
    assert_eq!(own_json(&filled(ReplyKind::Image)), r#","Image":{"MediaId":"mediaid"}}"#);
}

#[test]
fn music_has_its_elements_in_the_documented_order() {
    assert_eq!(
        own_xml(&filled(ReplyKind::Music)),
        "<Music>\n<Title><![CDATA[title]]></Title>\n<Description><![CDATA[description]]></Description>\n\
         <MusicUrl><![CDATA[musicurl]]></MusicUrl>\n<HQMusicUrl><![CDATA[hqmusicurl]]></HQMusicUrl>\n\
         <ThumbMediaId><![CDATA[thumbmediaid]]></ThumbMediaId>\n</Music>\n"
    );
}

#[test]
fn news_count_their_articles() {
    let reply = filled(ReplyKind::News);
    assert_eq!(
        own_xml(&reply),
        "<ArticleCount>1</ArticleCount>\n<Articles>\n<item>\n<Title><![CDATA[title]]></Title>\n\
         <Description><![CDATA[description]]></Description>\n<PicUrl><![CDATA[picurl]]></PicUrl>\n\
         <Url><![CDATA[url]]></Url>\n</item>\n</Articles>\n"
    );
    assert_eq!(
        own_json(&reply),
        r#","ArticleCount":1,"Articles":[{"Title":"title","Description":"description","PicUrl":"picurl","Url":"url"}]}"#
    );
}

#[test]
fn news_without_articles_are_written_all_the_same() {
    let reply = PassiveReply::News { articles: Vec::new() };
    assert_eq!(own_xml(&reply), "<ArticleCount>0</ArticleCount>\n<Articles>\n</Articles>\n");
    assert_eq!(own_json(&reply), r#","ArticleCount":0,"Articles":[]}"#);
    assert_eq!(PassiveReply::read(xml(&reply).as_bytes()), Some(reply.clone()));
    assert_eq!(PassiveReply::read(json(&reply).as_bytes()), Some(reply));
}

#[test]
fn customer_service_is_named_only_where_somebody_is() {
    assert_eq!(
        own_xml(&filled(ReplyKind::TransferCustomerService)),
        "<TransInfo>\n<KfAccount><![CDATA[kfaccount]]></KfAccount>\n</TransInfo>\n"
    );
    let anybody = PassiveReply::blank(ReplyKind::TransferCustomerService);
    assert_eq!(own_xml(&anybody), "");
    assert_eq!(own_json(&anybody), "}");
}

#[test]
fn empty_texts_are_left_out_only_where_they_are_optional() {
    let video = own_xml(&PassiveReply::blank(ReplyKind::Video));
    assert_eq!(video, "<Video>\n<MediaId><![CDATA[]]></MediaId>\n</Video>\n");
    let music = own_xml(&PassiveReply::blank(ReplyKind::Music));
    assert_eq!(music, "");
    assert_eq!(own_xml(&text("")), "<Content><![CDATA[]]></Content>\n");
    assert_eq!(own_xml(&PassiveReply::blank(ReplyKind::News)).matches("<![CDATA[]]>").count(), 3);
}

#[test]
fn literals_and_raw_bytes_are_sent_to_the_byte() {
    for format in [Format::Xml, Format::Json] {
        assert_eq!(PassiveReply::Success.to_bytes(&address(), format), b"success");
        assert_eq!(PassiveReply::Empty.to_bytes(&address(), format), b"");
        assert_eq!(PassiveReply::Raw(b"\xff\0<".to_vec()).to_bytes(&address(), format), b"\xff\0<");
    }
}

#[test]
fn only_messages_need_an_address() {
    let without: Vec<_> =
        ReplyKind::ALL.into_iter().filter(|kind| !PassiveReply::blank(*kind).needs_address()).collect();
    assert_eq!(without, [ReplyKind::Success, ReplyKind::Empty, ReplyKind::Raw]);
}

#[test]
fn a_blank_reply_is_of_its_kind() {
    for kind in ReplyKind::ALL {
        assert_eq!(PassiveReply::blank(kind).kind(), kind);
    }
}

#[test]
fn the_end_of_cdata_in_a_text_is_split_and_cannot_make_elements() {
    let reply = text("]]></Content><MsgType>x</MsgType>]]>");
    assert_eq!(
        own_xml(&reply),
        "<Content><![CDATA[]]]]><![CDATA[></Content><MsgType>x</MsgType>]]]]><![CDATA[>]]></Content>\n"
    );
    assert_eq!(PassiveReply::read(xml(&reply).as_bytes()), Some(reply));
}

#[test]
fn an_address_is_guarded_like_any_text() {
    let address = Address { to_user: "a]]>\0".to_owned(), ..address() };
    let body = text("x").to_bytes(&address, Format::Xml);
    let tree = Tree::parse(&body).unwrap();
    assert_eq!(tree.root().text_of("ToUserName"), Some("a]]>\u{FFFD}"));
}

#[test]
fn characters_that_xml_cannot_carry_are_replaced_and_no_others() {
    let carried = "\t\n\r ~\u{7f}\u{85}\u{d7ff}\u{e000}\u{feff}\u{fffd}\u{10000}\u{10ffff}";
    assert_eq!(PassiveReply::read(xml(&text(carried)).as_bytes()), Some(text(carried)));
    for character in ['\0', '\u{1}', '\u{8}', '\u{b}', '\u{c}', '\u{e}', '\u{1f}', '\u{fffe}', '\u{ffff}'] {
        let reply = text(&format!("a{character}b"));
        assert_eq!(own_xml(&reply), "<Content><![CDATA[a\u{FFFD}b]]></Content>\n");
        assert_eq!(PassiveReply::read(json(&reply).as_bytes()), Some(reply));
    }
}

#[test]
fn texts_are_mapped_in_the_order_of_their_elements() {
    let articles = vec![Article::default(), Article::default()];
    let mut names = Vec::new();
    let mapped = PassiveReply::News { articles }.map_texts(|name, before| {
        assert_eq!(before, "");
        names.push(name);
        Ok::<_, Infallible>(names.len().to_string())
    });
    let article = |[title, description, pic_url, url]: [&str; 4]| Article {
        title: title.to_owned(),
        description: description.to_owned(),
        pic_url: pic_url.to_owned(),
        url: url.to_owned(),
    };
    let articles = vec![article(["1", "2", "3", "4"]), article(["5", "6", "7", "8"])];
    assert_eq!(mapped, Ok(PassiveReply::News { articles }));
    assert_eq!(names[..4], ["Title", "Description", "PicUrl", "Url"]);
    assert_eq!(names[..4], names[4..]);
}

#[test]
fn the_first_text_that_cannot_be_mapped_ends_it() {
    let mapped = filled(ReplyKind::Music).map_texts(|name, _| Err(name));
    assert_eq!(mapped, Err("Title"));
    let raw = PassiveReply::Raw(b"{{ x }}".to_vec());
    assert_eq!(raw.map_texts(|name, _| Err(name)), Ok(raw.clone()));
}

#[test]
fn what_sdks_write_is_read() {
    let image = PassiveReply::Image { media_id: " m ".to_owned() };
    let body = b"\n<xml>\n  <MsgType> image\n</MsgType>\n  <Image>\n    <MediaId> m </MediaId>\n  </Image>\n\
        <ToUserName>o</ToUserName><CreateTime>0</CreateTime></xml>\n";
    assert_eq!(PassiveReply::read(body), Some(image));
    let body = b"<xml><MsgType>text</MsgType><Content>a &amp; <![CDATA[b]]></Content></xml>";
    assert_eq!(PassiveReply::read(body), Some(text("a & b")));
    let body = b"<xml><MsgType>music</MsgType><Music><MusicURL>u</MusicURL></Music></xml>";
    let Some(PassiveReply::Music { music_url, .. }) = PassiveReply::read(body) else { panic!("no music") };
    assert_eq!(music_url, "u");
}

#[test]
fn the_articles_count_and_not_their_declared_number() {
    let titles = |body: &str| match PassiveReply::read(body.as_bytes()) {
        Some(PassiveReply::News { articles }) => articles.into_iter().map(|article| article.title).collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    let xml = "<xml><ArticleCount>7</ArticleCount><MsgType>news</MsgType><Articles>\
        <item><Title>a</Title></item><item><Url>u</Url></item></Articles></xml>";
    assert_eq!(titles(xml), ["a", ""]);
    let json = r#"{"MsgType":"news","ArticleCount":0,"Articles":[{"Title":"a"},{"Title":"b"}]}"#;
    assert_eq!(titles(json), ["a", "b"]);
    assert_eq!(titles("<xml><MsgType>news</MsgType></xml>").len(), 0);
}

#[test]
fn missing_texts_are_empty() {
    for kind in ReplyKind::ALL.into_iter().filter(|kind| PassiveReply::blank(*kind).needs_address()) {
        let body = format!("<xml><MsgType>{}</MsgType></xml>", kind.as_str());
        let read = PassiveReply::read(body.as_bytes()).unwrap();
        assert_eq!(read.map_texts(|name, text| if text.is_empty() { Ok(String::new()) } else { Err(name) }), Ok(read));
    }
}

#[test]
fn what_is_no_reply_is_not_taken_for_one() {
    let none: [&[u8]; 10] = [
        b"Success",
        b"success\n",
        b"\"success\"",
        b" ",
        b"\xEF\xBB\xBFsuccess",
        br#"{"success":true}"#,
        b"<html><body>502</body></html>",
        b"<xml><Content>x</Content></xml>",
        b"<xml><MsgType>TEXT</MsgType></xml>",
        b"<xml><MsgType>raw</MsgType></xml>",
    ];
    for body in none {
        assert_eq!(PassiveReply::read(body), None, "{}", String::from_utf8_lossy(body));
    }
}

/// Arbitrary text, or pieces of markup.
fn any_text() -> impl Strategy<Value = String> {
    let markup = prop::sample::select(vec!["]]>", "]]", "]", ">", "<", "&amp;", "&", "\"", "\r\n", "{", " ", "中"]);
    prop_oneof![any::<String>(), prop::collection::vec(markup, 0..6).prop_map(|pieces| pieces.concat()),]
}

/// A message of any kind with texts from a small set; news have 0 to 4 articles.
fn any_message() -> impl Strategy<Value = PassiveReply> {
    let kinds: Vec<_> = ReplyKind::ALL.into_iter().filter(|kind| PassiveReply::blank(*kind).needs_address()).collect();
    (prop::sample::select(kinds), 0..5_usize, prop::collection::vec(any_text(), 5)).prop_map(
        |(kind, articles, texts)| {
            let blank = match kind {
                ReplyKind::News => PassiveReply::News { articles: vec![Article::default(); articles] },
                kind => PassiveReply::blank(kind),
            };
            let mut texts = texts.into_iter().cycle();
            blank.map_texts(|name, _| texts.next().ok_or(name)).unwrap()
        },
    )
}

proptest! {
    #[test]
    fn what_was_written_as_json_reads_back(reply in any_message()) {
        let body = reply.to_bytes(&address(), Format::Json);
        prop_assert_eq!(PassiveReply::read(&body), Some(reply));
    }

    #[test]
    fn what_was_written_as_xml_reads_back(reply in any_message()) {
        let carried = |c: char| matches!(u32::from(c), 0x9 | 0xA | 0xD | 0x20..=0xFFFD | 0x1_0000..);
        let expected = reply
            .map_texts(|_, text| {
                let text = text.chars().map(|c| if carried(c) { c } else { char::REPLACEMENT_CHARACTER });
                Ok::<String, Infallible>(text.collect())
            })
            .unwrap();
        let body = reply.to_bytes(&address(), Format::Xml);
        prop_assert_eq!(PassiveReply::read(&body), Some(expected));
    }

    #[test]
    fn arbitrary_bytes_are_an_answer_and_never_a_panic(bytes in prop::collection::vec(any::<u8>(), 1..200)) {
        prop_assert_eq!(PassiveReply::read(&bytes), None);
    }
}
