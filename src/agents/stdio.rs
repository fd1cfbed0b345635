//! The way to the client: lines on stdin and stdout. Notices the end of input, and is patient before the first request.

use std::time::Duration;

use rmcp::RoleServer;
use rmcp::model::JsonRpcMessage;
use rmcp::service::{RxJsonRpcMessage, TxJsonRpcMessage};
use rmcp::transport::Transport;
use rmcp::transport::async_rw::AsyncRwTransport;
use tokio::io::{Stdin, Stdout};

use crate::progress::Progress;

/// After the end of input, work gets this long to finish: whoever pipes requests in wants the answers all the same.
const LAST_ANSWERS: Duration = Duration::from_secs(1);

/// A transport over stdin and stdout.
pub(super) struct Stdio {
    inner: AsyncRwTransport<RoleServer, Stdin, Stdout>,
    /// Set once a request has come: before it, nothing else means anything.
    has_begun: bool,
    /// Cancelled soon after the end of input.
    closing: Progress,
}

impl Stdio {
    /// Takes stdin and stdout; `closing` is cancelled soon after the end of input.
    pub(super) fn new(closing: Progress) -> Self {
        let (stdin, stdout) = rmcp::transport::stdio();
        Self { inner: AsyncRwTransport::new_server(stdin, stdout), has_begun: false, closing }
    }
}

impl Transport<RoleServer> for Stdio {
    type Error = std::io::Error;

    fn send(
        &mut self,
        item: TxJsonRpcMessage<RoleServer>,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send + 'static {
        self.inner.send(item)
    }

    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleServer>> {
        loop {
            let Some(message) = self.inner.receive().await else {
                let closing = self.closing.clone();
                tokio::spawn(async move {
                    tokio::time::sleep(LAST_ANSWERS).await;
                    closing.cancel();
                });
                return None;
            };
            self.has_begun |= matches!(message, JsonRpcMessage::Request(_));
            if self.has_begun {
                return Some(message);
            }
            tracing::debug!("ignoring a message before the first request");
        }
    }

    async fn close(&mut self) -> Result<(), Self::Error> {
        self.inner.close().await
    }
}
