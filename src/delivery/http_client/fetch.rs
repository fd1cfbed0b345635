//! Fetches a picture from WeChat's picture hosts, and from no other: one GET, bounded in size and time, no redirect followed.

use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::{Request, Uri, header};

use super::super::target::Target;
use super::{Failure, HttpClient};
use crate::texts::user_error::UserError;

/// The domain of WeChat's picture hosts.
const PICTURE_DOMAIN: &str = "qpic.cn";

/// The largest picture that is read, in bytes: phones send up to 20 MB, of which WeChat keeps less.
const LARGEST_PICTURE: usize = 24 << 20;

/// The time for a picture to arrive.
const PICTURE_PATIENCE: Duration = Duration::from_secs(10);

/// The reasons why a picture was not fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// It is not at WeChat's picture hosts.
    #[error("only pictures at qpic.cn are fetched, where WeChat keeps them, and this one is elsewhere: {url}")]
    Host { url: String },
    #[error(
        "the picture's host answered {status} instead of the picture; WeChat deletes pictures after a while: {url}"
    )]
    Status { status: u16, url: String },
    /// The host cannot be reached, or broke off.
    #[error("cannot fetch the picture ({cause}); check the network and try again: {url}")]
    Unreachable { cause: String, url: String },
    #[error("the picture has more than {} MiB, and is not fetched: {url}", LARGEST_PICTURE >> 20)]
    TooLarge { url: String },
    #[error("the picture did not arrive within {} s; try again: {url}", PICTURE_PATIENCE.as_secs())]
    TooLate { url: String },
}

impl From<&FetchError> for UserError {
    fn from(error: &FetchError) -> Self {
        match error {
            FetchError::Host { url } => Self::of("user_error.fetch.host", error).with("url", url),
            FetchError::Status { status, url } => {
                Self::of("user_error.fetch.status", error).with("status", status).with("url", url)
            }
            FetchError::Unreachable { cause, url } => {
                Self::of("user_error.fetch.unreachable", error).with("cause", cause).with("url", url)
            }
            FetchError::TooLarge { url } => {
                Self::of("user_error.fetch.too_large", error).with("most", LARGEST_PICTURE >> 20).with("url", url)
            }
            FetchError::TooLate { url } => Self::of("user_error.fetch.too_late", error)
                .with("seconds", PICTURE_PATIENCE.as_secs())
                .with("url", url),
        }
    }
}

/// Tells whether a picture at this URL would be fetched.
pub fn is_picture_url(url: &str) -> bool {
    picture_uri(url).is_some()
}

/// The URL of a picture at WeChat's hosts, http or https as it is written, at the scheme's own port.
fn picture_uri(url: &str) -> Option<Uri> {
    let target = Target::parse(url).ok()?;
    let host = target.authority().to_ascii_lowercase();
    let is_there = host.strip_suffix(PICTURE_DOMAIN).is_some_and(|before| before.is_empty() || before.ends_with('.'));
    is_there.then(|| target.uri("/", "")).flatten()
}

impl HttpClient {
    /// Fetches the picture at this URL.
    pub async fn fetch_picture(&self, url: &str) -> Result<Bytes, FetchError> {
        match picture_uri(url) {
            Some(uri) => self.get(uri, url, LARGEST_PICTURE).await,
            None => Err(FetchError::Host { url: url.to_owned() }),
        }
    }

    async fn get(&self, uri: Uri, url: &str, limit: usize) -> Result<Bytes, FetchError> {
        let url = url.to_owned();
        let request = Request::get(uri).header(header::ACCEPT, "image/jpeg, image/png").body(Full::new(Bytes::new()));
        let Ok(request) = request else { return Err(FetchError::Host { url }) };
        let exchange = self.exchange(request, limit, PICTURE_PATIENCE).await;
        let status = exchange.head.map(|head| head.status);
        match (exchange.failure, status) {
            (None, Some(200)) => Ok(exchange.body),
            (Some(Failure::Certificates(source)), _) => Err(FetchError::Unreachable { cause: source.to_string(), url }),
            (Some(Failure::Unresolved(cause) | Failure::Unreachable(cause) | Failure::Broken(cause)), _) => {
                Err(FetchError::Unreachable { cause, url })
            }
            (Some(Failure::TooLarge), _) => Err(FetchError::TooLarge { url }),
            (None, Some(status)) => Err(FetchError::Status { status, url }),
            // Without a failure there is a head.
            (Some(Failure::TooLate) | None, _) => Err(FetchError::TooLate { url }),
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    #[test]
    fn only_wechats_picture_hosts_are_asked() {
        for url in
            ["http://mmbiz.qpic.cn/mmbiz_jpg/a/0", "https://mmbiz.qpic.cn/a?wx_fmt=png", "http://MMBIZ.QPIC.CN/a"]
        {
            assert!(is_picture_url(url), "{url}");
        }
        for url in [
            "http://qpic.cn.example.com/a",
            "http://evilqpic.cn/a",
            "http://mmbiz.qpic.cn:8080/a",
            "http://mmbiz.qpic.cn@127.0.0.1/a",
            "http://127.0.0.1/qpic.cn",
            "ftp://mmbiz.qpic.cn/a",
            "this is a url",
            "",
        ] {
            assert!(!is_picture_url(url), "{url}");
        }
    }

    /// The outcome of a GET from a server that answers with this.
    async fn got(answer: &'static str, limit: usize) -> Result<Bytes, FetchError> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/picture", listener.local_addr().unwrap());
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut request = [0; 4096];
            assert!(stream.read(&mut request).await.unwrap() > 0);
            stream.write_all(answer.as_bytes()).await.unwrap();
        });
        let got = HttpClient::new().get(url.parse().unwrap(), &url, limit).await;
        server.await.unwrap();
        got
    }

    #[tokio::test]
    async fn a_picture_is_read_whole_or_not_at_all() {
        let answer = "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc";
        assert_eq!(got(answer, 3).await.unwrap(), "abc");
        assert!(matches!(got(answer, 2).await, Err(FetchError::TooLarge { .. })));
    }

    #[tokio::test]
    async fn a_redirect_is_not_followed() {
        let answer = "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n";
        assert!(matches!(got(answer, 9).await, Err(FetchError::Status { status: 302, .. })));
    }

    #[test]
    fn every_reason_is_said_in_both_languages() {
        let url = || "http://mmbiz.qpic.cn/a".to_owned();
        for error in [
            FetchError::Host { url: url() },
            FetchError::Status { status: 404, url: url() },
            FetchError::Unreachable { cause: "refused".to_owned(), url: url() },
            FetchError::TooLarge { url: url() },
            FetchError::TooLate { url: url() },
        ] {
            UserError::from(&error).assert_said();
        }
    }
}
