//! Posts to a server as WeChat does: the query byte for byte, no redirects, no proxy, five seconds for a push.
//!
//! ```text
//! captured request ─► forward ─┐
//! replay           ─► resend ──┼─► HttpClient ─► the developer's own server ─► ServerAnswer, PushResponse
//! push made here   ─► post ────┘
//! ```
//! `fetch` is the exception: a GET of one picture from WeChat's picture hosts, when a person asks for it.
//! `tls_probe` sends nothing: it tells what is wrong with a server's TLS, for `doctor`.

mod delivery_error;
mod headers;
mod http_client;
mod target;
mod tls_probe;

pub use delivery_error::DeliveryError;
pub use http_client::{
    ApiCall, FetchError, HttpClient, PushResponse, has_passed_through, is_picture_url, sent_request,
};
pub use target::Target;
pub use tls_probe::{TlsFault, TlsVersion, probe_tls};
