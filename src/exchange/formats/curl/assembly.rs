//! Puts a request together from the options of curl.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use super::options::{Data, Meaning};
use crate::exchange::formats::input::lines::{MOST, utf_8};
use crate::exchange::formats::request_comments::TextRequest;
use crate::exchange::formats::request_comments::percent::{form_encoded, target_of};
use crate::exchange::import_problem::ImportReason;
use crate::texts::safe_text::shortened;

/// The standard input of a command, or the reason why it is not known.
pub(super) type Input = Result<Vec<u8>, ImportReason>;

/// The options of one request.
#[derive(Debug, Default)]
pub(super) struct RequestOptions {
    method: Option<String>,
    urls: Vec<String>,
    target: Option<String>,
    /// Additions to the query.
    queries: Vec<Vec<u8>>,
    /// With `None` for a header that is not to be sent.
    headers: Vec<(String, Option<Vec<u8>>)>,
    data: Option<Vec<u8>>,
    json: bool,
    /// Options without a value.
    flags: Vec<Meaning>,
    reason: Option<ImportReason>,
}

impl RequestOptions {
    /// Takes an option without a value.
    pub(super) fn flag(&mut self, meaning: Meaning) {
        if !self.flags.contains(&meaning) {
            self.flags.push(meaning);
        }
    }

    /// Notes why the request is not known.
    pub(super) fn refuse(&mut self, reason: ImportReason) {
        self.reason.get_or_insert(reason);
    }

    /// Takes an option with its value.
    pub(super) fn value(&mut self, meaning: Meaning, value: &[u8]) -> Result<(), ImportReason> {
        let text = || utf_8(value.to_vec());
        match meaning {
            Meaning::Method => self.method = Some(text()?),
            Meaning::Url => self.urls.push(text()?),
            Meaning::Target => self.target = Some(text()?),
            Meaning::Query => self.queries.push(form(value)?),
            Meaning::Header => self.header(value),
            Meaning::Named(name) => self.headers.push((name.to_owned(), Some(value.to_vec()))),
            Meaning::User => self.authorize("Basic", BASE64_STANDARD.encode(value).as_bytes()),
            Meaning::Bearer => self.authorize("Bearer", value),
            _ => return Err(ImportReason::Unresolved { what: shortened(&text()?, 40) }),
        }
        Ok(())
    }

    fn authorize(&mut self, scheme: &str, value: &[u8]) {
        let value = [scheme.as_bytes(), b" ", value].concat();
        self.headers.push(("authorization".to_owned(), Some(value)));
    }

    /// `Name: value`; `Name:` takes it away, and `Name;` leaves it empty.
    fn header(&mut self, header: &[u8]) {
        let sign = |sign: u8| header.iter().position(|byte| *byte == sign);
        let Some(at) = sign(b':').or_else(|| sign(b';')) else { return };
        let name = String::from_utf8_lossy(&header[..at]).trim().to_ascii_lowercase();
        let value = header[at + 1..].trim_ascii();
        let empty = header[at] == b';';
        let kept = (empty == value.is_empty()).then(|| value.to_vec());
        self.headers.push((name, kept));
    }

    /// Takes a part of the body. Other files are not read.
    pub(super) fn data(&mut self, data: Data, value: &[u8], input: Option<&Input>) -> Result<(), ImportReason> {
        let part = match (data, value) {
            (Data::Encoded, _) => form(value)?,
            (Data::Ascii | Data::Binary | Data::Json, b"@-") => from_input(data, input)?,
            (Data::Ascii | Data::Binary | Data::Json, [b'@', ..]) => return Err(ImportReason::NoBody),
            _ => value.to_vec(),
        };
        match &mut self.data {
            Some(all) => {
                if data != Data::Json {
                    all.push(b'&');
                }
                all.extend(part);
            }
            None => self.data = Some(part),
        }
        self.json |= data == Data::Json;
        Ok(())
    }

    /// The requests that would be sent, one for each address.
    pub(super) fn finish(self) -> Vec<Result<TextRequest, ImportReason>> {
        let Self { method, urls, target, mut queries, headers, mut data, json, flags, reason } = self;
        if let Some(reason) = reason {
            return vec![Err(reason)];
        }
        if urls.is_empty() && (data.is_some() || !headers.is_empty()) {
            return vec![Err(ImportReason::Malformed { cause: "curl".to_owned() })];
        }
        if flags.contains(&Meaning::Get) {
            queries.extend(data.take());
        }
        let usual = match (flags.contains(&Meaning::Head), &data) {
            (true, _) => "HEAD",
            (_, Some(_)) => "POST",
            _ => "GET",
        };
        let implied: &[(&str, &str)] = match &data {
            None => &[],
            Some(_) if json => &[("content-type", "application/json"), ("accept", "application/json")],
            Some(_) => &[("content-type", "application/x-www-form-urlencoded")],
        };
        let mut template = TextRequest {
            method: method.unwrap_or_else(|| usual.to_owned()),
            version: flags.contains(&Meaning::OldVersion).then(|| "HTTP/1.0".to_owned()),
            headers: sent(headers, implied),
            body: data.unwrap_or_default(),
            ..TextRequest::default()
        };
        let each = template.body.len() + template.headers.iter().map(|(_, value)| value.len()).sum::<usize>();
        if urls.len().saturating_mul(each) > MOST {
            return vec![Err(ImportReason::TooLarge { limit: MOST as u64 })];
        }
        let mut requests = Vec::with_capacity(urls.len());
        for url in &urls {
            let whole = with_queries(target_of(url), &queries);
            template.target = target.clone().unwrap_or(whole);
            requests.push(Ok(template.clone()));
        }
        requests
    }
}

/// The headers that are sent, with those that data bring along.
fn sent(headers: Vec<(String, Option<Vec<u8>>)>, implied: &[(&str, &str)]) -> Vec<(String, Vec<u8>)> {
    let implied = implied.iter().filter(|(name, _)| !headers.iter().any(|(said, _)| said == name));
    let implied: Vec<_> = implied.map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec())).collect();
    let said = headers.into_iter().filter_map(|(name, value)| value.map(|value| (name, value)));
    said.chain(implied).collect()
}

fn with_queries(mut target: String, queries: &[Vec<u8>]) -> String {
    for query in queries {
        target.push(if target.contains('?') { '&' } else { '?' });
        target.push_str(&String::from_utf8_lossy(query));
    }
    target
}

/// `content`, `=content` or `name=content`, of which the content is encoded.
fn form(value: &[u8]) -> Result<Vec<u8>, ImportReason> {
    let Some(at) = value.iter().position(|byte| matches!(byte, b'=' | b'@')) else {
        return Ok(form_encoded(value).into_bytes());
    };
    if value[at] == b'@' {
        return Err(ImportReason::NoBody);
    }
    let name = if at == 0 { &value[..0] } else { &value[..=at] };
    Ok([name, form_encoded(&value[at + 1..]).as_bytes()].concat())
}

/// A body from the standard input.
fn from_input(data: Data, input: Option<&Input>) -> Result<Vec<u8>, ImportReason> {
    let text = input.ok_or(ImportReason::NoBody)?.as_ref().map_err(Clone::clone)?;
    let keeps = |byte: &u8| data != Data::Ascii || !matches!(byte, b'\r' | b'\n' | 0);
    Ok(text.iter().copied().filter(keeps).collect())
}
