//! The nine events of menu buttons, with their scan results and pictures.

use crate::wechat::tree::Element;

use super::location::Location;
use super::problem::{Problem, ProblemKind};

/// An event of a menu button; its `EventKey` is in the [`Message`](super::Message).
#[derive(Clone, Debug, PartialEq)]
pub enum MenuEvent<'t> {
    Click,
    /// `VIEW`: a page opens, whatever the reply.
    View {
        /// `EventKey`: the URL of the button.
        url: Option<&'t str>,
        /// `MenuId` of a conditional menu; text, because even samples say `MENUID`.
        menu_id: Option<&'t str>,
    },
    /// `view_miniprogram`: a mini program opens.
    ViewMiniprogram {
        menu_id: Option<&'t str>,
    },
    /// `scancode_push`: the phone shows or opens the result by itself.
    ScancodePush(ScanCode<'t>),
    /// `scancode_waitmsg`: the phone waits for the reply.
    ScancodeWaitmsg(ScanCode<'t>),
    /// `pic_sysphoto`: camera only.
    PicSysphoto(Pictures<'t>),
    /// `pic_photo_or_album`: camera or album.
    PicPhotoOrAlbum(Pictures<'t>),
    /// `pic_weixin`: WeChat's own album.
    PicWeixin(Pictures<'t>),
    /// `location_select`: a place chosen on the map.
    LocationSelect(Location<'t>),
}

impl<'t> MenuEvent<'t> {
    pub(super) fn decode(event: &str, root: Element<'t, '_>, problems: &mut Vec<Problem>) -> Option<Self> {
        Some(match event {
            "CLICK" => Self::Click,
            "VIEW" => Self::View {
                url: root.text_of("EventKey").map(str::trim),
                menu_id: root.text_of("MenuId").map(str::trim),
            },
            "view_miniprogram" => Self::ViewMiniprogram { menu_id: root.text_of("MenuId").map(str::trim) },
            "scancode_push" => Self::ScancodePush(ScanCode::decode(root, problems)),
            "scancode_waitmsg" => Self::ScancodeWaitmsg(ScanCode::decode(root, problems)),
            "pic_sysphoto" => Self::PicSysphoto(Pictures::decode(root, problems)),
            "pic_photo_or_album" => Self::PicPhotoOrAlbum(Pictures::decode(root, problems)),
            "pic_weixin" => Self::PicWeixin(Pictures::decode(root, problems)),
            "location_select" => Self::LocationSelect(event_location(root, problems)),
            _ => return None,
        })
    }
}

/// `ScanCodeInfo`: the scanned code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ScanCode<'t> {
    /// `ScanType`: `qrcode` or `barcode`.
    pub scan_type: Option<&'t str>,
    /// The symbology of a barcode, such as `EAN_13`: the result up to its first comma.
    pub symbology: Option<&'t str>,
    /// The result, without the symbology of a barcode.
    pub content: Option<&'t str>,
}

impl<'t> ScanCode<'t> {
    fn decode(root: Element<'t, '_>, problems: &mut Vec<Problem>) -> Self {
        let Some(info) = expect_child(root, "ScanCodeInfo", problems) else {
            return Self::default();
        };
        Self::new(
            info.text_of("ScanType").map(str::trim),
            expect_child(info, "ScanResult", problems).map(|result| result.text()),
        )
    }

    /// Splits the result of a barcode at its first comma, and trims it: no barcode begins or ends with a blank, and programs
    /// that indent XML add some. A QR code's is kept whole: it may hold commas and line breaks.
    pub fn new(scan_type: Option<&'t str>, scan_result: Option<&'t str>) -> Self {
        let barcode = scan_type.is_some_and(|name| name.eq_ignore_ascii_case("barcode"));
        let scan_result = if barcode { scan_result.map(str::trim) } else { scan_result };
        let parts = scan_result.filter(|_| barcode).and_then(|result| result.split_once(','));
        Self {
            scan_type,
            symbology: parts.map(|(symbology, _)| symbology),
            content: parts.map(|(_, content)| content).or(scan_result),
        }
    }
}

/// `SendPicsInfo`: the pictures that an event announces. Modern clients often announce none, and send them all the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pictures<'t> {
    /// `Count`, if it is a number.
    pub count: Option<i64>,
    /// Every `PicMd5Sum` in every `PicList`.
    pub md5s: Vec<&'t str>,
}

impl<'t> Pictures<'t> {
    fn decode(root: Element<'t, '_>, problems: &mut Vec<Problem>) -> Self {
        let Some(info) = expect_child(root, "SendPicsInfo", problems) else {
            return Self::default();
        };
        let mut md5s = Vec::new();
        for list in info.children_named("PicList") {
            for item in list.children() {
                // In JSON the list may be an array, whose items then are the `PicList` elements themselves.
                let sums = std::iter::once(item).chain(item.children());
                let sums = sums.filter(|sum| sum.name() == "PicMd5Sum");
                md5s.extend(sums.map(|sum| sum.text().trim()));
            }
        }
        let count = info.child("Count");
        let number = count.and_then(|count| count.text().trim().parse().ok());
        if let Some(count) = count {
            let found = md5s.len();
            let kind = match number {
                None => Some(ProblemKind::CountNotNumber { text: count.text().to_owned() }),
                Some(number) if usize::try_from(number) != Ok(found) => {
                    let count = number;
                    Some(ProblemKind::CountUnlikeList { count, found })
                }
                Some(_) => None,
            };
            problems.extend(kind.map(|kind| Problem::new(kind, count.text_span())));
        }
        Self { count: number, md5s }
    }
}

fn event_location<'t>(root: Element<'t, '_>, problems: &mut Vec<Problem>) -> Location<'t> {
    expect_child(root, "SendLocationInfo", problems).map(|info| Location::decode(info, problems)).unwrap_or_default()
}

/// The child of that name; reported if it is missing.
fn expect_child<'t, 'a>(
    element: Element<'t, 'a>,
    name: &'static str,
    problems: &mut Vec<Problem>,
) -> Option<Element<'t, 'a>> {
    let child = element.child(name);
    if child.is_none() {
        let kind = ProblemKind::ElementMissing { name };
        problems.push(Problem::new(kind, element.span()));
    }
    child
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wechat::message::Message;
    use crate::wechat::tree::Tree;

    fn with_menu_event<T>(event: &str, inside: &str, check: impl FnOnce(&MenuEvent<'_>, &[Problem]) -> T) -> T {
        let payload = format!("<xml><MsgType>event</MsgType><Event>{event}</Event>{inside}</xml>");
        let tree = Tree::parse(payload.as_bytes()).unwrap();
        let message = Message::decode(&tree);
        check(message.menu_event().unwrap(), &message.problems)
    }

    fn pictures(inside: &str) -> (Vec<String>, Vec<ProblemKind>) {
        with_menu_event("pic_weixin", inside, |event, problems| {
            let MenuEvent::PicWeixin(pictures) = event else {
                panic!("{event:?}");
            };
            let md5s = pictures.md5s.iter().map(|md5| (*md5).to_owned()).collect();
            (md5s, problems.iter().map(|problem| problem.kind.clone()).collect())
        })
    }

    #[test]
    fn only_a_barcode_is_split_and_only_at_its_first_comma() {
        let barcode = ScanCode::new(Some("barcode"), Some("CODE_128,a,b"));
        assert_eq!((barcode.symbology, barcode.content), (Some("CODE_128"), Some("a,b")));
        let plain = ScanCode::new(Some("barcode"), Some("6901234567892"));
        assert_eq!((plain.symbology, plain.content), (None, Some("6901234567892")));
        let padded = ScanCode::new(Some("barcode"), Some("\n  EAN_13,6901234567892\n"));
        assert_eq!((padded.symbology, padded.content), (Some("EAN_13"), Some("6901234567892")));
        let code = ScanCode::new(Some("qrcode"), Some("EAN_13,1"));
        assert_eq!((code.symbology, code.content), (None, Some("EAN_13,1")));
    }

    #[test]
    fn an_empty_or_missing_list_holds_no_pictures() {
        let empty = "<SendPicsInfo><Count>0</Count><PicList></PicList></SendPicsInfo>";
        assert_eq!(pictures(empty), (vec![], vec![]));
        let missing = "<SendPicsInfo><Count>0</Count></SendPicsInfo>";
        assert_eq!(pictures(missing), (vec![], vec![]));
        let nothing = ProblemKind::ElementMissing { name: "SendPicsInfo" };
        assert_eq!(pictures(""), (vec![], vec![nothing]));
    }

    #[test]
    fn every_picture_of_every_list_counts() {
        let item = |md5: &str| format!("<item><PicMd5Sum>{md5}</PicMd5Sum></item>");
        let (a, b) = (item("a"), item("b"));
        let together = format!("<SendPicsInfo><Count>2</Count><PicList>{a}{b}</PicList></SendPicsInfo>");
        let apart =
            format!("<SendPicsInfo><PicList>{a}</PicList> <PicList>{b}</PicList><Count>2</Count></SendPicsInfo>");
        for shape in [together, apart] {
            assert_eq!(pictures(&shape), (vec!["a".to_owned(), "b".to_owned()], vec![]));
        }
        let short = format!("<SendPicsInfo><Count>3</Count><PicList>{a}</PicList></SendPicsInfo>");
        let unlike = ProblemKind::CountUnlikeList { count: 3, found: 1 };
        assert_eq!(pictures(&short), (vec!["a".to_owned()], vec![unlike]));
    }

    #[test]
    fn x_is_the_latitude_and_y_the_longitude() {
        let inside = "<SendLocationInfo><Location_X>23.134521</Location_X>\
            <Location_Y>113.358803</Location_Y><Scale>far</Scale><Label> a</Label></SendLocationInfo>";
        with_menu_event("location_select", inside, |event, problems| {
            let MenuEvent::LocationSelect(place) = event else {
                panic!("{event:?}");
            };
            assert_eq!(place.latitude, Some(23.134_521));
            assert_eq!(place.longitude, Some(113.358_803));
            assert_eq!((place.scale, place.label, place.poiname), (None, Some(" a"), None));
            let scale = ProblemKind::ScaleNotNumber { text: "far".to_owned() };
            assert_eq!(problems.first().map(|problem| &problem.kind), Some(&scale));
        });
    }
}
