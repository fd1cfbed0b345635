//! Unsigned pushes of cloud hosting (云托管), which are told by a header and by where they come from.

use std::net::IpAddr;

use super::query::Query;
use crate::account::{Account, AccountKind};
use crate::capture::diagnosis::{Code, Diagnosis};
use crate::capture::{RawRequest, Signature};

/// The headers by which the platform marks what comes from it.
const SOURCES: [&str; 2] = ["x-wx-source", "x-wx-sources"];

/// The state of an unsigned push to an account of cloud hosting; `None` for everything else, which a signature decides about.
///
/// Nothing proves where it came from: such a push is never `valid`.
pub(super) fn unsigned(
    request: &RawRequest,
    query: &Query<'_>,
    account: &Account,
    diagnoses: &mut Vec<Diagnosis>,
) -> Option<Signature> {
    let is_signed = query.signature().is_some() || query.msg_signature().is_some();
    if account.kind != AccountKind::Cloud || is_signed {
        return None;
    }
    let peer = request.peer.parse::<IpAddr>().ok().map(|peer| peer.to_canonical());
    let is_trusted = |peer: IpAddr| peer.is_loopback() || account.trusted_proxies.iter().any(|proxy| proxy.holds(peer));
    let has_source = SOURCES.iter().any(|name| request.header(name).is_some());
    if !has_source {
        diagnoses.push(Diagnosis::new(Code::CloudSourceMissing));
        return Some(Signature::Missing);
    }
    if !peer.is_some_and(is_trusted) {
        diagnoses.push(Diagnosis::new(Code::CloudPeerUntrusted).with("peer", &request.peer));
        return Some(Signature::Missing);
    }
    diagnoses.push(Diagnosis::new(Code::CloudUnsigned));
    Some(Signature::Unchecked)
}
