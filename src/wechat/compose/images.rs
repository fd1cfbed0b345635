//! Composes the image messages that follow an event with pictures: WeChat sends the pictures one by one.

use md5::{Digest as _, Md5};

use super::super::signature::hex;
use super::super::tree::{Format, Tree};
use super::super::xml::cdata;
use super::as_json::as_json;
use super::pic_list::is_picture;

/// The MD5 of a picture as in `PicMd5Sum`: 32 hexadecimal digits in lower case.
pub fn picture_md5(picture: &[u8]) -> String {
    hex(&Md5::digest(picture))
}

/// One `image` message for each picture of an event, in order and in the event's format.
///
/// `create_time` is in seconds. Ids and links are derived from picture and time: deterministic, and different for every
/// picture of every event. An event without pictures has no such messages.
pub fn images_for(message: &[u8], create_time: i64) -> Vec<Vec<u8>> {
    let Ok(tree) = Tree::parse(message) else { return Vec::new() };
    let text_of = |name| tree.root().text_of(name).unwrap_or_default();
    let (to, from) = (text_of("ToUserName"), text_of("FromUserName"));
    let pictures = tree.elements().filter(is_picture).enumerate();
    let messages = pictures.map(|(at, picture)| {
        let seed = Md5::digest(format!("{create_time} {at} {from} {}", picture.text()));
        let image = image(to, from, create_time, &seed.into());
        match tree.format() {
            Format::Xml => image,
            Format::Json => as_json(&image).unwrap_or(image),
        }
    });
    messages.collect()
}

/// An image message in the layout of genuine ones.
fn image(to: &str, from: &str, create_time: i64, seed: &[u8; 16]) -> Vec<u8> {
    let [to, from] = [to, from].map(cdata);
    let name = hex(seed);
    let media_id = format!("{name}{}", hex(&Md5::digest(seed)));
    // Nineteen digits that fit into 63 bits, as genuine ids do.
    let msg_id = u128::from_be_bytes(*seed) % 8_000_000_000_000_000_000 + 1_000_000_000_000_000_000;
    format!(
        "<xml><ToUserName>{to}</ToUserName>\n<FromUserName>{from}</FromUserName>\n<CreateTime>{create_time}</CreateTime>\n\
         <MsgType><![CDATA[image]]></MsgType>\n<PicUrl><![CDATA[http://mmbiz.qpic.cn/mmbiz_jpg/{name}/0]]></PicUrl>\n\
         <MediaId><![CDATA[{media_id}]]></MediaId>\n<MsgId>{msg_id}</MsgId>\n</xml>"
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wechat::compose::{Edit, edited, template};
    use crate::wechat::message::Message;

    fn event(md5s: &[&str]) -> Vec<u8> {
        let edits: Vec<_> =
            md5s.iter().map(|md5| Edit { name: "PicMd5Sum".to_owned(), value: (*md5).to_owned() }).collect();
        edited(template("pic_photo_or_album").unwrap().as_bytes(), &edits).unwrap()
    }

    #[test]
    fn a_picture_is_named_by_its_md5() {
        assert_eq!(picture_md5(b""), "d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(picture_md5(b"abc"), "900150983cd24fb0d6963f7d28e17f72");
    }

    #[test]
    fn every_picture_is_followed_by_a_message_of_the_same_user_with_ids_of_its_own() {
        let event = event(&["a", "b", "b"]);
        let images = images_for(&event, 1_408_090_816);
        assert_eq!(images.len(), 3);
        let asked = Tree::parse(&event).unwrap();
        let mut ids = std::collections::BTreeSet::new();
        for image in &images {
            let tree = Tree::parse(image).unwrap();
            let message = Message::decode(&tree);
            assert!(message.problems.is_empty(), "{:?}", message.problems);
            assert_eq!(message.kind(), "image");
            for name in ["ToUserName", "FromUserName"] {
                assert_eq!(tree.root().text_of(name), asked.root().text_of(name));
            }
            let [time, id, media, url] = ["CreateTime", "MsgId", "MediaId", "PicUrl"].map(|name| {
                let text = tree.root().text_of(name);
                text.unwrap_or_default().to_owned()
            });
            assert_eq!(time, "1408090816");
            assert!(id.parse::<i64>().is_ok_and(|id| id > 0) && id.len() == 19, "{id}");
            assert!(ids.insert(id) && ids.insert(media) && ids.insert(url));
        }
        assert_eq!(images, images_for(&event, 1_408_090_816), "the same again");
        assert_ne!(images, images_for(&event, 1_408_090_817));
    }

    #[test]
    fn images_of_a_json_event_are_json() {
        let event = as_json(&event(&["a"])).unwrap();
        let images = images_for(&event, 1_408_090_816);
        assert_eq!(images.len(), 1);
        assert!(images[0].starts_with(br#"{"ToUserName":"gh_"#), "{}", String::from_utf8_lossy(&images[0]));
    }

    #[test]
    fn what_lists_no_pictures_is_followed_by_nothing() {
        assert!(images_for(template("CLICK").unwrap().as_bytes(), 1).is_empty());
        assert!(images_for(b"\xff no message", 1).is_empty());
    }
}
