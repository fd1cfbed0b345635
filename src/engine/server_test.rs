//! Test of the developer's own server: the signed handshake that WeChat's console sends when a URL is entered.

use crate::account::Account;
use crate::delivery::{HttpClient, Target};
use crate::reach::ServerHandshake;

/// The handshake with the server at a URL.
#[derive(Clone, Debug)]
pub struct ServerTest {
    pub url: String,
    pub handshake: ServerHandshake,
}

impl ServerTest {
    /// Sends the handshake, and waits for the answer as long as WeChat would.
    pub(super) async fn of(url: String, target: &Target, account: &Account, client: &HttpClient) -> Self {
        Self { url, handshake: ServerHandshake::send(target, account, client).await }
    }
}
