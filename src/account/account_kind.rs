//! The kind of an account: where it is set up, and how its pushes differ from those of an Official Account.

/// The kind of an account, as the developer told it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AccountKind {
    /// 公众号 or 服务号.
    #[default]
    Official,
    /// 测试号: it sends plain messages only.
    Test,
    /// 小程序: it may send JSON, and of replies only the transfer to customer service has an effect.
    MiniProgram,
    /// 第三方平台: its key and its AppID encrypt the pushes of all accounts that authorized it.
    Platform,
    /// 云托管: its pushes carry no signature.
    Cloud,
}

impl AccountKind {
    /// Every kind, in the order in which they are offered.
    pub const ALL: [Self; 5] = [Self::Official, Self::Test, Self::MiniProgram, Self::Platform, Self::Cloud];

    /// The spelling in `config.toml`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Official => "official",
            Self::Test => "test",
            Self::MiniProgram => "mini-program",
            Self::Platform => "platform",
            Self::Cloud => "cloud",
        }
    }

    /// The kind of that spelling.
    pub fn from_spelling(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}
