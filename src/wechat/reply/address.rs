//! The address of a passive reply: recipient, sender and time.

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
    /// The address of a reply to the user who sent a push to the account; `None` if one of them is unknown.
    pub fn answering(user: Option<&str>, account: Option<&str>, now_seconds: i64) -> Option<Self> {
        let named = |name: Option<&str>| name.filter(|name| !name.is_empty()).map(str::to_owned);
        Some(Self { to_user: named(user)?, from_user: named(account)?, create_time: now_seconds })
    }

    /// An address without names, for a reply to a push that has none.
    pub fn nobody(now_seconds: i64) -> Self {
        Self { to_user: String::new(), from_user: String::new(), create_time: now_seconds }
    }

    /// Sender and recipient exchanged: a mistake to inject.
    pub(in crate::wechat) fn swapped(&self) -> Self {
        Self { to_user: self.from_user.clone(), from_user: self.to_user.clone(), create_time: self.create_time }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wechat::message::Message;
    use crate::wechat::tree::Tree;

    fn answering(push: &str) -> Option<Address> {
        let tree = Tree::parse(push.as_bytes()).unwrap();
        let message = Message::decode(&tree);
        Address::answering(message.from_user, message.to_user, 1_714_036_504)
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
