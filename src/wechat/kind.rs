//! The table of known kinds of messages: class, family, and whether the user sees a reply.
//!
//! A kind is spelled as it was received. Names that differ only in case are different kinds if both
//! exist (`LOCATION` is an event, `location` a message).

/// A group of kinds about one subject; the window gives each family a hue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Family {
    /// Clicks, and links that open.
    Tap,
    Scan,
    /// Pictures picked or taken from a menu.
    Picture,
    Location,
    /// Messages written, spoken or sent by a person.
    Message,
    /// Reports of the platform itself.
    System,
}

impl Family {
    /// Every family, in display order.
    pub const ALL: [Self; 6] = [Self::Tap, Self::Scan, Self::Picture, Self::Location, Self::Message, Self::System];
}

/// The element that names a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// `Event`, if `MsgType` is `event`.
    Event,
    /// `MsgType`
    Message,
    /// `InfoType`, from an open platform.
    Platform,
    /// `action`, from cloud hosting.
    Action,
    /// None: the listener names the request itself.
    Listener,
}

/// The fate of a passive reply to a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The user sees it in the chat.
    Seen,
    /// The reply is legal, but the user has left the chat and does not see it.
    Unseen,
    /// A mini program's customer service: only a transfer to an agent has an effect.
    TransferOnly,
    /// There is no conversation to reply in; WeChat only wants `success`.
    Never,
    /// The same, and a message is reported to the account as not legal.
    Refused,
}

/// A kind that WeChat documents or that SDKs know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownKind {
    /// The spelling in a push.
    pub name: &'static str,
    /// The element that names it.
    pub class: Class,
    /// The group it belongs to.
    pub family: Family,
    /// The fate of a passive reply to it.
    pub answer: Answer,
}

/// The nine events that menu buttons push, in the order of the documentation.
pub const MENU_EVENTS: [&str; 9] = [
    "CLICK",
    "VIEW",
    "view_miniprogram",
    "scancode_push",
    "scancode_waitmsg",
    "pic_sysphoto",
    "pic_photo_or_album",
    "pic_weixin",
    "location_select",
];

/// The push by which cloud hosting checks that the path of the callback is served.
pub const CHECK_CONTAINER_PATH: &str = "CheckContainerPath";

/// The eight events of a menu without mini programs: all but `view_miniprogram`.
pub fn menu_events_without_mini_program() -> impl Iterator<Item = &'static str> {
    MENU_EVENTS.into_iter().filter(|kind| *kind != "view_miniprogram")
}

/// Prefixes of kinds that come in dozens: every such name is a known event of the platform.
const PREFIXES: [&str; 4] = ["card_", "giftcard_", "trade_manage_", "wxalive_"];

/// The kind of that name: exactly, or else in any case, because `WeCom` and some sandboxes write `click`.
pub fn lookup(name: &str) -> Option<&'static KnownKind> {
    exact(name).or_else(|| TABLE.iter().find(|known| known.name.eq_ignore_ascii_case(name)))
}

/// The event of that name, ignoring messages of the same name: exactly, or else in any case.
pub fn lookup_event(name: &str) -> Option<&'static KnownKind> {
    let is_event = |known: &&KnownKind| known.class == Class::Event;
    exact(name)
        .filter(is_event)
        .or_else(|| TABLE.iter().filter(is_event).find(|known| known.name.eq_ignore_ascii_case(name)))
}

/// The known kind of a message: an event if `MsgType` is `event`, else any kind.
pub fn known(msg_type: Option<&str>, kind: &str) -> Option<&'static KnownKind> {
    let is_event = msg_type.is_some_and(|name| name.eq_ignore_ascii_case("event"));
    if is_event { lookup_event(kind) } else { lookup(kind) }
}

/// Tells whether a kind is in the table or has a known prefix.
pub fn is_known(name: &str) -> bool {
    lookup(name).is_some() || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Tells whether it is the name of an `action` of cloud hosting.
pub fn is_action(name: &str) -> bool {
    exact(name).is_some_and(|known| known.class == Class::Action)
}

/// The family of a kind; [`Family::System`] for an unknown one.
pub fn family(name: &str) -> Family {
    lookup(name).map_or(Family::System, |known| known.family)
}

/// The kind of a message, from the elements that name it; empty if none does.
pub fn of<'t>(msg_type: Option<&'t str>, event: Option<&'t str>, info_type: Option<&'t str>) -> &'t str {
    let given = |name: Option<&'t str>| name.filter(|name| !name.is_empty());
    match given(msg_type) {
        Some(name) if name.eq_ignore_ascii_case("event") => given(event).unwrap_or(name),
        Some(name) => name,
        None => given(info_type).or_else(|| given(event)).unwrap_or_default(),
    }
}

fn exact(name: &str) -> Option<&'static KnownKind> {
    let at = TABLE.binary_search_by(|known| known.name.cmp(name)).ok()?;
    TABLE.get(at)
}

const fn row(name: &'static str, class: Class, family: Family, answer: Answer) -> KnownKind {
    KnownKind { name, class, family, answer }
}

#[rustfmt::skip] // one kind a line, so that the table can be read as one
const TABLE: &[KnownKind] = &[
    row("CLICK", Class::Event, Family::Tap, Answer::Seen),
    row(CHECK_CONTAINER_PATH, Class::Action, Family::System, Answer::Never),
    row("ENTER", Class::Event, Family::System, Answer::Seen),
    row("LOCATION", Class::Event, Family::Location, Answer::Seen),
    row("MASSSENDJOBFINISH", Class::Event, Family::System, Answer::Never),
    row("PUBLISHJOBFINISH", Class::Event, Family::System, Answer::Never),
    row("SCAN", Class::Event, Family::Scan, Answer::Seen),
    row("ShakearoundUserShake", Class::Event, Family::System, Answer::Never),
    row("TEMPLATESENDJOBFINISH", Class::Event, Family::System, Answer::Never),
    row("VIEW", Class::Event, Family::Tap, Answer::Unseen),
    row("WifiConnected", Class::Event, Family::System, Answer::Never),
    row("add_express_path", Class::Event, Family::System, Answer::Never),
    row("annual_renew", Class::Event, Family::System, Answer::Never),
    row("authorized", Class::Platform, Family::System, Answer::Never),
    row("card_not_pass_check", Class::Event, Family::System, Answer::Never),
    row("card_pass_check", Class::Event, Family::System, Answer::Never),
    row("card_pay_order", Class::Event, Family::System, Answer::Never),
    row("card_sku_remind", Class::Event, Family::System, Answer::Never),
    row("component_verify_ticket", Class::Platform, Family::System, Answer::Never),
    row("debug_demo", Class::Event, Family::System, Answer::Seen),
    row("device_event", Class::Message, Family::Message, Answer::Never),
    row("device_status", Class::Message, Family::Message, Answer::Never),
    row("device_text", Class::Message, Family::Message, Answer::Never),
    row("enter", Class::Event, Family::System, Answer::Seen),
    row("event", Class::Event, Family::System, Answer::Seen),
    row("file", Class::Message, Family::Message, Answer::Seen),
    row("giftcard_pay_done", Class::Event, Family::System, Answer::Never),
    row("giftcard_send_to_friend", Class::Event, Family::System, Answer::Never),
    row("giftcard_user_accept", Class::Event, Family::System, Answer::Never),
    row("guide_qrcode_scan_event", Class::Event, Family::System, Answer::Never),
    row("handshake", Class::Listener, Family::System, Answer::Never),
    row("hardware", Class::Message, Family::Message, Answer::Never),
    row("image", Class::Message, Family::Message, Answer::Seen),
    row("kf_close_session", Class::Event, Family::System, Answer::Never),
    row("kf_create_session", Class::Event, Family::System, Answer::Never),
    row("kf_switch_session", Class::Event, Family::System, Answer::Never),
    row("link", Class::Message, Family::Message, Answer::Seen),
    row("location", Class::Message, Family::Message, Answer::Seen),
    row("location_select", Class::Event, Family::Location, Answer::Seen),
    row("merchant_order", Class::Event, Family::System, Answer::Never),
    row("miniprogrampage", Class::Message, Family::Message, Answer::TransferOnly),
    row("naming_verify_fail", Class::Event, Family::System, Answer::Never),
    row("naming_verify_success", Class::Event, Family::System, Answer::Never),
    row("notify_3rd_wxa_auth", Class::Platform, Family::System, Answer::Never),
    row("notify_3rd_wxa_wxverify", Class::Platform, Family::System, Answer::Never),
    row("notify_apply_icpfiling_result", Class::Platform, Family::System, Answer::Never),
    row("notify_icpfiling_verify_result", Class::Platform, Family::System, Answer::Never),
    row("notify_third_fasteregister", Class::Platform, Family::System, Answer::Never),
    row("notify_third_fastregisterbetaapp", Class::Platform, Family::System, Answer::Never),
    row("notify_third_fastverifybetaapp", Class::Platform, Family::System, Answer::Never),
    row("open_product_order_pay", Class::Event, Family::System, Answer::Never),
    row("order_path_apply_result_notify", Class::Platform, Family::System, Answer::Never),
    row("order_path_audit_result_notify", Class::Platform, Family::System, Answer::Never),
    row("pic_photo_or_album", Class::Event, Family::Picture, Answer::Seen),
    row("pic_sysphoto", Class::Event, Family::Picture, Answer::Seen),
    row("pic_weixin", Class::Event, Family::Picture, Answer::Seen),
    row("poi_check_notify", Class::Event, Family::System, Answer::Never),
    row("qualification_verify_fail", Class::Event, Family::System, Answer::Never),
    row("qualification_verify_success", Class::Event, Family::System, Answer::Never),
    row("scancode_push", Class::Event, Family::Scan, Answer::Seen),
    row("scancode_waitmsg", Class::Event, Family::Scan, Answer::Seen),
    row("secvod_audit_event", Class::Event, Family::System, Answer::Never),
    row("secvod_upload", Class::Event, Family::System, Answer::Never),
    row("shortvideo", Class::Message, Family::Message, Answer::Seen),
    row("submit_invoice_title", Class::Event, Family::System, Answer::Never),
    row("submit_membercard_user_info", Class::Event, Family::System, Answer::Never),
    row("subscribe", Class::Event, Family::System, Answer::Seen),
    row("subscribe_msg_change_event", Class::Event, Family::System, Answer::Never),
    row("subscribe_msg_popup_event", Class::Event, Family::System, Answer::Never),
    row("subscribe_msg_sent_event", Class::Event, Family::System, Answer::Never),
    row("text", Class::Message, Family::Message, Answer::Seen),
    row("unauthorized", Class::Platform, Family::System, Answer::Never),
    row("unreadable", Class::Listener, Family::System, Answer::Never),
    row("unsubscribe", Class::Event, Family::System, Answer::Refused),
    row("update_invoice_status", Class::Event, Family::System, Answer::Never),
    row("update_member_card", Class::Event, Family::System, Answer::Never),
    row("updateauthorized", Class::Platform, Family::System, Answer::Never),
    row("user_authorization_cancellation", Class::Event, Family::System, Answer::Never),
    row("user_authorization_revoke", Class::Event, Family::System, Answer::Never),
    row("user_authorize_invoice", Class::Event, Family::System, Answer::Never),
    row("user_consume_card", Class::Event, Family::System, Answer::Never),
    row("user_del_card", Class::Event, Family::System, Answer::Never),
    row("user_enter_session_from_card", Class::Event, Family::System, Answer::Never),
    row("user_enter_tempsession", Class::Event, Family::System, Answer::TransferOnly),
    row("user_get_card", Class::Event, Family::System, Answer::Never),
    row("user_gifting_card", Class::Event, Family::System, Answer::Never),
    row("user_info_modified", Class::Event, Family::System, Answer::Never),
    row("user_pay_from_pay_cell", Class::Event, Family::System, Answer::Never),
    row("user_scan_product", Class::Event, Family::System, Answer::Never),
    row("user_scan_product_async", Class::Event, Family::System, Answer::Never),
    row("user_scan_product_enter_session", Class::Event, Family::System, Answer::Never),
    row("user_scan_product_verify_action", Class::Event, Family::System, Answer::Never),
    row("user_view_card", Class::Event, Family::System, Answer::Never),
    row("verify_expired", Class::Event, Family::System, Answer::Never),
    row("video", Class::Message, Family::Message, Answer::Seen),
    row("view_miniprogram", Class::Event, Family::Tap, Answer::Unseen),
    row("voice", Class::Message, Family::Message, Answer::Seen),
    row("weapp_audit_delay", Class::Event, Family::System, Answer::Never),
    row("weapp_audit_fail", Class::Event, Family::System, Answer::Never),
    row("weapp_audit_success", Class::Event, Family::System, Answer::Never),
    row("wx_verify_dispatch", Class::Event, Family::System, Answer::Never),
    row("wx_verify_pay_succ", Class::Event, Family::System, Answer::Never),
    row("wxa_appeal_record", Class::Event, Family::System, Answer::Never),
    row("wxa_category_audit", Class::Event, Family::System, Answer::Never),
    row("wxa_illegal_record", Class::Event, Family::System, Answer::Never),
    row("wxa_media_check", Class::Event, Family::System, Answer::Never),
    row("wxa_nickname_audit", Class::Event, Family::System, Answer::Never),
    row("wxa_privacy_apply", Class::Event, Family::System, Answer::Never),
    row("xpay_coin_pay_notify", Class::Event, Family::System, Answer::Never),
    row("xpay_goods_deliver_notify", Class::Event, Family::System, Answer::Never),
    row("xpay_refund_notify", Class::Event, Family::System, Answer::Never),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_byte_order_as_the_search_needs_it() {
        assert!(TABLE.is_sorted_by(|one, next| one.name < next.name));
    }

    #[test]
    fn every_menu_event_is_a_known_event() {
        let known = MENU_EVENTS.map(|name| exact(name).unwrap());
        assert!(known.iter().all(|known| known.class == Class::Event));
    }

    #[test]
    fn names_are_found_as_written_before_they_are_found_in_another_case() {
        assert_eq!(lookup("LOCATION").map(|known| known.class), Some(Class::Event));
        assert_eq!(lookup("location").map(|known| known.class), Some(Class::Message));
        assert_eq!(lookup("click").map(|known| known.name), Some("CLICK"));
        assert_eq!(lookup_event("location").map(|known| known.name), Some("LOCATION"));
        assert_eq!(lookup("nothing_such"), None);
        assert!(is_known("card_of_tomorrow") && !is_known("nothing_such"));
        assert_eq!(family("nothing_such"), Family::System);
    }

    #[test]
    fn the_kind_is_the_event_else_the_message_type_else_the_info_type() {
        assert_eq!(of(Some("event"), Some("CLICK"), None), "CLICK");
        assert_eq!(of(Some("event"), None, None), "event");
        assert_eq!(of(Some("event"), Some(""), None), "event");
        assert_eq!(of(Some("text"), Some("CLICK"), Some("x")), "text");
        assert_eq!(of(None, None, Some("authorized")), "authorized");
        assert_eq!(of(None, Some("CLICK"), None), "CLICK");
        assert_eq!(of(None, None, None), "");
    }
}
