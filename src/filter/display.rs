//! An expression as text that reads back as the same expression.

use std::borrow::Cow;
use std::fmt::{self, Display as _};

use super::names::ANY_FAULT;
use super::parse::{is_delimiter, is_or};
use super::{Expr, Pattern, Term};

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => Ok(()),
            Self::And(items) => joined(f, items, " ", |item| matches!(item, Self::And(_) | Self::Or(_))),
            Self::Or(sides) => joined(f, sides, " OR ", |side| matches!(side, Self::Or(_))),
            Self::Not(inner) => {
                f.write_str("-")?;
                grouped(f, inner, matches!(**inner, Self::And(_) | Self::Or(_)))
            }
            Self::Term(term) => term.fmt(f),
        }
    }
}

/// All of these with something between, in parentheses where they need them.
fn joined(f: &mut fmt::Formatter<'_>, parts: &[Expr], between: &str, needs: impl Fn(&Expr) -> bool) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(between)?;
        }
        grouped(f, part, needs(part))?;
    }
    Ok(())
}

fn grouped(f: &mut fmt::Formatter<'_>, expr: &Expr, parentheses: bool) -> fmt::Result {
    if parentheses { write!(f, "({expr})") } else { expr.fmt(f) }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(text) => f.write_str(&word(text)),
            Self::Event(name) => write!(f, "event:{}", value(name)),
            Self::Type(name) => write!(f, "type:{}", value(name)),
            Self::Key(pattern) => write!(f, "key:{pattern}"),
            Self::Openid(pattern) => write!(f, "openid:{pattern}"),
            Self::Account(name) => write!(f, "account:{}", value(name)),
            Self::Relay(pattern) => write!(f, "relay:{pattern}"),
            Self::Claimed(pattern) => write!(f, "claimed:{pattern}"),
            Self::Signature(signature) => write!(f, "sig:{}", signature.as_str()),
            Self::Mode(mode) => write!(f, "mode:{}", mode.as_str()),
            Self::Reply(source) => write!(f, "reply:{}", value(&source.spelling())),
            Self::ReplyByRule => f.write_str("reply:rule"),
            Self::ReplyByDesktop => f.write_str("reply:desktop"),
            Self::Forward(state) => write!(f, "forward:{}", state.as_str()),
            Self::Fault(name) => write!(f, "fault:{}", name.unwrap_or(ANY_FAULT)),
            Self::Status(comparison) => write!(f, "status:{comparison}"),
            Self::Ms(comparison) => write!(f, "ms:{comparison}"),
            Self::Attempt(comparison) => write!(f, "attempt:{comparison}"),
            Self::Id(comparison) => write!(f, "id:{comparison}"),
            Self::After(time) => write!(f, "after:{time}"),
            Self::Before(time) => write!(f, "before:{time}"),
            Self::Is(state) => write!(f, "is:{}", state.as_str()),
            Self::HasNote => f.write_str("has:note"),
            Self::HasDiagnosis => f.write_str("has:diagnosis"),
            Self::Diagnosis(code) => write!(f, "diagnosis:{}", code.as_str()),
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(text) = self.as_exact() {
            return f.write_str(&part(text));
        }
        for (index, text) in self.parts().iter().enumerate() {
            if index > 0 {
                f.write_str("*")?;
            }
            if !text.is_empty() {
                f.write_str(&part(text))?;
            }
        }
        Ok(())
    }
}

/// A word, quoted where something else would be read.
fn word(text: &str) -> Cow<'_, str> {
    let special = text.contains([':', '：']) || text.starts_with('-') || is_or(text);
    if special { quoted(text) } else { value(text) }
}

/// The literal text between the asterisks of a pattern.
fn part(text: &str) -> Cow<'_, str> {
    if text.contains('*') { quoted(text) } else { value(text) }
}

/// A value, quoted where it would end early, or where `//` would make a URL of it.
pub(super) fn value(text: &str) -> Cow<'_, str> {
    if text.is_empty() || text.starts_with("//") || text.contains(is_delimiter) {
        quoted(text)
    } else {
        Cow::Borrowed(text)
    }
}

/// Text in quotes, which means itself and nothing else.
pub(super) fn quoted(text: &str) -> Cow<'_, str> {
    Cow::Owned(format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
}

#[cfg(test)]
mod tests {
    use jiff::{Timestamp, Zoned};
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::super::{Code, Comparison, Filter, ForwardState, Mode, Signature, State};
    use super::*;
    use crate::capture::ReplySource;
    use crate::wechat::fault::Fault;

    fn text() -> impl Strategy<Value = String> {
        prop_oneof!["[a-zA-Z0-9:/：*()\" \\\\.-]{0,6}", "\\PC{0,6}", Just("OR".to_owned()), Just("a://b".to_owned())]
    }

    fn pattern() -> impl Strategy<Value = Pattern> {
        prop::collection::vec(text(), 1..4).prop_map(Pattern::from_parts)
    }

    fn comparison<T: PartialOrd + Clone + std::fmt::Debug>(
        number: impl Strategy<Value = T> + Clone,
    ) -> impl Strategy<Value = Comparison<T>> {
        (0..6, number.clone(), number).prop_map(|(which, first, second)| match which {
            0 => Comparison::Equal(first),
            1 => Comparison::Below(first),
            2 => Comparison::AtMost(first),
            3 => Comparison::Above(first),
            4 => Comparison::AtLeast(first),
            _ if first <= second => Comparison::Between(first, second),
            _ => Comparison::Between(second, first),
        })
    }

    fn time() -> impl Strategy<Value = Timestamp> {
        let range = Timestamp::MIN.as_microsecond()..=Timestamp::MAX.as_microsecond();
        range.prop_map(|microsecond| Timestamp::from_microsecond(microsecond).unwrap())
    }

    fn reply() -> impl Strategy<Value = Term> {
        let named = text().prop_filter("a rule has a name", |name| !name.is_empty()).prop_map(ReplySource::Rule);
        let desktop =
            text().prop_filter("a desktop has a name", |name| !name.is_empty()).prop_map(ReplySource::Desktop);
        let fixed = vec![ReplySource::Default, ReplySource::Held, ReplySource::Forward, ReplySource::None];
        prop_oneof![
            1 => Just(Term::ReplyByRule),
            1 => Just(Term::ReplyByDesktop),
            9 => prop_oneof![select(fixed), named, desktop].prop_map(Term::Reply),
        ]
    }

    fn term() -> impl Strategy<Value = Term> {
        let signatures = vec![Signature::Valid, Signature::Invalid, Signature::Missing, Signature::Unchecked];
        let states = State::ALL.to_vec();
        prop_oneof![
            text().prop_map(Term::Word),
            text().prop_map(Term::Event),
            text().prop_map(Term::Type),
            pattern().prop_map(Term::Key),
            pattern().prop_map(Term::Openid),
            text().prop_map(Term::Account),
            pattern().prop_map(Term::Relay),
            pattern().prop_map(Term::Claimed),
            select(signatures).prop_map(Term::Signature),
            select(vec![Mode::Plain, Mode::Compat, Mode::Safe]).prop_map(Term::Mode),
            reply(),
            select(ForwardState::ALL.to_vec()).prop_map(Term::Forward),
            prop::option::of(select(Fault::ALL.map(Fault::name).to_vec())).prop_map(Term::Fault),
            comparison(any::<u32>()).prop_map(Term::Status),
            comparison(0.0..f64::MAX).prop_map(Term::Ms),
            comparison(any::<u32>()).prop_map(Term::Attempt),
            comparison(0..i64::MAX).prop_map(Term::Id),
            time().prop_map(Term::After),
            time().prop_map(Term::Before),
            select(states).prop_map(Term::Is),
            Just(Term::HasDiagnosis),
            Just(Term::HasNote),
            select(Code::ALL).prop_map(Term::Diagnosis),
        ]
    }

    fn expr() -> impl Strategy<Value = Expr> {
        term().prop_map(Expr::Term).prop_recursive(6, 24, 4, |inner| {
            let several = || prop::collection::vec(inner.clone(), 2..4);
            prop_oneof![
                several().prop_map(Expr::And),
                several().prop_map(Expr::Or),
                inner.clone().prop_map(|inner| Expr::Not(Box::new(inner))),
            ]
        })
    }

    proptest! {
        #[test]
        fn an_expression_written_out_reads_back_as_itself(expr in expr()) {
            let now: Zoned = "2026-11-23T08:30:00+08:00[+08:00]".parse().unwrap();
            let text = expr.to_string();
            prop_assert_eq!(Filter::parse(&text, &now).map(|filter| filter.expr), Ok(expr), "{}", text);
        }
    }

    #[test]
    fn only_what_needs_quotes_gets_them() {
        let written = |text: &str| Expr::Term(Term::Word(text.to_owned())).to_string();
        assert_eq!(written("abc"), "abc");
        assert_eq!(written("a\\b*"), "a\\b*");
        assert_eq!(written("-a"), "\"-a\"");
        assert_eq!(written("a b"), "\"a b\"");
        assert_eq!(Expr::Term(Term::Type("handshake".to_owned())).to_string(), "type:handshake");
    }
}
