//! Bodies that a gateway has compressed on the way: read up to [`MAX_BODY`] bytes of what is in them.

use std::io::Read;

use bytes::Bytes;
use flate2::read::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};

use super::MAX_BODY;
use crate::capture::diagnosis::{Code, Diagnosis};
use crate::capture::{Mode, RawRequest, Signature};
use crate::wechat::tree::Format;

/// The first bytes of formats that are told by them.
const GZIP: &[u8] = b"\x1f\x8b";
const ZSTD: &[u8] = b"\x28\xb5\x2f\xfd";

/// The method in the first byte of zlib's header, and the number that divides both of its bytes.
const ZLIB_METHOD: u8 = 8;
const ZLIB_CHECK: u16 = 31;

/// The body as it can be read.
#[derive(Debug)]
pub(super) enum ReadableBody {
    /// As it was received.
    Plain(Bytes),
    /// Unpacked.
    Unpacked(Vec<u8>),
    /// Compressed, and not to be read.
    Unread,
}

impl ReadableBody {
    /// Unpacks the body of a request where it is compressed, and diagnoses that.
    pub(super) fn of(request: &RawRequest, diagnoses: &mut Vec<Diagnosis>) -> Self {
        let body = &request.body;
        let Some(encoding) = encoding(request) else { return Self::Plain(body.clone()) };
        // A gateway that unpacks the body may leave the header, and an empty body is never compressed.
        if body.is_empty() || Format::of(body).is_some() {
            diagnoses.push(Diagnosis::new(Code::NotCompressed).with("encoding", encoding));
            return Self::Plain(body.clone());
        }
        match unpacked(&encoding, body) {
            Ok(unpacked) => {
                diagnoses.push(Diagnosis::new(Code::BodyCompressed).with("encoding", encoding));
                Self::Unpacked(unpacked)
            }
            Err(reason) => {
                let diagnosis = Diagnosis::new(Code::CompressionUnread);
                diagnoses.push(diagnosis.with("encoding", encoding).with("reason", reason));
                Self::Unread
            }
        }
    }

    /// The message that was recorded beside a compressed body. Of a request that was refused nothing is kept: a few bytes
    /// of a scanner's may unpack to a megabyte.
    pub(super) fn unpacked_message(self, mode: Mode, signature: Signature) -> Option<Vec<u8>> {
        match self {
            Self::Unpacked(bytes) if mode == Mode::Plain && !signature.is_refused() => Some(bytes),
            _ => None,
        }
    }

    /// The bytes to parse.
    pub(super) fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Plain(bytes) => Some(bytes),
            Self::Unpacked(bytes) => Some(bytes),
            Self::Unread => None,
        }
    }
}

/// The encoding that the header names, else the one that the first bytes show.
fn encoding(request: &RawRequest) -> Option<String> {
    let named = request.header("content-encoding").map(|value| String::from_utf8_lossy(value).trim().to_lowercase());
    let by_bytes = || match &*request.body {
        body if body.starts_with(GZIP) => Some("gzip".to_owned()),
        body if body.starts_with(ZSTD) => Some("zstd".to_owned()),
        _ => None,
    };
    named.filter(|name| !name.is_empty() && name != "identity").or_else(by_bytes)
}

fn unpacked(encoding: &str, body: &[u8]) -> Result<Vec<u8>, String> {
    match encoding {
        "gzip" | "x-gzip" => limited(MultiGzDecoder::new(body)),
        "deflate" if is_zlib(body) => limited(ZlibDecoder::new(body)),
        // Some leave out the header that the standard asks for.
        "deflate" => limited(DeflateDecoder::new(body)),
        _ => Err("menuscope reads gzip and deflate only".to_owned()),
    }
}

fn is_zlib(body: &[u8]) -> bool {
    let Some(&[first, second]) = body.first_chunk::<2>() else { return false };
    first & 0x0f == ZLIB_METHOD && u16::from_be_bytes([first, second]).is_multiple_of(ZLIB_CHECK)
}

fn limited(reader: impl Read) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    reader.take(MAX_BODY as u64 + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() > MAX_BODY {
        return Err(format!("unpacked it has more than {MAX_BODY} bytes"));
    }
    Ok(bytes)
}
