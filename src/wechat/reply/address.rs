//! Whom a passive reply goes to, and who says so.

use crate::wechat::message::Message;

/// The first three elements of a reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// `ToUserName`: the user's OpenID.
    pub to_user: String,
    /// `FromUserName`: the account's `gh_…`.
    pub from_user: String,
    /// `CreateTime` in seconds.
    pub create_time: i64,
}

impl Address {
    /// Back to where a message came from; `None` where it does not say who sent it to whom.
    pub fn answering(message: &Message<'_>, now_seconds: i64) -> Option<Self> {
        let named = |name: Option<&str>| name.filter(|name| !name.is_empty()).map(str::to_owned);
        Some(Self { to_user: named(message.from_user)?, from_user: named(message.to_user)?, create_time: now_seconds })
    }

    /// To nobody from nobody: for what is answered to a message that does not say.
    pub fn nobody(now_seconds: i64) -> Self {
        Self { to_user: String::new(), from_user: String::new(), create_time: now_seconds }
    }

    /// The other way round, as no reply should be.
    pub(in crate::wechat) fn swapped(&self) -> Self {
        Self { to_user: self.from_user.clone(), from_user: self.to_user.clone(), create_time: self.create_time }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wechat::tree::Tree;

    fn answering(push: &str) -> Option<Address> {
        Address::answering(&Message::decode(&Tree::parse(push.as_bytes()).unwrap()), 1_714_036_504)
    }

    #[test]
    fn an_answer_goes_back_to_where_the_push_came_from() {
        let push = "<xml><ToUserName>gh_1</ToUserName><FromUserName>oUser</FromUserName>\
            <CreateTime>12</CreateTime></xml>";
        let address = answering(push).unwrap();
        assert_eq!((address.to_user.as_str(), address.from_user.as_str()), ("oUser", "gh_1"));
        assert_eq!(address.create_time, 1_714_036_504);
    }

    #[test]
    fn a_push_that_does_not_name_both_sides_has_no_way_back() {
        assert_eq!(answering("<xml><ToUserName>gh_1</ToUserName></xml>"), None);
        assert_eq!(answering("<xml><FromUserName>oUser</FromUserName></xml>"), None);
        assert_eq!(answering("<xml><ToUserName>gh_1</ToUserName><FromUserName> </FromUserName></xml>"), None);
    }
}
