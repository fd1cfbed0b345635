//! The kinds of passive replies and their spellings.

/// The kind of a passive reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReplyKind {
    /// The seven bytes `success`.
    Success,
    Empty,
    Text,
    Image,
    Voice,
    Video,
    Music,
    News,
    TransferCustomerService,
    /// Bytes that are sent as they are.
    Raw,
}

impl ReplyKind {
    /// Every kind, in display order.
    pub const ALL: [Self; 10] = [
        Self::Success,
        Self::Empty,
        Self::Text,
        Self::Image,
        Self::Voice,
        Self::Video,
        Self::Music,
        Self::News,
        Self::TransferCustomerService,
        Self::Raw,
    ];

    /// The `MsgType`, or else `success`, `empty` or `raw`: the spelling in settings and locale keys.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Empty => "empty",
            Self::Text => "text",
            Self::Image => "image",
            Self::Voice => "voice",
            Self::Video => "video",
            Self::Music => "music",
            Self::News => "news",
            Self::TransferCustomerService => "transfer_customer_service",
            Self::Raw => "raw",
        }
    }

    /// The kind of exactly that spelling, in the same case.
    pub fn from_spelling(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// The kind with that `MsgType`; `None` for the kinds without one.
    pub(super) fn of_msg_type(text: &str) -> Option<Self> {
        Self::from_spelling(text).filter(|kind| !matches!(kind, Self::Success | Self::Empty | Self::Raw))
    }

    /// The element around the texts; `None` if they are in the root or in articles.
    pub(super) fn group(self) -> Option<&'static str> {
        match self {
            Self::Success | Self::Empty | Self::Text | Self::News | Self::Raw => None,
            Self::Image => Some("Image"),
            Self::Voice => Some("Voice"),
            Self::Video => Some("Video"),
            Self::Music => Some("Music"),
            Self::TransferCustomerService => Some("TransInfo"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_its_spelling_and_by_no_other_case() {
        for kind in ReplyKind::ALL {
            assert_eq!(ReplyKind::from_spelling(kind.as_str()), Some(kind));
            assert_eq!(ReplyKind::from_spelling(&kind.as_str().to_uppercase()), None);
        }
    }

    #[test]
    fn what_has_no_elements_is_not_a_message_type() {
        assert_eq!(ReplyKind::of_msg_type("news"), Some(ReplyKind::News));
        for name in ["success", "empty", "raw", ""] {
            assert_eq!(ReplyKind::of_msg_type(name), None);
        }
    }
}
