//! Values of the filter language: name and value make a term.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use jiff::{Timestamp, Zoned};
use winnow::ascii::digit1;
use winnow::combinator::{alt, eof, opt, preceded, separated_pair, terminated};
use winnow::{ModalResult, Parser as _};

use super::mistake::{FilterErrorKind, Mistake};
use super::names::{ANY_FAULT, Field, Name};
use super::nearest::nearest;
use super::time::{TimeProblem, time};
use super::{Code, Comparison, ForwardState, Mode, Pattern, Signature, State, Term};
use crate::capture::ReplySource;
use crate::wechat::fault::Fault;

/// Part of a value as typed.
#[derive(Clone, Debug)]
pub(super) enum ValuePart {
    /// In quotes, where an asterisk is an asterisk.
    Quoted(String),
    Bare(String),
}

impl ValuePart {
    fn text(&self) -> &str {
        match self {
            Self::Quoted(text) | Self::Bare(text) => text,
        }
    }
}

/// The term of this name and value; `span` is where the value stands.
pub(super) fn term(
    name: &'static Name,
    pieces: &[ValuePart],
    span: Range<usize>,
    now: &Zoned,
) -> Result<Term, Mistake> {
    let text: String = pieces.iter().map(ValuePart::text).collect();
    let value = Value { name, text, span };
    Ok(match name.field {
        Field::Event => Term::Event(value.text),
        Field::Type => Term::Type(value.text),
        Field::Key => Term::Key(pattern(pieces)),
        Field::Openid => Term::Openid(pattern(pieces)),
        Field::Account => Term::Account(value.text),
        Field::Relay => Term::Relay(pattern(pieces)),
        Field::Claimed => Term::Claimed(pattern(pieces)),
        Field::Signature => Term::Signature(value.one_of(Signature::from_spelling)?),
        Field::Mode => Term::Mode(value.one_of(Mode::from_spelling)?),
        Field::Reply => value.reply()?,
        Field::Forward => Term::Forward(value.one_of(ForwardState::from_spelling)?),
        Field::Fault => value.one_of(fault)?,
        Field::Status => Term::Status(value.comparison()?),
        Field::Ms => Term::Ms(value.comparison()?),
        Field::Attempt => Term::Attempt(value.comparison()?),
        Field::Id => Term::Id(value.comparison()?),
        Field::After => Term::After(value.time(now)?),
        Field::Before => Term::Before(value.time(now)?),
        Field::Is => Term::Is(value.one_of(state)?),
        Field::Has => value.one_of(|text| match text {
            "diagnosis" => Some(Term::HasDiagnosis),
            "note" => Some(Term::HasNote),
            _ => None,
        })?,
        Field::Diagnosis => Term::Diagnosis(value.code()?),
    })
}

fn pattern(pieces: &[ValuePart]) -> Pattern {
    let mut parts = vec![String::new()];
    for piece in pieces {
        let mut texts = match piece {
            ValuePart::Quoted(text) => vec![text.as_str()],
            ValuePart::Bare(text) => text.split('*').collect(),
        }
        .into_iter();
        if let (Some(part), Some(text)) = (parts.last_mut(), texts.next()) {
            part.push_str(text);
        }
        parts.extend(texts.map(str::to_owned));
    }
    Pattern::from_parts(parts)
}

fn state(text: &str) -> Option<State> {
    State::ALL.into_iter().find(|state| state.as_str() == text)
}

/// The term about a fault of that name, or about any fault.
fn fault(text: &str) -> Option<Term> {
    if text == ANY_FAULT {
        Some(Term::Fault(None))
    } else {
        Fault::known_name(text).map(|name| Term::Fault(Some(name)))
    }
}

/// A value with what a mistake in it has to say.
struct Value {
    name: &'static Name,
    text: String,
    span: Range<usize>,
}

impl Value {
    fn mistake(&self, kind: FilterErrorKind) -> Mistake {
        Mistake::new(self.span.clone(), kind)
    }

    fn unknown<'a>(&self, valid: impl Iterator<Item = &'a str>) -> Mistake {
        let near = nearest(&self.text, valid).map(str::to_owned);
        let kind = FilterErrorKind::UnknownValue { name: self.name.name, value: self.text.clone() };
        self.mistake(kind).suggesting(near)
    }

    /// One of the values that the name takes, ASCII letters in any case.
    fn one_of<T>(&self, read: impl Fn(&str) -> Option<T>) -> Result<T, Mistake> {
        read(&self.text.to_ascii_lowercase()).ok_or_else(|| self.unknown(self.name.values.iter().copied()))
    }

    fn code(&self) -> Result<Code, Mistake> {
        Code::from_spelling(&self.text.to_ascii_lowercase())
            .ok_or_else(|| self.unknown(Code::ALL.iter().map(|code| code.as_str())))
    }

    fn reply(&self) -> Result<Term, Mistake> {
        // A rule's name is exact, and an input method may have typed the colon before it.
        let named = self.text.split_once([':', '：']).filter(|(_, name)| !name.is_empty());
        match named {
            Some((who, name)) if who.eq_ignore_ascii_case("rule") => {
                return Ok(Term::Reply(ReplySource::Rule(name.to_owned())));
            }
            Some((who, name)) if who.eq_ignore_ascii_case("desktop") => {
                return Ok(Term::Reply(ReplySource::Desktop(name.to_owned())));
            }
            _ => {}
        }
        self.one_of(|text| match ReplySource::from_spelling(text) {
            Some(ReplySource::Rule(_) | ReplySource::Desktop(_)) => None,
            None if text == "rule" => Some(Term::ReplyByRule),
            None if text == "desktop" => Some(Term::ReplyByDesktop),
            source => source.map(Term::Reply),
        })
    }

    fn time(&self, now: &Zoned) -> Result<Timestamp, Mistake> {
        let (name, value) = (self.name.name, self.text.clone());
        time(&self.text, now).map_err(|problem| {
            self.mistake(match problem {
                TimeProblem::Form => FilterErrorKind::NotTime { name, value },
                TimeProblem::Range => FilterErrorKind::OutOfRange { name, value },
            })
        })
    }

    fn comparison<T: FromStr + PartialOrd + Number>(&self) -> Result<Comparison<T>, Mistake> {
        let (name, value) = (self.name.name, self.text.clone());
        let Ok(typed) = terminated(comparison, eof).parse(&*self.text) else {
            return Err(self.mistake(FilterErrorKind::NotNumber { name, value }));
        };
        let number = |digits: &str| {
            if !T::FRACTIONS && digits.contains('.') {
                let value = self.text.clone();
                return Err(self.mistake(FilterErrorKind::NotNumber { name, value }));
            }
            let number = digits.parse().ok().filter(T::is_countable);
            let value = self.text.clone();
            number.ok_or_else(|| self.mistake(FilterErrorKind::OutOfRange { name, value }))
        };
        Ok(match typed {
            Comparison::Equal(bound) => Comparison::Equal(number(bound)?),
            Comparison::Below(bound) => Comparison::Below(number(bound)?),
            Comparison::AtMost(bound) => Comparison::AtMost(number(bound)?),
            Comparison::Above(bound) => Comparison::Above(number(bound)?),
            Comparison::AtLeast(bound) => Comparison::AtLeast(number(bound)?),
            Comparison::Between(low, high) => {
                let (from, to) = (number(low)?, number(high)?);
                if from > to {
                    let turned = format!("{high}..{low}");
                    let mistake = self.mistake(FilterErrorKind::BackwardsRange { value });
                    return Err(mistake.suggesting(Some(turned)));
                }
                Comparison::Between(from, to)
            }
        })
    }
}

/// The numbers that a name takes.
trait Number: fmt::Display + Sized {
    /// A decimal point is allowed.
    const FRACTIONS: bool = false;

    /// Tells whether the number can occur.
    fn is_countable(&self) -> bool {
        true
    }
}

impl Number for u32 {}
impl Number for i64 {}
impl Number for f64 {
    const FRACTIONS: bool = true;

    fn is_countable(&self) -> bool {
        self.is_finite()
    }
}

/// `>=400`, `10..20`, `10..`, `..20`, `403`, with the numbers as typed.
fn comparison<'i>(input: &mut &'i str) -> ModalResult<Comparison<&'i str>> {
    alt((
        preceded(">=", number).map(Comparison::AtLeast),
        preceded("<=", number).map(Comparison::AtMost),
        preceded('>', number).map(Comparison::Above),
        preceded('<', number).map(Comparison::Below),
        preceded("..", number).map(Comparison::AtMost),
        separated_pair(number, "..", number).map(|(low, high)| Comparison::Between(low, high)),
        terminated(number, "..").map(Comparison::AtLeast),
        number.map(Comparison::Equal),
    ))
    .parse_next(input)
}

fn number<'i>(input: &mut &'i str) -> ModalResult<&'i str> {
    (digit1, opt(('.', digit1))).take().parse_next(input)
}
