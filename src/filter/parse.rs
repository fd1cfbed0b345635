//! The grammar of the filter language.

use std::ops::Range;

use jiff::Zoned;
use winnow::combinator::{alt, eof, opt, peek, preceded, repeat, terminated};
use winnow::error::{ErrMode, ParserError};
use winnow::stream::{LocatingSlice, Location as _, Stateful, Stream};
use winnow::token::{one_of, rest, take_till, take_while};
use winnow::{ModalResult, Parser as _};

use super::mistake::{FilterError, FilterErrorKind, Mistake};
use super::names::Name;
use super::nearest::nearest_name;
use super::value::{self, ValuePart};
use super::{Expr, MAX_DEPTH, MAX_LENGTH, MAX_TERMS, Term};

/// The text that is still to be read, with where that is and what surrounds it.
type Input<'i> = Stateful<LocatingSlice<&'i str>, Surroundings<'i>>;

/// Nothing here is tried twice: what is typed wrongly is always an `ErrMode::Cut`, and a `Backtrack` means "not this, perhaps the next".
type Outcome<T> = ModalResult<T, Mistake>;

/// The facts that a parser needs beside the text.
#[derive(Debug)]
struct Surroundings<'i> {
    now: &'i Zoned,
    moment: Moment,
    depth: usize,
    terms: usize,
}

/// The time at which the filter is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// At any time after the event was recorded.
    Recorded,
    /// Once, as it arrives: nothing has become of it yet.
    Arrival,
}

impl<I: Stream + winnow::stream::Location> ParserError<I> for Mistake {
    type Inner = Self;

    fn from_input(input: &I) -> Self {
        let at = input.current_token_start();
        Self::new(at..at, FilterErrorKind::Unreadable)
    }

    fn into_inner(self) -> Result<Self::Inner, Self> {
        Ok(self)
    }
}

/// Reads a whole filter.
pub(super) fn parse(text: &str, now: &Zoned, moment: Moment) -> Result<Expr, FilterError> {
    if let Some((end, _)) = text.char_indices().nth(MAX_LENGTH) {
        return Err(Mistake::new(end..text.len(), FilterErrorKind::TooLong).in_text(text));
    }
    let surroundings = Surroundings { now, moment, depth: 0, terms: 0 };
    let mut input = Input { input: LocatingSlice::new(text), state: surroundings };
    filter(&mut input).map_err(|error| {
        let mistake = error.into_inner();
        let unreadable = || Mistake::new(0..text.len(), FilterErrorKind::Unreadable);
        mistake.unwrap_or_else(|_incomplete| unreadable()).in_text(text)
    })
}

/// Returns the places of the terms that all have to match; `None` for any other kind of filter, or none.
pub(super) fn items(text: &str, now: &Zoned) -> Option<Vec<Range<usize>>> {
    parse(text, now, Moment::Recorded).ok()?;
    let surroundings = Surroundings { now, moment: Moment::Recorded, depth: 0, terms: 0 };
    let mut input = Input { input: LocatingSlice::new(text), state: surroundings };
    let spans = preceded(white, repeat(0.., terminated(item.span(), white))).parse_next(&mut input);
    spans.ok().filter(|_: &Vec<_>| input.is_empty())
}

/// Tells whether this character ends a word.
pub(super) fn is_delimiter(character: char) -> bool {
    character.is_whitespace() || matches!(character, '(' | ')' | '"')
}

/// Tells whether this text, unquoted, is the operator.
pub(super) fn is_or(word: &str) -> bool {
    word == "OR"
}

fn cut<T>(span: Range<usize>, kind: FilterErrorKind) -> Outcome<T> {
    Err(ErrMode::Cut(Mistake::new(span, kind)))
}

fn white(input: &mut Input<'_>) -> Outcome<()> {
    take_while(0.., char::is_whitespace).void().parse_next(input)
}

fn filter(input: &mut Input<'_>) -> Outcome<Expr> {
    white(input)?;
    let expr = opt(either).parse_next(input)?.unwrap_or_default();
    if let Some(span) = opt(')'.span()).parse_next(input)? {
        return cut(span, FilterErrorKind::StrayParenthesis);
    }
    eof.void().parse_next(input)?;
    Ok(expr)
}

fn either(input: &mut Input<'_>) -> Outcome<Expr> {
    if let Some(span) = opt(peek(or.span())).parse_next(input)? {
        return cut(span, FilterErrorKind::LonelyOr);
    }
    let mut sides = vec![every.parse_next(input)?];
    while let Some(span) = opt(or.span()).parse_next(input)? {
        white(input)?;
        match opt(every).parse_next(input)? {
            Some(side) => sides.push(side),
            None => return cut(span, FilterErrorKind::LonelyOr),
        }
    }
    Ok(one_or(sides, Expr::Or))
}

fn or(input: &mut Input<'_>) -> Outcome<()> {
    take_till(1.., is_delimiter).verify(is_or).void().parse_next(input)
}

fn every(input: &mut Input<'_>) -> Outcome<Expr> {
    let items: Vec<Expr> = repeat(1.., terminated(item, white)).parse_next(input)?;
    Ok(one_or(items, Expr::And))
}

/// The only one, or all of them together.
fn one_or(mut items: Vec<Expr>, together: fn(Vec<Expr>) -> Expr) -> Expr {
    match items.pop() {
        Some(only) if items.is_empty() => only,
        Some(last) => {
            items.push(last);
            together(items)
        }
        None => Expr::All,
    }
}

fn item(input: &mut Input<'_>) -> Outcome<Expr> {
    alt((negation, group, term.map(Expr::Term))).parse_next(input)
}

fn negation(input: &mut Input<'_>) -> Outcome<Expr> {
    let span = '-'.span().parse_next(input)?;
    match nested(input, &span, |input| opt(item).parse_next(input))? {
        Some(inner) => Ok(Expr::Not(Box::new(inner))),
        None => cut(span, FilterErrorKind::LonelyMinus),
    }
}

fn group(input: &mut Input<'_>) -> Outcome<Expr> {
    let opening = '('.span().parse_next(input)?;
    white(input)?;
    let inner = nested(input, &opening, |input| opt(either).parse_next(input))?;
    match (inner, opt(')'.span()).parse_next(input)?) {
        (Some(inner), Some(_)) => Ok(inner),
        (None, Some(closing)) => cut(opening.start..closing.end, FilterErrorKind::EmptyParentheses),
        (_, None) => cut(opening, FilterErrorKind::UnclosedParenthesis),
    }
}

/// One level further in.
fn nested<'i, T>(
    input: &mut Input<'i>,
    span: &Range<usize>,
    inner: impl FnOnce(&mut Input<'i>) -> Outcome<T>,
) -> Outcome<T> {
    if input.state.depth == MAX_DEPTH {
        return cut(span.clone(), FilterErrorKind::TooDeep);
    }
    input.state.depth += 1;
    let outcome = inner(input);
    input.state.depth -= 1;
    outcome
}

fn term(input: &mut Input<'_>) -> Outcome<Term> {
    let start = input.current_token_start();
    let term = alt((quoted.map(Term::Word), named, word)).parse_next(input)?;
    if input.state.terms == MAX_TERMS {
        return cut(start..input.current_token_start(), FilterErrorKind::TooManyTerms);
    }
    input.state.terms += 1;
    Ok(term)
}

fn word(input: &mut Input<'_>) -> Outcome<Term> {
    take_till(1.., is_delimiter)
        .verify(|text: &str| !is_or(text))
        .map(|text: &str| Term::Word(text.to_owned()))
        .parse_next(input)
}

/// A name, its colon and its value. Not a word that merely has a colon in it.
fn named(input: &mut Input<'_>) -> Outcome<Term> {
    let ((name, colon), span) = (name, one_of([':', '：'])).with_span().parse_next(input)?;
    let follows: &str = peek(rest).parse_next(input)?;
    let scheme = follows.starts_with("//");
    if let Some(known) = Name::find(name)
        && !scheme
    {
        let (pieces, place): (Vec<ValuePart>, _) = repeat(0.., piece).with_span().parse_next(input)?;
        if pieces.is_empty() {
            return cut(span, FilterErrorKind::NoValue { name: known.name });
        }
        let whole = span.start..place.end;
        let term = value::term(known, &pieces, place, input.state.now).map_err(ErrMode::Cut)?;
        if input.state.moment == Moment::Arrival && term.is_of_later() {
            return cut(whole, FilterErrorKind::OfLater { term: term.to_string() });
        }
        return Ok(term);
    }
    let near = nearest_name(name).map(|near| format!("{near}:"));
    let word = follows.split(is_delimiter).next().unwrap_or_default();
    // A full-width colon is ordinary in Chinese text, so it makes a name only of what is nearly one.
    let is_text = scheme || word.contains("://") || (colon == '：' && near.is_none());
    if is_text {
        return Err(ErrMode::Backtrack(Mistake::new(span, FilterErrorKind::Unreadable)));
    }
    let kind = FilterErrorKind::UnknownName { name: name.to_owned() };
    Err(ErrMode::Cut(Mistake::new(span, kind).suggesting(near)))
}

/// Reads a name: a letter, then letters, digits, `_` and `-`.
fn name<'i>(input: &mut Input<'i>) -> Outcome<&'i str> {
    let letter = |character: char| character.is_alphabetic() || character == '_';
    let later = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-');
    (one_of(letter), take_while(0.., later)).take().parse_next(input)
}

fn piece(input: &mut Input<'_>) -> Outcome<ValuePart> {
    let bare = take_till(1.., is_delimiter).map(|text: &str| ValuePart::Bare(text.to_owned()));
    alt((quoted.map(ValuePart::Quoted), bare)).parse_next(input)
}

/// Text in quotes; inside them `\"` and `\\` stand for the second character.
fn quoted(input: &mut Input<'_>) -> Outcome<String> {
    let opening = '"'.span().parse_next(input)?;
    let escaped = preceded('\\', alt(("\"", "\\")));
    let fragment = alt((take_till(1.., ['"', '\\']), escaped, "\\"));
    let text = repeat(0.., fragment)
        .fold(String::new, |mut text, fragment: &str| {
            text.push_str(fragment);
            text
        })
        .parse_next(input)?;
    match opt('"').parse_next(input)? {
        Some(_) => Ok(text),
        None => cut(opening.start..input.current_token_start(), FilterErrorKind::UnclosedQuote),
    }
}

#[cfg(test)]
mod tests;
