//! The codes of all findings, each with its check and its verdict; their words are in `assets/locales/doctor.yml`.

use super::finding::{CheckName, CheckVerdict};

/// Declares the codes, each with its spelling, its check and its verdict.
macro_rules! doctor_codes {
    ($($(#[$doc:meta])* $variant:ident $text:literal $check:ident $verdict:ident,)+) => {
        /// The findings of all checks. The spelling is stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum DoctorCode { $($(#[$doc])* $variant),+ }

        impl DoctorCode {
            /// Every code.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The spelling in JSON and in texts.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// The check that finds it first; a page in the way may be found by later ones, too.
            pub fn check(self) -> CheckName {
                match self { $(Self::$variant => CheckName::$check),+ }
            }

            /// The verdict of the check that finds it.
            pub fn verdict(self) -> CheckVerdict {
                match self { $(Self::$variant => CheckVerdict::$verdict),+ }
            }
        }
    };
}

doctor_codes! {
    /// The folder is there: `path`.
    FolderOk "folder-ok" DataFolder Ok,
    /// It is made at the first start: `path`.
    FolderAbsent "folder-absent" DataFolder Skipped,
    /// Others may read it: `path`.
    FolderOpen "folder-open" DataFolder Warn,
    /// It cannot be used: `path`, `cause`.
    FolderUnusable "folder-unusable" DataFolder Fail,
    /// `config.toml` cannot be used: `cause`.
    ConfigUnusable "config-unusable" DataFolder Fail,
    /// The database can be read: `events`, `newest`.
    DatabaseOk "database-ok" Database Ok,
    /// There is none yet.
    DatabaseAbsent "database-absent" Database Skipped,
    /// The next listener brings it up to date: `cause`.
    DatabaseOlder "database-older" Database Warn,
    /// It cannot be read: `cause`.
    DatabaseUnusable "database-unusable" Database Fail,
    /// Secrets can be read: `accounts`.
    SecretsOk "secrets-ok" Secrets Ok,
    /// No account has any.
    SecretsNone "secrets-none" Secrets Warn,
    /// They should be there and cannot be read: `cause`.
    SecretsUnreadable "secrets-unreadable" Secrets Fail,
    /// `--account` names none that is there: `cause`.
    AccountUnknown "account-unknown" Secrets Fail,
    /// The configuration says where they are, and cannot be read.
    SecretsSkipped "secrets-skipped" Secrets Skipped,
    /// The clock agrees with WeChat's: `seconds`.
    ClockOk "clock-ok" Clock Ok,
    /// There is no recent push of WeChat's to compare with.
    ClockUnproven "clock-unproven" Clock Skipped,
    /// It is behind or ahead of WeChat's: `seconds`.
    ClockOff "clock-off" Clock Warn,
    /// It shows a date before this program was made: `now`.
    ClockWrong "clock-wrong" Clock Fail,
    /// Nobody uses the port: `address`.
    PortFree "port-free" Port Ok,
    /// The listener answers there: `address`.
    PortOurs "port-ours" Port Ok,
    /// Another program has it: `address`.
    PortTaken "port-taken" Port Fail,
    /// It is no address to listen at, or not of this computer: `address`, `cause`.
    PortUnusable "port-unusable" Port Fail,
    /// Other computers reach it, and there is an account without token: `address`, `names`.
    PortExposed "port-exposed" Port Warn,
    /// The configuration names it, and cannot be read.
    PortSkipped "port-skipped" Port Skipped,
    /// A window or listener listens: `address`.
    ListenerOk "listener-ok" Listener Ok,
    /// None does.
    ListenerAbsent "listener-absent" Listener Warn,
    /// One runs, but not at the configured address: `address`.
    ListenerElsewhere "listener-elsewhere" Listener Warn,
    /// All accounts have what they need: `count`.
    AccountsOk "accounts-ok" Accounts Ok,
    /// An account has no token: `account`.
    TokenAbsent "token-absent" Accounts Warn,
    /// A token is none that WeChat's console takes: `account`.
    TokenUnusual "token-unusual" Accounts Warn,
    /// A key cannot be used: `account`, `cause`.
    AesKeyUnusable "aes-key-unusable" Accounts Fail,
    /// The account is in safe or compat mode and has no key: `account`, `mode`.
    AesKeyAbsent "aes-key-absent" Accounts Fail,
    /// An account has a key and no AppID: `account`.
    AppIdAbsent "app-id-absent" Accounts Warn,
    /// An AppID is not `wx` and 16 digits: `account`, `app_id`.
    AppIdUnusual "app-id-unusual" Accounts Warn,
    /// The original id does not begin with `gh_`: `account`, `to_user`.
    ToUserUnusual "to-user-unusual" Accounts Warn,
    /// Their secrets cannot be read.
    AccountsSkipped "accounts-skipped" Accounts Skipped,
    /// The client runs, and WeChat's console has its URL as far as is known: `url`.
    TunnelOk "tunnel-ok" Tunnel Ok,
    /// The URL is configured, and no client: `url`.
    TunnelFixed "tunnel-fixed" Tunnel Ok,
    /// The client runs with another URL than the console has: `url`, `known`.
    TunnelChanged "tunnel-changed" Tunnel Warn,
    /// The client runs, and has told no URL.
    TunnelWithoutUrl "tunnel-without-url" Tunnel Warn,
    /// A client is configured, and does not run.
    TunnelStopped "tunnel-stopped" Tunnel Warn,
    /// None is configured.
    TunnelAbsent "tunnel-absent" Tunnel Skipped,
    /// The configuration names it, and cannot be read.
    TunnelSkipped "tunnel-skipped" Tunnel Skipped,
    /// The URL can be checked: `url`.
    UrlOk "url-ok" Url Ok,
    /// It is none: `url`.
    UrlInvalid "url-invalid" Url Fail,
    /// There is a user or a password in it: `url`, without them.
    UrlCredentials "url-credentials" Url Fail,
    /// Its host is not written in ASCII: `host`, `ascii`.
    UrlNotAscii "url-not-ascii" Url Warn,
    /// There is a fragment in it, which is never sent: `url`, without it.
    UrlFragment "url-fragment" Url Warn,
    /// The name leads to public addresses: `host`, `addresses`.
    NameOk "name-ok" Name Ok,
    /// The URL has an address in place of a name: `host`.
    NameLiteral "name-literal" Name Ok,
    /// Addresses of this computer are taken, as asked for: `host`, `addresses`.
    NameLocal "name-local" Name Skipped,
    /// The name has no address: `host`, `cause`.
    NameUnresolved "name-unresolved" Name Fail,
    /// The resolver does not answer: `host`, `seconds`.
    NameTimeout "name-timeout" Name Fail,
    /// All addresses are of version 6: `host`, `addresses`.
    NameIpv6Only "name-ipv6-only" Name Fail,
    /// It leads to the computer that asks: `host`, `addresses`.
    NameLoopback "name-loopback" Name Fail,
    /// It leads into a network that nobody reaches from outside: `host`, `addresses`.
    NamePrivate "name-private" Name Fail,
    /// Some of the addresses are not public: `host`, `addresses`.
    NameMixed "name-mixed" Name Warn,
    /// A proxy of this computer answers for names with addresses of its own: `host`, `addresses`.
    NameProxied "name-proxied" Name Skipped,
    /// There is no name to look up.
    NameSkipped "name-skipped" Name Skipped,
    /// It is one of the two that WeChat calls: `port`.
    PublicPortOk "public-port-ok" PublicPort Ok,
    /// Any is taken, as asked for: `port`.
    PublicPortAny "public-port-any" PublicPort Skipped,
    /// It is neither 80 nor 443: `port`.
    PublicPortOther "public-port-other" PublicPort Fail,
    /// It is that of the other scheme: `scheme`, `port`.
    PublicPortScheme "public-port-scheme" PublicPort Fail,
    /// There is no port to look at.
    PublicPortSkipped "public-port-skipped" PublicPort Skipped,
    /// The server takes connections: `address`, `elapsed`.
    ConnectOk "connect-ok" Connect Ok,
    /// Some of the addresses take no connection: `dead`, `address`.
    ConnectPartly "connect-partly" Connect Warn,
    /// Nobody listens there: `address`.
    ConnectRefused "connect-refused" Connect Fail,
    /// Nothing comes back: `address`, `seconds`.
    ConnectTimeout "connect-timeout" Connect Fail,
    /// There is no way there: `address`, `cause`.
    ConnectUnreachable "connect-unreachable" Connect Fail,
    /// There is no address to connect to.
    ConnectSkipped "connect-skipped" Connect Skipped,
    /// TLS and certificate are good: `version`.
    TlsOk "tls-ok" Tls Ok,
    /// The URL is plain http.
    TlsNone "tls-none" Tls Skipped,
    /// The certificate has expired: `host`.
    TlsExpired "tls-expired" Tls Fail,
    /// The certificate is not valid yet: `host`.
    TlsNotYet "tls-not-yet" Tls Fail,
    /// The certificate is for other names: `host`, `names`.
    TlsWrongName "tls-wrong-name" Tls Fail,
    /// The certificate is signed by itself: `host`.
    TlsSelfSigned "tls-self-signed" Tls Fail,
    /// The certificate in between is not sent: `host`.
    TlsIncomplete "tls-incomplete" Tls Fail,
    /// Nobody whom the system trusts issued it: `host`.
    TlsUnknownIssuer "tls-unknown-issuer" Tls Fail,
    /// Something else is wrong with the certificate: `host`, `cause`.
    TlsCertificate "tls-certificate" Tls Fail,
    /// The server refuses the handshake: `host`, `cause`.
    TlsRefused "tls-refused" Tls Fail,
    /// It offers old versions only: `host`.
    TlsOld "tls-old" Tls Fail,
    /// It speaks plain HTTP at this port: `host`, `port`.
    TlsPlain "tls-plain" Tls Fail,
    /// The handshake takes too long: `host`, `seconds`.
    TlsTimeout "tls-timeout" Tls Fail,
    /// The connection breaks off during the handshake: `host`, `cause`.
    TlsBroken "tls-broken" Tls Fail,
    /// This system has no certificates to check with: `cause`.
    TlsUnverifiable "tls-unverifiable" Tls Skipped,
    /// There is no connection.
    TlsSkipped "tls-skipped" Tls Skipped,
    /// The URL answers by itself.
    RedirectNone "redirect-none" Redirect Ok,
    /// It leads to the same address by https: `location`.
    RedirectHttps "redirect-https" Redirect Fail,
    /// It leads elsewhere: `location`.
    RedirectElsewhere "redirect-elsewhere" Redirect Fail,
    /// It leads to the same address with a slash at its end, or without: `location`, `url`.
    RedirectSlash "redirect-slash" Redirect Fail,
    /// It leads back to itself, at once or by the way of others: `location`.
    RedirectLoop "redirect-loop" Redirect Fail,
    /// There is no answer that could be one.
    RedirectSkipped "redirect-skipped" Redirect Skipped,
    /// The page of a listener of ours: `url`.
    PageOk "page-ok" Page Ok,
    /// Another program answers: `status`, `text`.
    PageOther "page-other" Page Warn,
    /// There is no way to a page.
    PageSkipped "page-skipped" Page Skipped,
    /// ngrok warns visitors before it lets them through.
    NgrokInterstitial "ngrok-interstitial" Page Fail,
    /// No ngrok client is connected for this name: `name`.
    NgrokOffline "ngrok-offline" Page Fail,
    /// ngrok does not reach the listener: `name`.
    NgrokUpstream "ngrok-upstream" Page Fail,
    /// Another error of ngrok's: `name`.
    NgrokError "ngrok-error" Page Fail,
    /// localtunnel asks for a password.
    LocaltunnelPassword "localtunnel-password" Page Fail,
    /// No localtunnel client is connected.
    LocaltunnelOffline "localtunnel-offline" Page Fail,
    /// No cloudflared is connected: `status`.
    CloudflareOffline "cloudflare-offline" Page Fail,
    /// cloudflared does not reach the listener: `status`.
    CloudflareUpstream "cloudflare-upstream" Page Fail,
    /// Cloudflare asks for a proof that the visitor is a person.
    CloudflareChallenge "cloudflare-challenge" Page Fail,
    /// Another error of Cloudflare's: `status`.
    CloudflareError "cloudflare-error" Page Fail,
    /// frps knows no such name.
    FrpNotFound "frp-not-found" Page Fail,
    /// A page of NATAPP's.
    NatappPage "natapp-page" Page Fail,
    /// A page of cpolar's.
    CpolarPage "cpolar-page" Page Fail,
    /// A page of 花生壳's.
    OrayPage "oray-page" Page Fail,
    /// A page of another tunnel: `name`.
    TunnelPage "tunnel-page" Page Fail,
    /// The host's provider blocks names without a filing (ICP 备案).
    IcpBlocked "icp-blocked" Page Fail,
    /// Closed without an answer, or nginx's status 444.
    WafClosed "waf-closed" Page Fail,
    /// A firewall asks for a proof that the visitor is a browser: `name`.
    WafChallenge "waf-challenge" Page Fail,
    /// A firewall blocks the request: `name`, `status`.
    WafBlocked "waf-blocked" Page Fail,
    /// `Mozilla/4.0`, which WeChat calls itself, is refused, and another name is not: `status`.
    AgentRefused "agent-refused" Handshake Fail,
    /// A user and a password are asked for: `status`.
    LoginWall "login-wall" Page Fail,
    /// A plain GET is refused, which a listener never does: `status`.
    AccessRefused "access-refused" Page Fail,
    /// The same, and what is signed is let through: `status`.
    PageGuarded "page-guarded" Page Warn,
    /// The proxy or tunnel does not reach the listener: `status`.
    UpstreamDown "upstream-down" Page Fail,
    /// The server answers with its own error: `status`.
    ServerError "server-error" Page Fail,
    /// There is nothing at this path: `status`.
    NotFound "not-found" Page Fail,
    /// The answer is not HTTP: `cause`.
    NotHttp "not-http" Page Fail,
    /// The headers of the answer have no end, or are far too large: `cause`.
    HeadTooLarge "head-too-large" Page Fail,
    /// Plain http at a port that speaks TLS: `port`.
    PlainToTls "plain-to-tls" Page Fail,
    /// The answer breaks off: `cause`.
    AnswerBroken "answer-broken" Page Fail,
    /// No answer in time: `seconds`.
    NoAnswer "no-answer" Page Fail,
    /// The requests of this listener come back to it: `status`.
    RouteLoop "route-loop" Page Fail,
    /// The `echostr` comes back exactly: `elapsed`.
    HandshakeOk "handshake-ok" Handshake Ok,
    /// It comes back shortly before WeChat gives up: `elapsed`.
    EchoNearLimit "echo-near-limit" Handshake Warn,
    /// It comes too late: `seconds`.
    EchoLate "echo-late" Handshake Fail,
    /// It is in quotes.
    EchoQuoted "echo-quoted" Handshake Fail,
    /// A byte order mark stands before it.
    EchoBom "echo-bom" Handshake Fail,
    /// White space stands around it.
    EchoWhite "echo-white" Handshake Fail,
    /// A page comes in its place: `name`.
    EchoHtml "echo-html" Handshake Fail,
    /// Nothing comes.
    EchoMissing "echo-missing" Handshake Fail,
    /// That of an earlier request comes: `text`.
    EchoCached "echo-cached" Handshake Fail,
    /// It stands in JSON: `text`.
    EchoInJson "echo-in-json" Handshake Fail,
    /// It went through a floating-point number: `text`.
    EchoRounded "echo-rounded" Handshake Fail,
    /// Other text stands around it: `text`.
    EchoNotAlone "echo-not-alone" Handshake Fail,
    /// It comes compressed: `encoding`.
    EchoCompressed "echo-compressed" Handshake Fail,
    /// It comes in UTF-16.
    EchoUtf16 "echo-utf16" Handshake Fail,
    /// Another text comes: `text`.
    EchoDiffers "echo-differs" Handshake Fail,
    /// The signature is refused: `status`.
    EchoRefused "echo-refused" Handshake Fail,
    /// An error status comes: `status`.
    EchoStatus "echo-status" Handshake Fail,
    /// There is no way to it, or nothing to sign with.
    HandshakeSkipped "handshake-skipped" Handshake Skipped,
    /// It is in the database, marked as own: `id`, `elapsed`.
    PushOk "push-ok" Push Ok,
    /// It was answered, and is not in this database: `status`, `seconds`.
    PushElsewhere "push-elsewhere" Push Fail,
    /// It arrived, and the answer came too late: `id`, `elapsed`.
    PushLate "push-late" Push Fail,
    /// The signature is refused: `status`.
    PushRefused "push-refused" Push Fail,
    /// It is refused, though the handshake with the same token was not: `status`.
    PushForbidden "push-forbidden" Push Fail,
    /// POST is not let through: `status`.
    PushMethod "push-method" Push Fail,
    /// Another status than 200: `status`.
    PushStatus "push-status" Push Fail,
    /// It was changed on the way: `id`.
    PushChanged "push-changed" Push Fail,
    /// The header with our mark is lost on the way: `id`.
    PushMarkLost "push-mark-lost" Push Warn,
    /// The listener forwards to its own public URL: `url`.
    PushLoop "push-loop" Push Warn,
    /// It cannot be made: `cause`.
    PushUnmade "push-unmade" Push Skipped,
    /// There is no way for it.
    PushSkipped "push-skipped" Push Skipped,
    /// WeChat itself has reached this listener: `time`.
    RouteProven "route-proven" Route Ok,
    /// It has not, as far as is known.
    RouteUnproven "route-unproven" Route Skipped,
    /// The time for all checks is over.
    OutOfTime "out-of-time" Push Skipped,
}
