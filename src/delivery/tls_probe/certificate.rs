//! Issuer and subject of a certificate, as their bytes: enough to tell whether it is signed by itself.

/// Tags of ASN.1.
const INTEGER: u8 = 0x02;
const SEQUENCE: u8 = 0x30;
/// The version, which stands first where it is not the default.
const VERSION: u8 = 0xA0;

/// The longest length in bytes that is read: certificates have some kilobytes.
const LENGTH_BYTES: usize = 3;

/// Issuer and subject of a certificate in DER; `None` if it is not one.
pub(super) fn names_of(certificate: &[u8]) -> Option<(&[u8], &[u8])> {
    let (_, whole, _) = element(certificate)?;
    let (_, signed, _) = element(whole)?;
    let (tag, _, rest) = element(signed)?;
    let rest = if tag == VERSION { after(rest, INTEGER)? } else { (tag == INTEGER).then_some(rest)? };
    let rest = after(rest, SEQUENCE)?;
    let (_, issuer, rest) = element(rest)?;
    let rest = after(rest, SEQUENCE)?;
    let (_, subject, _) = element(rest)?;
    Some((issuer, subject))
}

/// The bytes after an element of that tag.
fn after(bytes: &[u8], tag: u8) -> Option<&[u8]> {
    let (found, _, rest) = element(bytes)?;
    (found == tag).then_some(rest)
}

/// The first element: its tag, its content, and the bytes after it.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&[tag, first], rest) = bytes.split_first_chunk::<2>()?;
    let (length, rest) = match usize::from(first) {
        short @ 0..0x80 => (short, rest),
        long => {
            let count = long - 0x80;
            let (digits, rest) = rest.split_at_checked(count).filter(|_| (1..=LENGTH_BYTES).contains(&count))?;
            (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), rest)
        }
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = content.len();
        let head = if length < 0x80 { vec![tag, length as u8] } else { vec![tag, 0x81, length as u8] };
        [head, content.to_vec()].concat()
    }

    fn certificate(version: bool, issuer: &[u8], subject: &[u8]) -> Vec<u8> {
        let version = if version { wrapped(VERSION, &[2, 1, 2]) } else { Vec::new() };
        let serial = wrapped(INTEGER, &[7; 20]);
        let parts = [version, serial, wrapped(SEQUENCE, b"algorithm"), wrapped(SEQUENCE, issuer)];
        let rest = [wrapped(SEQUENCE, b"from until"), wrapped(SEQUENCE, subject), wrapped(SEQUENCE, &[0; 40])];
        wrapped(SEQUENCE, &wrapped(SEQUENCE, &[parts.concat(), rest.concat()].concat()))
    }

    #[test]
    fn issuer_and_subject_are_found_with_and_without_a_version() {
        for version in [true, false] {
            let made = certificate(version, b"Issuer", b"Subject");
            assert_eq!(names_of(&made), Some((&b"Issuer"[..], &b"Subject"[..])), "{version}");
        }
    }

    #[test]
    fn what_is_cut_or_no_certificate_has_no_names() {
        let made = certificate(true, b"Issuer", b"Subject");
        for length in 0..made.len() {
            assert_eq!(names_of(&made[..length]), None, "{length}");
        }
        for other in [&b"HTTP/1.1 400 Bad Request"[..], &[0x30, 0x84, 1, 1, 1, 1], &[0x30, 0x80, 0]] {
            assert_eq!(names_of(other), None, "{other:?}");
        }
    }
}
