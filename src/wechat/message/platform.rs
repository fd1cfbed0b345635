//! Pushes of an open platform: `InfoType` where a message has `MsgType`.

use crate::wechat::kind::{self, Class};
use crate::wechat::tree::Element;

/// A push of an open platform; each has to be answered with `success`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlatformPush<'t> {
    /// `component_verify_ticket`, every ten minutes.
    VerifyTicket {
        /// `ComponentVerifyTicket`.
        ticket: Option<&'t str>,
    },
    /// `authorized`.
    Authorized(Authorization<'t>),
    /// `updateauthorized`.
    UpdateAuthorized(Authorization<'t>),
    /// `unauthorized`.
    Unauthorized {
        /// `AuthorizerAppid`.
        authorizer_app_id: Option<&'t str>,
    },
    /// `notify_third_fasteregister`.
    FastRegister {
        /// `appid` of the new mini program.
        app_id: Option<&'t str>,
        /// `status`.
        status: Option<&'t str>,
        /// `auth_code`.
        auth_code: Option<&'t str>,
        /// `msg`.
        msg: Option<&'t str>,
        /// `name` in `info`.
        name: Option<&'t str>,
    },
    /// A push that is known by name, whose elements are only in the element tree.
    Other,
}

/// What an account allowed a platform.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorization<'t> {
    /// `AuthorizerAppid`.
    pub authorizer_app_id: Option<&'t str>,
    /// `AuthorizationCode`.
    pub code: Option<&'t str>,
    /// `AuthorizationCodeExpiredTime`.
    pub code_expired_time: Option<&'t str>,
    /// `PreAuthCode`.
    pub pre_auth_code: Option<&'t str>,
}

impl<'t> PlatformPush<'t> {
    pub(super) fn decode(info_type: &str, root: Element<'t, '_>) -> Option<Self> {
        let text = |name: &str| root.text_of(name);
        let authorization = || Authorization {
            authorizer_app_id: text("AuthorizerAppid"),
            code: text("AuthorizationCode"),
            code_expired_time: text("AuthorizationCodeExpiredTime"),
            pre_auth_code: text("PreAuthCode"),
        };
        Some(match info_type {
            "component_verify_ticket" => Self::VerifyTicket { ticket: text("ComponentVerifyTicket") },
            "authorized" => Self::Authorized(authorization()),
            "updateauthorized" => Self::UpdateAuthorized(authorization()),
            "unauthorized" => Self::Unauthorized { authorizer_app_id: text("AuthorizerAppid") },
            "notify_third_fasteregister" => Self::FastRegister {
                app_id: text("appid"),
                status: text("status"),
                auth_code: text("auth_code"),
                msg: text("msg"),
                name: root.child("info").and_then(|info| info.text_of("name")),
            },
            // Some names, such as wxa_nickname_audit, are events and platform pushes alike.
            _ => kind::lookup(info_type)
                .filter(|known| matches!(known.class, Class::Platform | Class::Event))
                .map(|_| Self::Other)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wechat::message::{Message, Payload};
    use crate::wechat::tree::Tree;

    #[test]
    fn an_info_type_makes_a_platform_push() {
        let payload = b"<xml><AppId>wx1</AppId><InfoType>component_verify_ticket</InfoType>\
            <ComponentVerifyTicket>t</ComponentVerifyTicket></xml>";
        let tree = Tree::parse(payload).unwrap();
        let message = Message::decode(&tree);
        assert_eq!((message.kind(), message.app_id), ("component_verify_ticket", Some("wx1")));
        let ticket = PlatformPush::VerifyTicket { ticket: Some("t") };
        assert_eq!(message.payload, Payload::Platform(ticket));
    }
}
