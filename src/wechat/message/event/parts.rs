//! The parts that events of the platform are made of.

use crate::wechat::message::menu::coordinate;
use crate::wechat::message::problem::Problem;
use crate::wechat::tree::Element;

/// Where a phone says it is; its datum is disputed.
#[derive(Clone, Debug, PartialEq)]
pub struct Position<'t> {
    /// `Latitude` as it was sent.
    pub latitude_text: Option<&'t str>,
    /// `Latitude` in degrees.
    pub latitude: Option<f64>,
    /// `Longitude` as it was sent.
    pub longitude_text: Option<&'t str>,
    /// `Longitude` in degrees.
    pub longitude: Option<f64>,
    /// `Precision` as it was sent.
    pub precision_text: Option<&'t str>,
    /// `Precision` in metres.
    pub precision: Option<f64>,
}

/// The outcome of a mass message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MassSend<'t> {
    /// `MsgID`.
    pub msg_id: Option<&'t str>,
    /// `Status`.
    pub status: Option<&'t str>,
    /// `TotalCount`.
    pub total_count: Option<&'t str>,
    /// `FilterCount`.
    pub filter_count: Option<&'t str>,
    /// `SentCount`.
    pub sent_count: Option<&'t str>,
    /// `ErrorCount`.
    pub error_count: Option<&'t str>,
    /// `CheckState` in `CopyrightCheckResult`.
    pub copyright_check_state: Option<&'t str>,
    /// Every `ArticleUrl` in `ArticleUrlResult`.
    pub article_urls: Vec<&'t str>,
}

/// What a user chose for one message template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateChoice<'t> {
    /// `TemplateId`.
    pub template_id: Option<&'t str>,
    /// `SubscribeStatusString`: `accept` or `reject`.
    pub status: Option<&'t str>,
    /// `PopupScene`.
    pub popup_scene: Option<&'t str>,
}

/// What became of one message of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateSent<'t> {
    /// `TemplateId`.
    pub template_id: Option<&'t str>,
    /// `MsgID`.
    pub msg_id: Option<&'t str>,
    /// `ErrorCode`.
    pub error_code: Option<&'t str>,
    /// `ErrorStatus`.
    pub error_status: Option<&'t str>,
}

/// Whose data a change is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserDataChange<'t> {
    /// `OpenID`.
    pub open_id: Option<&'t str>,
    /// `AppID`.
    pub app_id: Option<&'t str>,
    /// `RevokeInfo`.
    pub revoke_info: Option<&'t str>,
    /// `PluginID`.
    pub plugin_id: Option<&'t str>,
    /// `OpenPID`.
    pub open_pid: Option<&'t str>,
}

/// What the events of cards have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardEvent<'t> {
    /// `CardId`.
    pub card_id: Option<&'t str>,
    /// `UserCardCode`.
    pub user_card_code: Option<&'t str>,
    /// `OuterStr`.
    pub outer_str: Option<&'t str>,
    /// `RefuseReason`.
    pub refuse_reason: Option<&'t str>,
}

/// The outcome of a place's review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoiCheck<'t> {
    /// `UniqId`.
    pub uniq_id: Option<&'t str>,
    /// `PoiId`.
    pub poi_id: Option<&'t str>,
    /// `Result`.
    pub result: Option<&'t str>,
    /// `Msg`, or `msg` as some write it.
    pub msg: Option<&'t str>,
}

/// A phone in a shop's Wi-Fi.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WifiConnection<'t> {
    /// `ConnectTime`.
    pub connect_time: Option<&'t str>,
    /// `ExpireTime`.
    pub expire_time: Option<&'t str>,
    /// `VendorId`.
    pub vendor_id: Option<&'t str>,
    /// `ShopId`, or `PlaceId` in older pushes.
    pub shop_id: Option<&'t str>,
    /// `DeviceNo`.
    pub device_no: Option<&'t str>,
}

/// A beacon near a shaken phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beacon<'t> {
    /// `Uuid`.
    pub uuid: Option<&'t str>,
    /// `Major`.
    pub major: Option<&'t str>,
    /// `Minor`.
    pub minor: Option<&'t str>,
    /// `Distance` in metres.
    pub distance: Option<&'t str>,
}

/// The outcome of a mini program's review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit<'t> {
    /// `SuccTime`, `FailTime` or `DelayTime`.
    pub time: Option<&'t str>,
    /// `Reason`.
    pub reason: Option<&'t str>,
    /// `ScreenShot`: media ids with `|` between them.
    pub screen_shot: Option<&'t str>,
}

impl<'t> Position<'t> {
    pub(super) fn decode(root: Element<'t, '_>, problems: &mut Vec<Problem>) -> Self {
        let (latitude, longitude) = (root.child("Latitude"), root.child("Longitude"));
        let precision = root.child("Precision");
        Self {
            latitude_text: latitude.map(|latitude| latitude.text()),
            latitude: coordinate(latitude, "Latitude", problems),
            longitude_text: longitude.map(|longitude| longitude.text()),
            longitude: coordinate(longitude, "Longitude", problems),
            precision_text: precision.map(|precision| precision.text()),
            precision: coordinate(precision, "Precision", problems),
        }
    }
}

impl<'t> MassSend<'t> {
    pub(super) fn decode(root: Element<'t, '_>) -> Self {
        let text = |name: &str| root.text_of(name);
        let article_urls = root
            .children_named("ArticleUrlResult")
            .flat_map(|result| result.children_named("ResultList"))
            .flat_map(|list| std::iter::once(list).chain(list.children_named("item")))
            .filter_map(|item| item.text_of("ArticleUrl"))
            .collect();
        Self {
            msg_id: text("MsgID"),
            status: text("Status"),
            total_count: text("TotalCount"),
            filter_count: text("FilterCount"),
            sent_count: text("SentCount"),
            error_count: text("ErrorCount"),
            copyright_check_state: root.child("CopyrightCheckResult").and_then(|result| result.text_of("CheckState")),
            article_urls,
        }
    }
}

pub(super) fn choice<'t>(list: Element<'t, '_>) -> TemplateChoice<'t> {
    TemplateChoice {
        template_id: list.text_of("TemplateId"),
        status: list.text_of("SubscribeStatusString"),
        popup_scene: list.text_of("PopupScene"),
    }
}

pub(super) fn sent<'t>(list: Element<'t, '_>) -> TemplateSent<'t> {
    TemplateSent {
        template_id: list.text_of("TemplateId"),
        msg_id: list.text_of("MsgID"),
        error_code: list.text_of("ErrorCode"),
        error_status: list.text_of("ErrorStatus"),
    }
}

pub(super) fn beacon<'t>(element: Element<'t, '_>) -> Beacon<'t> {
    Beacon {
        uuid: element.text_of("Uuid"),
        major: element.text_of("Major"),
        minor: element.text_of("Minor"),
        distance: element.text_of("Distance"),
    }
}
