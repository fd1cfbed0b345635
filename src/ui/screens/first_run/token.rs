//! Generator of random tokens.

use crate::account::Secret;

/// Length of a token: WeChat's console accepts 3 to 32 letters and digits, and 24 of them are 142 bits.
const LENGTH: usize = 24;
const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// Largest multiple of 62 below 256; bytes from here on are rejected, since they would favour the first letters.
const FAIR: u8 = 248;

/// Generates a token; `None` if the system's random generator fails.
pub(super) fn random_token() -> Option<Secret> {
    let mut token = String::with_capacity(LENGTH);
    while token.len() < LENGTH {
        let mut bytes = [0; 2 * LENGTH];
        getrandom::fill(&mut bytes).ok()?;
        let fair = bytes.into_iter().filter(|byte| *byte < FAIR);
        token
            .extend(fair.take(LENGTH - token.len()).map(|byte| char::from(LETTERS[usize::from(byte) % LETTERS.len()])));
    }
    Some(Secret::new(token))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_accepted_by_the_console_and_never_repeats() {
        let tokens: Vec<Secret> = (0..50).filter_map(|_| random_token()).collect();
        assert_eq!(tokens.len(), 50);
        for token in &tokens {
            assert_eq!(token.reveal().len(), LENGTH);
            assert!(token.reveal().bytes().all(|byte| byte.is_ascii_alphanumeric()));
        }
        assert!(tokens.windows(2).all(|pair| pair[0] != pair[1]));
    }
}
