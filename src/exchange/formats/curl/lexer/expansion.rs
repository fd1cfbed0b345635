//! Expands `$`: variables that the file sets are replaced, and commands are not run.

use memchr::memchr;

use super::{ANY_SERVER, Lexer, Quotes, SERVER};
use crate::texts::safe_text::shortened;

/// Bytes in which the end of a variable is looked for, so that no line is searched again and again.
const LONGEST_VARIABLE: usize = 256;

impl Lexer {
    /// Expands what follows a `$`.
    pub(super) fn dollar<'l>(&mut self, rest: &'l [u8], quoted: bool) -> &'l [u8] {
        let length = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        match rest.first() {
            Some(b'(') => {
                self.substitute("$(…)", 1, quoted);
                &rest[1..]
            }
            Some(b'{') => {
                let Some(end) = memchr(b'}', &rest[..rest.len().min(LONGEST_VARIABLE)]) else {
                    self.unknown("${");
                    return &rest[1..];
                };
                self.expand(&rest[1..end]);
                &rest[end + 1..]
            }
            Some(b'@' | b'*' | b'#' | b'?' | b'!' | b'-' | b'$') => {
                self.unknown(format!("${}", char::from(rest[0])));
                &rest[1..]
            }
            // A translated text, as good as any other.
            Some(b'"') if !quoted => rest,
            _ if length == 0 => {
                self.push(b"$");
                rest
            }
            _ => {
                self.expand(&rest[..length]);
                &rest[length..]
            }
        }
    }

    /// Adds the value of a variable: a name, perhaps with a default.
    fn expand(&mut self, inner: &[u8]) {
        let length = inner.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
        let (name, rest) = inner.split_at(length);
        let default = match rest {
            [b':', b'-' | b'=', default @ ..] | [b'-' | b'=', default @ ..] => Some(default),
            _ => None,
        };
        let plain = default.filter(|default| !default.iter().any(|byte| b"$`\\'\"".contains(byte)));
        let known = if rest.is_empty() || default.is_some() { self.variables.get(name).cloned() } else { None };
        // A colon asks for more than nothing.
        let known = known.filter(|value| !(value.is_empty() && rest.starts_with(b":")));
        let any_server = || (name == SERVER && (rest.is_empty() || default.is_some())).then(|| ANY_SERVER.to_vec());
        match known.or_else(|| plain.map(<[u8]>::to_vec)).or_else(any_server) {
            Some(value) => self.push(&value),
            None => self.unknown(shortened(&format!("${}", String::from_utf8_lossy(inner)), 40)),
        }
    }

    pub(super) fn substitute(&mut self, what: &str, open: usize, quoted: bool) {
        self.unknown(what);
        self.within = Quotes::Substitution { open, quoted };
    }

    /// Skips a command that a shell would run, but keeps it in the word, so that a curl command in it is reported.
    pub(super) fn substitution<'l>(&mut self, rest: &'l [u8], open: usize, quoted: bool) -> &'l [u8] {
        let open = match rest[0] {
            b'`' if open == 0 => None,
            b'(' if open > 0 => Some(open + 1),
            b')' if open == 1 => None,
            b')' if open > 1 => Some(open - 1),
            _ => Some(open),
        };
        self.push(&rest[..1]);
        self.within = match open {
            Some(open) => Quotes::Substitution { open, quoted },
            None if quoted => Quotes::Double,
            None => Quotes::None,
        };
        &rest[1..]
    }
}
