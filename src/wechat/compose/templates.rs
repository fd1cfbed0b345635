//! A template body for every kind.

macro_rules! sample {
    ($file:literal) => {
        include_str!(concat!("../../../assets/samples/", $file, ".xml"))
    };
}

/// The kinds with a template, in display order, and their bodies.
#[rustfmt::skip] // one kind a line
pub const TEMPLATES: &[(&str, &str)] = &[
    ("CLICK", sample!("CLICK")),
    ("VIEW", sample!("VIEW")),
    ("view_miniprogram", sample!("view_miniprogram")),
    ("scancode_push", sample!("scancode_push")),
    ("scancode_waitmsg", sample!("scancode_waitmsg")),
    ("pic_sysphoto", sample!("pic_sysphoto")),
    ("pic_photo_or_album", sample!("pic_photo_or_album")),
    ("pic_weixin", sample!("pic_weixin")),
    ("location_select", sample!("location_select")),
    ("text", sample!("text")),
    ("image", sample!("image")),
    ("voice", sample!("voice")),
    ("video", sample!("video")),
    ("shortvideo", sample!("shortvideo")),
    ("location", sample!("location")),
    ("link", sample!("link")),
    ("miniprogrampage", sample!("miniprogrampage")),
    ("subscribe", sample!("subscribe")),
    ("unsubscribe", sample!("unsubscribe")),
    ("SCAN", sample!("SCAN")),
    ("LOCATION", sample!("LOCATION_event")),
    ("enter", sample!("enter")),
    ("user_enter_tempsession", sample!("user_enter_tempsession")),
    ("debug_demo", sample!("debug_demo")),
    ("subscribe_msg_popup_event", sample!("subscribe_msg_popup_event")),
    ("subscribe_msg_change_event", sample!("subscribe_msg_change_event")),
    ("subscribe_msg_sent_event", sample!("subscribe_msg_sent_event")),
    ("TEMPLATESENDJOBFINISH", sample!("TEMPLATESENDJOBFINISH")),
    ("MASSSENDJOBFINISH", sample!("MASSSENDJOBFINISH")),
    ("kf_create_session", sample!("kf_create_session")),
    ("kf_close_session", sample!("kf_close_session")),
    ("kf_switch_session", sample!("kf_switch_session")),
    ("qualification_verify_success", sample!("qualification_verify_success")),
    ("qualification_verify_fail", sample!("qualification_verify_fail")),
    ("naming_verify_success", sample!("naming_verify_success")),
    ("naming_verify_fail", sample!("naming_verify_fail")),
    ("annual_renew", sample!("annual_renew")),
    ("verify_expired", sample!("verify_expired")),
    ("user_info_modified", sample!("user_info_modified")),
    ("user_authorization_revoke", sample!("user_authorization_revoke")),
    ("user_authorization_cancellation", sample!("user_authorization_cancellation")),
    ("card_pass_check", sample!("card_pass_check")),
    ("card_not_pass_check", sample!("card_not_pass_check")),
    ("user_get_card", sample!("user_get_card")),
    ("user_del_card", sample!("user_del_card")),
    ("user_consume_card", sample!("user_consume_card")),
    ("submit_membercard_user_info", sample!("submit_membercard_user_info")),
    ("poi_check_notify", sample!("poi_check_notify")),
    ("WifiConnected", sample!("WifiConnected")),
    ("ShakearoundUserShake", sample!("ShakearoundUserShake")),
    ("wxa_media_check", sample!("wxa_media_check")),
    ("weapp_audit_success", sample!("weapp_audit_success")),
    ("weapp_audit_fail", sample!("weapp_audit_fail")),
    ("weapp_audit_delay", sample!("weapp_audit_delay")),
    ("component_verify_ticket", sample!("component_verify_ticket")),
    ("authorized", sample!("authorized")),
    ("updateauthorized", sample!("updateauthorized")),
    ("unauthorized", sample!("unauthorized")),
    ("notify_third_fasteregister", sample!("notify_third_fasteregister")),
];

/// The template of a kind: of exactly that name, or else in any case.
pub fn template(kind: &str) -> Option<&'static str> {
    let exact = TEMPLATES.iter().find(|(name, _)| *name == kind);
    let similar = || TEMPLATES.iter().find(|(name, _)| name.eq_ignore_ascii_case(kind));
    exact.or_else(similar).map(|(_, body)| *body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wechat::message::Message;
    use crate::wechat::tree::Tree;

    #[test]
    fn every_body_is_of_its_kind_and_without_a_problem() {
        for (kind, body) in TEMPLATES {
            let tree = Tree::parse(body.as_bytes()).unwrap();
            let message = Message::decode(&tree);
            assert_eq!(message.kind(), *kind);
            assert!(message.problems.is_empty(), "{kind}: {:?}", message.problems);
        }
    }

    #[test]
    fn a_kind_is_found_as_written_before_it_is_found_in_another_case() {
        assert!(template("LOCATION").unwrap().contains("<Precision>"));
        assert!(template("location").unwrap().contains("<Label>"));
        assert_eq!(template("click"), template("CLICK"));
        assert_eq!(template("media_id"), None);
    }
}
