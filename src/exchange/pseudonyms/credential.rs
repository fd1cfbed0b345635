//! Credentials: replaced as a whole, except for identifiers in them, which keep their own stand-ins.

use super::Identifier;
use super::pass::{Context, Pass};
use super::shape;
use super::substitutions::{Certainty, Hit};

impl Pass<'_> {
    /// The stand-in of a credential, with the white space around it. One in Base64 or percent-encoding is what it says.
    pub(super) fn secret(&mut self, text: &str) -> String {
        let original = text.trim();
        if let Some(encoded) = self.decoding(original, true)
            && let Some(inside) = self.nested(|pass| pass.secret(&encoded.decoded))
        {
            return encoded.replaced_in(text, &inside);
        }
        let mut known = self.originals_in(original, Context::Token);
        known.retain(|hit| hit.certainty > Certainty::Guessed && hit.range.len() < original.len());
        if known.is_empty() {
            return self.identifier(Identifier::Secret, text);
        }
        let stand_in = self.around(original, known);
        let stand_in = self.stand_in(Identifier::Secret, original, || stand_in);
        text.replacen(original, &stand_in, 1)
    }

    /// The stand-in of a text with those of the originals in it.
    fn around(&mut self, text: &str, known: Vec<Hit>) -> String {
        let drawn: Vec<char> = shape::identifier(self.key, text).chars().collect();
        let (mut changed, mut done) = (String::with_capacity(text.len()), 0);
        for Hit { range, stand_in, .. } in known {
            let letters = text[..done].chars().count()..text[..range.start].chars().count();
            changed.extend(drawn.get(letters).unwrap_or_default());
            match stand_in {
                Ok(stand_in) => changed.push_str(&stand_in),
                Err(what) => changed.push_str(&self.known_original(what, &text[range.clone()])),
            }
            done = range.end;
        }
        changed.extend(drawn.get(text[..done].chars().count()..).unwrap_or_default());
        changed
    }
}
