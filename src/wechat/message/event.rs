//! Every event that no menu button pushes.

use crate::wechat::kind;
use crate::wechat::tree::Element;

use super::problem::Problem;

mod parts;

pub use parts::{
    Audit, Beacon, CardEvent, MassSend, PoiCheck, Position, TemplateChoice, TemplateSent, UserDataChange,
    WifiConnection,
};
use parts::{beacon, choice, sent};

/// An event that no menu button pushes, with the elements that the documentation lists for it.
#[derive(Clone, Debug, PartialEq)]
pub enum OtherEvent<'t> {
    /// `subscribe`.
    Subscribe {
        /// What follows `qrscene_` in the key, where a QR code led here.
        scene: Option<&'t str>,
        /// `Ticket` of that QR code.
        ticket: Option<&'t str>,
    },
    /// `unsubscribe`, after which the user cannot be answered.
    Unsubscribe,
    /// `SCAN`: a follower scanned a QR code with a scene.
    Scan {
        /// The scene (`EventKey`).
        scene: Option<&'t str>,
        /// `Ticket`.
        ticket: Option<&'t str>,
    },
    /// `LOCATION`: the phone reports where it is.
    Location(Position<'t>),
    /// `TEMPLATESENDJOBFINISH`.
    TemplateSendJobFinish {
        /// `MsgID`.
        msg_id: Option<&'t str>,
        /// `Status`.
        status: Option<&'t str>,
    },
    /// `MASSSENDJOBFINISH`.
    MassSendJobFinish(MassSend<'t>),
    /// `subscribe_msg_popup_event`: what the user chose in the dialogue.
    SubscribeMsgPopup(Vec<TemplateChoice<'t>>),
    /// `subscribe_msg_change_event`: what the user changed in the settings.
    SubscribeMsgChange(Vec<TemplateChoice<'t>>),
    /// `subscribe_msg_sent_event`: what was sent.
    SubscribeMsgSent(Vec<TemplateSent<'t>>),
    /// `kf_create_session`.
    KfCreateSession {
        /// `KfAccount`.
        account: Option<&'t str>,
    },
    /// `kf_close_session`.
    KfCloseSession {
        /// `KfAccount`.
        account: Option<&'t str>,
        /// `CloseType`.
        close_type: Option<&'t str>,
    },
    /// `kf_switch_session`.
    KfSwitchSession {
        /// `FromKfAccount`.
        from: Option<&'t str>,
        /// `ToKfAccount`.
        to: Option<&'t str>,
    },
    /// `qualification_verify_success`, `naming_verify_success`, `annual_renew`, `verify_expired`.
    Verified {
        /// `ExpiredTime`.
        expired_time: Option<&'t str>,
    },
    /// `qualification_verify_fail`, `naming_verify_fail`.
    VerifyFailed {
        /// `FailTime`.
        fail_time: Option<&'t str>,
        /// `FailReason`.
        reason: Option<&'t str>,
    },
    /// `user_info_modified`, `user_authorization_revoke`, `user_authorization_cancellation`.
    UserData(UserDataChange<'t>),
    /// `card_*`, `user_get_card` and the other events of cards.
    Card(CardEvent<'t>),
    /// `poi_check_notify`.
    PoiCheck(PoiCheck<'t>),
    /// `WifiConnected`.
    Wifi(WifiConnection<'t>),
    /// `ShakearoundUserShake`.
    Shake {
        /// `ChosenBeacon`.
        chosen: Option<Beacon<'t>>,
        /// `AroundBeacons`.
        around: Vec<Beacon<'t>>,
    },
    /// `wxa_media_check`.
    MediaCheck {
        /// `appid`.
        app_id: Option<&'t str>,
        /// `trace_id`, which names the check.
        trace_id: Option<&'t str>,
        /// `suggest` in `result`.
        suggest: Option<&'t str>,
    },
    /// `weapp_audit_success`, `weapp_audit_fail`, `weapp_audit_delay`.
    Audit(Audit<'t>),
    /// `user_enter_tempsession`.
    EnterTempSession {
        /// `SessionFrom`.
        session_from: Option<&'t str>,
    },
    /// `debug_demo`, from the platform's own push tester.
    DebugDemo {
        /// `debug_str`.
        debug_str: Option<&'t str>,
    },
    /// An event that is known by name, whose elements are only in the element tree.
    Other,
}

impl<'t> OtherEvent<'t> {
    pub(super) fn decode(event: &str, root: Element<'t, '_>, problems: &mut Vec<Problem>) -> Option<Self> {
        let text = |name: &str| root.text_of(name);
        Some(match event {
            "subscribe" => Self::Subscribe {
                scene: text("EventKey").and_then(|key| key.strip_prefix("qrscene_")),
                ticket: text("Ticket"),
            },
            "unsubscribe" => Self::Unsubscribe,
            "SCAN" => Self::Scan { scene: text("EventKey"), ticket: text("Ticket") },
            "LOCATION" => Self::Location(Position::decode(root, problems)),
            "TEMPLATESENDJOBFINISH" => Self::TemplateSendJobFinish { msg_id: text("MsgID"), status: text("Status") },
            "MASSSENDJOBFINISH" => Self::MassSendJobFinish(MassSend::decode(root)),
            "subscribe_msg_popup_event" => Self::SubscribeMsgPopup(listed(root, "SubscribeMsgPopupEvent", choice)),
            "subscribe_msg_change_event" => Self::SubscribeMsgChange(listed(root, "SubscribeMsgChangeEvent", choice)),
            "subscribe_msg_sent_event" => Self::SubscribeMsgSent(listed(root, "SubscribeMsgSentEvent", sent)),
            _ => return Self::decode_of_accounts(event, root),
        })
    }

    /// What customer service, verifications and changes of an account report.
    fn decode_of_accounts(event: &str, root: Element<'t, '_>) -> Option<Self> {
        let text = |name: &str| root.text_of(name);
        Some(match event {
            "kf_create_session" => Self::KfCreateSession { account: text("KfAccount") },
            "kf_close_session" => Self::KfCloseSession { account: text("KfAccount"), close_type: text("CloseType") },
            "kf_switch_session" => Self::KfSwitchSession { from: text("FromKfAccount"), to: text("ToKfAccount") },
            "qualification_verify_success" | "naming_verify_success" | "annual_renew" | "verify_expired" => {
                Self::Verified { expired_time: text("ExpiredTime") }
            }
            "qualification_verify_fail" | "naming_verify_fail" => {
                Self::VerifyFailed { fail_time: text("FailTime"), reason: text("FailReason") }
            }
            "user_info_modified" | "user_authorization_revoke" | "user_authorization_cancellation" => {
                Self::UserData(UserDataChange {
                    open_id: text("OpenID"),
                    app_id: text("AppID"),
                    revoke_info: text("RevokeInfo"),
                    plugin_id: text("PluginID"),
                    open_pid: text("OpenPID"),
                })
            }
            _ => return Self::decode_of_services(event, root),
        })
    }

    /// What shops, cards, mini programs and the platform's own tester report.
    fn decode_of_services(event: &str, root: Element<'t, '_>) -> Option<Self> {
        let text = |name: &str| root.text_of(name);
        Some(match event {
            "poi_check_notify" => Self::PoiCheck(PoiCheck {
                uniq_id: text("UniqId"),
                poi_id: text("PoiId"),
                result: text("Result"),
                msg: text("Msg").or_else(|| text("msg")),
            }),
            "WifiConnected" => Self::Wifi(WifiConnection {
                connect_time: text("ConnectTime"),
                expire_time: text("ExpireTime"),
                vendor_id: text("VendorId"),
                shop_id: text("ShopId").or_else(|| text("PlaceId")),
                device_no: text("DeviceNo"),
            }),
            "ShakearoundUserShake" => Self::Shake {
                chosen: root.child("ChosenBeacon").map(beacon),
                around: root
                    .children_named("AroundBeacons")
                    .flat_map(|beacons| beacons.children_named("AroundBeacon"))
                    .map(beacon)
                    .collect(),
            },
            "wxa_media_check" => Self::MediaCheck {
                app_id: text("appid"),
                trace_id: text("trace_id"),
                suggest: root.child("result").and_then(|result| result.text_of("suggest")),
            },
            "weapp_audit_success" | "weapp_audit_fail" | "weapp_audit_delay" => Self::Audit(Audit {
                time: text("SuccTime").or_else(|| text("FailTime")).or_else(|| text("DelayTime")),
                reason: text("Reason"),
                screen_shot: text("ScreenShot"),
            }),
            "user_enter_tempsession" => Self::EnterTempSession { session_from: text("SessionFrom") },
            "debug_demo" => Self::DebugDemo { debug_str: text("debug_str") },
            _ if is_about_cards(event) => Self::Card(CardEvent {
                card_id: text("CardId"),
                user_card_code: text("UserCardCode"),
                outer_str: text("OuterStr"),
                refuse_reason: text("RefuseReason"),
            }),
            _ if kind::lookup_event(event).is_some() || kind::is_known(event) => Self::Other,
            _ => return None,
        })
    }
}

/// Events of cards have `card` for a word of their names.
fn is_about_cards(event: &str) -> bool {
    event.split('_').any(|word| matches!(word, "card" | "giftcard" | "membercard"))
}

/// What every `List` says: WeChat repeats the element, or writes a single one; JSON has no wrapper.
fn listed<'t, 'a: 't, T>(root: Element<'t, 'a>, wrapper: &str, read: impl Fn(Element<'t, 'a>) -> T) -> Vec<T> {
    std::iter::once(root)
        .chain(root.children_named(wrapper))
        .flat_map(|holder| holder.children_named("List"))
        .filter(|list| list.has_children())
        .map(read)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wechat::message::{Message, Payload};
    use crate::wechat::tree::Tree;

    fn check(event: &str, inside: &str, expected: &OtherEvent<'_>) {
        let payload = format!("<xml><MsgType>event</MsgType><Event>{event}</Event>{inside}</xml>");
        let tree = Tree::parse(payload.as_bytes()).unwrap();
        let Payload::Event(event) = Message::decode(&tree).payload else {
            panic!("{payload} is no event");
        };
        assert_eq!(&event, expected);
    }

    #[test]
    fn a_list_of_templates_may_be_single_or_many() {
        let one = "<List><TemplateId>a</TemplateId></List>";
        let choice = |template_id| TemplateChoice { template_id: Some(template_id), status: None, popup_scene: None };
        let wrapped = |lists: &str| format!("<SubscribeMsgPopupEvent>{lists}</SubscribeMsgPopupEvent>");
        let single = OtherEvent::SubscribeMsgPopup(vec![choice("a")]);
        check("subscribe_msg_popup_event", &wrapped(one), &single);
        let two = format!("{one}<List><TemplateId>b</TemplateId></List>");
        let many = OtherEvent::SubscribeMsgPopup(vec![choice("a"), choice("b")]);
        check("subscribe_msg_popup_event", &wrapped(&two), &many);
        check("subscribe_msg_popup_event", &two, &many);
    }

    #[test]
    fn a_subscription_knows_the_scene_of_its_qr_code() {
        let scene = |scene| OtherEvent::Subscribe { scene, ticket: None };
        check("subscribe", "<EventKey>qrscene_12</EventKey>", &scene(Some("12")));
        check("subscribe", "<EventKey></EventKey>", &scene(None));
    }

    #[test]
    fn events_of_cards_are_known_by_a_word_of_their_names() {
        let card = OtherEvent::Card(CardEvent {
            card_id: Some("p1"),
            user_card_code: None,
            outer_str: None,
            refuse_reason: None,
        });
        for event in ["user_get_card", "card_pass_check", "submit_membercard_user_info"] {
            check(event, "<CardId>p1</CardId>", &card);
        }
    }

    #[test]
    fn every_known_event_is_decoded() {
        for known in kind::all() {
            if known.class == kind::Class::Event && !known.is_menu_event() && known.name != "event" {
                let payload = format!("<xml><MsgType>event</MsgType><Event>{}</Event></xml>", known.name);
                let tree = Tree::parse(payload.as_bytes()).unwrap();
                let message = Message::decode(&tree);
                assert!(matches!(message.payload, Payload::Event(_)), "{}", known.name);
            }
        }
    }
}
