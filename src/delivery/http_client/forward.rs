//! Forwards a callback to the developer's own server, query and body to the byte, and keeps the answer as it comes.

use std::time::Duration;

use super::super::headers::{headers_for, outgoing, put, values, words};
use super::super::target::Target;
use super::{Failure, Head, HttpClient, HttpExchange};
use crate::capture::{ForwardProblem, OWN_HEADER, RawRequest, ServerAnswer};

/// The largest answer that is kept, in bytes: a passive reply is a few kilobytes, and every answer goes into the database.
pub(super) const MAX_KEPT: usize = 1 << 20;

/// The start of the header that marks a request as forwarded; the instances that it has passed through follow.
const MARKER: &str = "forward;";

/// The addresses that a request came through: the sender, then each proxy.
const FORWARDED_FOR: &str = "x-forwarded-for";

/// The sender's scheme: http or https.
const FORWARDED_PROTO: &str = "x-forwarded-proto";

/// The host that the sender asked.
const FORWARDED_HOST: &str = "x-forwarded-host";

impl HttpClient {
    /// Sends the captured request to `target`. `instance` is the identity of this process, eight hexadecimal
    /// digits: a request that bears it already is a [`ForwardProblem::Loop`] and is not sent.
    ///
    /// The answer is not linted: [`ServerAnswer::lint`] is empty and [`ServerAnswer::passed_on`] false.
    pub async fn forward(
        &self,
        request: &RawRequest,
        target: &Target,
        instance: &str,
        within: Duration,
    ) -> ServerAnswer {
        let url = target.url(request.path(), request.query());
        if has_passed_through(request, instance) {
            return ServerAnswer::unsent(url, ForwardProblem::Loop);
        }
        let headers = marked_headers(request, target, instance);
        let uri = target.uri(request.path(), request.query());
        match uri.and_then(|uri| outgoing(&request.method, uri, headers, request.body.clone())) {
            Some(outgoing) => self.exchange(outgoing, MAX_KEPT, within).await.into_forwarded(url),
            None => ServerAnswer::unsent(url, ForwardProblem::Target),
        }
    }
}

/// Tells whether the process of that identity has forwarded the request before: forwarding it again would never end.
pub fn has_passed_through(request: &RawRequest, instance: &str) -> bool {
    // A proxy may have put several headers into one.
    words(request, OWN_HEADER).any(|word| word.strip_prefix(MARKER.as_bytes()).unwrap_or(word) == instance.as_bytes())
}

/// The captured headers in their order, without those that [`headers_for`] leaves out; ours replace those of the same name, or come last.
fn marked_headers(request: &RawRequest, target: &Target, instance: &str) -> Vec<(String, Vec<u8>)> {
    let mut headers = headers_for(request, request.body.len(), target);
    let clients = values(request, FORWARDED_FOR).chain([request.peer.as_bytes()]).collect::<Vec<_>>();
    put(&mut headers, FORWARDED_FOR, clients.join(&b", "[..]));
    put_missing(&mut headers, FORWARDED_PROTO, Some(b"http"));
    put_missing(&mut headers, FORWARDED_HOST, request.header("host"));
    mark(&mut headers, instance);
    headers
}

/// Adds a header unless there is one of that name.
fn put_missing(headers: &mut Vec<(String, Vec<u8>)>, name: &str, value: Option<&[u8]>) {
    if let Some(value) = value
        && headers.iter().all(|(found, _)| found != name)
    {
        headers.push((name.to_owned(), value.to_vec()));
    }
}

/// Appends the instance to the marker; other values of the header, such as that of a sample, stay beside it.
fn mark(headers: &mut Vec<(String, Vec<u8>)>, instance: &str) {
    let mut markers = headers.iter_mut().filter(|(name, _)| name == OWN_HEADER);
    match markers.find(|(_, value)| value.starts_with(MARKER.as_bytes())) {
        Some((_, value)) => value.extend_from_slice(format!(",{instance}").as_bytes()),
        None => headers.push((OWN_HEADER.to_owned(), format!("{MARKER}{instance}").into_bytes())),
    }
}

impl HttpExchange {
    /// The record of the answer, not linted.
    pub(super) fn into_forwarded(self, target: String) -> ServerAnswer {
        let problem = self.problem();
        let (status, headers, first_byte) = match self.head {
            Some(head) => (Some(head.status), head.headers, Some(head.after)),
            None => (None, Vec::new(), None),
        };
        let (body, elapsed) = (self.body, self.elapsed);
        ServerAnswer { target, status, headers, body, first_byte, elapsed, problem, passed_on: false, lint: Vec::new() }
    }

    /// The problem, if any. An incomplete answer comes first, as it cannot be passed on.
    fn problem(&self) -> Option<ForwardProblem> {
        Some(match (&self.failure, &self.head) {
            (Some(Failure::Certificates(error)), _) => {
                let cause = format!("this system has no certificates to check an https address with: {error}");
                ForwardProblem::Unreachable { cause }
            }
            (Some(Failure::Unresolved(cause)), _) => ForwardProblem::Unresolved { cause: cause.clone() },
            (Some(Failure::Unreachable(cause)), _) => ForwardProblem::Unreachable { cause: cause.clone() },
            (Some(Failure::Broken(cause)), _) => ForwardProblem::Broken { cause: cause.clone() },
            (Some(Failure::TooLarge), _) => ForwardProblem::TooLarge,
            (Some(Failure::TooLate), _) => ForwardProblem::TooLate,
            (None, Some(head)) if head.status != 200 => match head.redirect() {
                Some(location) => ForwardProblem::Redirect { location },
                None => ForwardProblem::Status,
            },
            (None, _) => return None,
        })
    }
}

impl Head {
    /// The address that a redirect leads to.
    pub(super) fn redirect(&self) -> Option<String> {
        let (_, location) = self.headers.iter().find(|(name, _)| name == "location")?;
        (300..400).contains(&self.status).then(|| String::from_utf8_lossy(location).into_owned())
    }
}

#[cfg(test)]
mod tests;
