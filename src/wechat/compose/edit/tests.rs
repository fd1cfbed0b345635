//! Tests of edits: the changed bytes, and the bytes that must not change.

use proptest::prelude::*;

use super::super::{TEMPLATES, template};
use super::*;

fn edits(pairs: &[(&str, &str)]) -> Vec<Edit> {
    let edit = |(name, value): &(&str, &str)| Edit { name: (*name).to_owned(), value: (*value).to_owned() };
    pairs.iter().map(edit).collect()
}

fn changed(body: &str, pairs: &[(&str, &str)]) -> String {
    String::from_utf8(edited(body.as_bytes(), &edits(pairs)).unwrap()).unwrap()
}

fn refused(body: &str, name: &str, value: &str) -> ComposeError {
    edited(body.as_bytes(), &edits(&[(name, value)])).unwrap_err()
}

fn sample(kind: &str) -> &'static str {
    template(kind).unwrap()
}

#[test]
fn one_text_changes_and_nothing_else() {
    let click = sample("CLICK");
    assert_eq!(changed(click, &[("EventKey", "菜单_1")]), click.replace("V1001_TODAY_MUSIC", "菜单_1"));
    assert_eq!(changed(click, &[("CreateTime", "1")]), click.replace("1408090412", "1"));
    assert_eq!(changed(click, &[]), click);
}

#[test]
fn a_name_further_down_is_found_without_its_path() {
    let place = sample("location_select");
    let expected = place.replace(" 广州市海珠区客村艺苑路 106号", " x ");
    assert_eq!(changed(place, &[("Label", " x ")]), expected);
    assert_eq!(changed(place, &[("SendLocationInfo/Label", " x ")]), expected);
}

#[test]
fn an_inner_event_key_is_not_taken_for_the_events() {
    let body = "<xml><ScanCodeInfo><EventKey>in</EventKey></ScanCodeInfo></xml>";
    assert_eq!(
        changed(body, &[("EventKey", "out")]),
        "<xml><ScanCodeInfo><EventKey>in</EventKey></ScanCodeInfo>\
         <EventKey><![CDATA[out]]></EventKey></xml>"
    );
    assert_eq!(changed(body, &[("ScanCodeInfo/EventKey", "x")]), body.replace("in<", "x<"));
}

#[test]
fn a_text_keeps_the_form_of_the_one_before() {
    let body = "<xml><a>1</a><b><![CDATA[2]]></b></xml>";
    assert_eq!(changed(body, &[("a", "<&"), ("b", "<&")]), "<xml><a>&lt;&amp;</a><b><![CDATA[<&]]></b></xml>");
}

#[test]
fn the_end_of_a_cdata_section_inside_a_text_is_split() {
    assert_eq!(
        changed("<xml><b><![CDATA[2]]></b></xml>", &[("b", "x]]>y")]),
        "<xml><b><![CDATA[x]]]]><![CDATA[>y]]></b></xml>"
    );
}

#[test]
fn an_empty_element_is_filled_however_it_is_written() {
    for (body, expected) in [
        ("<xml><P/></xml>", "<xml><P><![CDATA[x]]></P></xml>"),
        ("<xml><P  /></xml>", "<xml><P  ><![CDATA[x]]></P></xml>"),
        ("<xml><P></P></xml>", "<xml><P><![CDATA[x]]></P></xml>"),
        ("<xml><P><![CDATA[]]></P></xml>", "<xml><P><![CDATA[x]]></P></xml>"),
    ] {
        assert_eq!(changed(body, &[("P", "x")]), expected);
    }
    assert_eq!(changed("<xml/>", &[("P", "x")]), "<xml><P><![CDATA[x]]></P></xml>");
}

#[test]
fn a_missing_name_is_added_at_the_end_in_the_layout_around_it() {
    let click = sample("CLICK");
    assert_eq!(
        changed(click, &[("MenuId", "7"), ("New", "x")]),
        click.replace("</EventKey>\n", "</EventKey>\n<MenuId>7</MenuId>\n<New><![CDATA[x]]></New>\n")
    );
    assert_eq!(
        changed("<xml>\n  <a/>\n  <b/>\n</xml>\n", &[("c", "x")]),
        "<xml>\n  <a/>\n  <b/>\n  <c><![CDATA[x]]></c>\n</xml>\n"
    );
}

#[test]
fn a_missing_name_is_added_where_it_belongs() {
    let body = "<xml><SendLocationInfo><Scale>1</Scale>\n</SendLocationInfo>\n</xml>";
    let expected = "<xml><SendLocationInfo><Scale>1</Scale>\n<Poiname><![CDATA[x]]></Poiname>\n\
                    </SendLocationInfo>\n</xml>";
    assert_eq!(changed(body, &[("Poiname", "x")]), expected);
    assert_eq!(changed(body, &[("SendLocationInfo/Poiname", "x")]), expected);
}

#[test]
fn as_many_pictures_are_there_as_were_given() {
    let three = changed(sample("pic_weixin"), &[("PicMd5Sum", "a"), ("PicMd5Sum", "b"), ("PicMd5Sum", "c")]);
    let item = |md5| format!("<item><PicMd5Sum><![CDATA[{md5}]]></PicMd5Sum>\n</item>\n");
    let before = format!("<Count>1</Count>\n<PicList>{}</PicList>", item("5a75aaca956d97be686719218f275c6b"));
    let after = format!("<Count>3</Count>\n<PicList>{}{}{}</PicList>", item("a"), item("b"), item("c"));
    assert_eq!(three, sample("pic_weixin").replace(&before, &after));
    let one = changed(&three, &[("PicMd5Sum", "5a75aaca956d97be686719218f275c6b")]);
    assert_eq!(one, sample("pic_weixin"));
}

#[test]
fn one_picture_for_one_changes_its_sum_alone() {
    let body = sample("pic_sysphoto");
    let expected = body.replace("1b5f7c23b5bf75682a53e7b6d163e185", "00");
    assert_eq!(changed(body, &[("PicMd5Sum", "00")]), expected);
}

#[test]
fn repeated_lists_become_one_and_a_missing_one_is_made() {
    let info = "<xml><SendPicsInfo><Count>2</Count>\n<PicList><item><PicMd5Sum><![CDATA[a]]>\
                </PicMd5Sum>\n</item>\n</PicList>\n</SendPicsInfo>\n</xml>";
    let one = info.replace("<Count>2", "<Count>1");
    let list = "<PicList><item><PicMd5Sum>x</PicMd5Sum></item></PicList>\n";
    let repeated = format!("<xml><SendPicsInfo>{}<Count>9</Count>\n</SendPicsInfo>\n</xml>", list.repeat(3));
    assert_eq!(
        changed(&repeated, &[("PicMd5Sum", "a")]),
        "<xml><SendPicsInfo><PicList><item><PicMd5Sum><![CDATA[a]]></PicMd5Sum>\n</item>\n\
         </PicList>\n<Count>1</Count>\n</SendPicsInfo>\n</xml>"
    );
    let empty = "<xml><SendPicsInfo><Count>0</Count>\n</SendPicsInfo>\n</xml>";
    assert_eq!(changed(empty, &[("PicMd5Sum", "a")]), one);
    let empty = "<xml><SendPicsInfo><Count>0</Count>\n<PicList/>\n</SendPicsInfo>\n</xml>";
    assert_eq!(changed(empty, &[("PicMd5Sum", "a")]), one);
    assert_eq!(changed("<xml>\n</xml>", &[("PicMd5Sum", "a")]), one.replace("</SendPicsInfo>\n", "</SendPicsInfo>"));
}

#[test]
fn a_count_that_lies_can_be_asked_for() {
    let body = changed(sample("pic_weixin"), &[("Count", "0"), ("PicMd5Sum", "a"), ("PicMd5Sum", "b")]);
    assert!(body.contains("<Count>0</Count>"), "{body}");
    assert_eq!(body.matches("<item>").count(), 2);
}

#[test]
fn one_picture_of_several_can_be_named_by_its_path() {
    let two = changed(sample("pic_weixin"), &[("PicMd5Sum", "a"), ("PicMd5Sum", "b")]);
    let path = "SendPicsInfo/PicList/item[2]/PicMd5Sum";
    assert_eq!(changed(&two, &[(path, "c")]), two.replace("[b]", "[c]"));
}

#[test]
fn a_json_body_is_changed_in_place() {
    let body = "{ \"CreateTime\": 1, \"Event\": \"a\",\n \"n\": null, \"debug_str\":\"x\" }\n";
    assert_eq!(
        changed(body, &[("CreateTime", "2"), ("Event", "b\"]]>"), ("n", "3"), ("New", "4")]),
        "{ \"CreateTime\": 2, \"Event\": \"b\\\"]]>\",\n \"n\": \"3\", \"debug_str\":\"x\",\"New\":\"4\" }\n"
    );
    assert_eq!(changed(body, &[("CreateTime", "x")]), body.replace(": 1,", ": \"x\","));
    assert_eq!(changed("{}", &[("CreateTime", "1"), ("a", "b")]), r#"{"CreateTime":1,"a":"b"}"#);
}

#[test]
fn pictures_of_a_json_body_keep_its_shape() {
    let body = r#"{"a":1,"SendPicsInfo":{"PicList":[{"PicMd5Sum":"x"}],"Count":1}, "b":2}"#;
    assert_eq!(
        changed(body, &[("PicMd5Sum", "c"), ("PicMd5Sum", "d")]),
        r#"{"a":1,"SendPicsInfo":{"PicList":[{"PicMd5Sum":"c"},{"PicMd5Sum":"d"}],"Count":2}, "b":2}"#
    );
    assert_eq!(
        changed("{}", &[("PicMd5Sum", "c")]),
        r#"{"SendPicsInfo":{"Count":1,"PicList":{"item":[{"PicMd5Sum":"c"}]}}}"#
    );
}

#[test]
fn what_cannot_be_done_is_an_error_that_names_the_element() {
    let scan = sample("scancode_push");
    let name = || "ScanCodeInfo".to_owned();
    assert_eq!(refused(scan, "ScanCodeInfo", "x"), ComposeError::NotText { name: name() });
    assert_eq!(refused(scan, "Event\0Key", "x"), ComposeError::Name { name: "Event\0Key".to_owned() });
    for path in ["Nowhere/Label", "EventKey/a", "ScanCodeInfo[2]/a", "ScanCodeInfo[0]/ScanType"] {
        let name = path.to_owned();
        assert_eq!(refused(scan, path, "x"), ComposeError::NoSuchElement { name });
    }
    assert_eq!(
        refused(scan, "EventKey", "a\0"),
        ComposeError::NotXmlText { name: "EventKey".to_owned(), character: '\0' }
    );
    assert!(matches!(refused("<xml>", "a", "b"), ComposeError::Unreadable(_)));
}

proptest! {
    #[test]
    fn whatever_text_is_set_is_read_back_and_the_rest_is_as_it_was(
        kind in 0..TEMPLATES.len(),
        value in r"([^\x00-\x1f\u{fffe}\u{ffff}]|\]\]>|&|<){0,20}",
        name in "EventKey|CreateTime|FromUserName|Event|New",
    ) {
        let body = TEMPLATES[kind].1;
        let changed = changed(body, &[(&name, &value)]);
        let (before, after) = (Tree::parse(body.as_bytes()).unwrap(), Tree::parse(changed.as_bytes()).unwrap());
        prop_assert_eq!(after.root().text_of(&name), Some(value.as_str()));
        for element in before.elements().filter(|element| element.depth() > 0 && element.name() != name) {
            let same = walked(after.root(), &element.path()).unwrap();
            prop_assert_eq!(same.text(), element.text());
            prop_assert_eq!(&body[element.span()], &changed[same.span()]);
        }
    }

    #[test]
    fn any_edit_of_any_body_is_an_answer(body in "(<xml>|\\{)?(?s).{0,40}", name in ".{0,10}", value in ".{0,10}") {
        edited(body.as_bytes(), &edits(&[(&name, &value)])).ok();
    }

    #[test]
    fn any_number_of_pictures_is_counted(kind in "pic_weixin|VIEW", md5s in prop::collection::vec("[0-9a-f]{0,4}", 1..12)) {
        let pairs: Vec<_> = md5s.iter().map(|md5| ("PicMd5Sum", md5.as_str())).collect();
        let body = changed(sample(&kind), &pairs);
        let tree = Tree::parse(body.as_bytes()).unwrap();
        let info = tree.root().child("SendPicsInfo").unwrap();
        let count = md5s.len().to_string();
        prop_assert_eq!(info.text_of("Count"), Some(count.as_str()));
        let found: Vec<_> =
            tree.elements().filter(|e| e.name() == "PicMd5Sum").map(|e| e.text().to_owned()).collect();
        prop_assert_eq!(found, md5s);
    }
}
