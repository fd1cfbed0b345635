//! Templates: the texts of a reply, rendered with the event's names. They make text, never XML.

use std::cell::OnceCell;
use std::io;
use std::ops::Range;

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior, escape_formatter};

use super::scope::scope;
use super::{MAX_TEMPLATE, MAX_TEXT, Response, Rule, RuleError, Spot};
use crate::filter::Subject;
use crate::wechat::reply::{PassiveReply, ReplyKind};

/// The fuel of one text: some milliseconds, and, at 64 bytes a unit, 3 MiB of memory. A template with a loop over
/// eight articles needs a few hundred.
const FUEL: u64 = 50_000;

/// The deepest nesting of a running template: a thread's stack has to hold it.
const MAX_NESTING: usize = 64;

/// The compiled templates of one rule, by the place of their text in its reply.
#[derive(Debug)]
pub(super) struct Templates {
    environment: Environment<'static>,
}

impl Templates {
    /// Compiles those texts of the rule's reply that are templates.
    pub(super) fn compile(rule: &Rule) -> Result<Self, RuleError> {
        let mut environment = environment();
        if let Response::Reply(reply) = &rule.response {
            let mut fields = Fields::of(reply);
            reply.map_texts(|element, text| {
                let (place, field) = fields.next(element);
                if is_template(text) {
                    add(&mut environment, place, text).map_err(|flaw| flaw.of(rule, field))?;
                }
                Ok(String::new())
            })?;
        }
        Ok(Self { environment })
    }

    /// The rule's reply rendered for the event; `success` if its response is not a reply.
    pub(super) fn render(&self, rule: &Rule, subject: &Subject<'_>) -> Result<PassiveReply, RuleError> {
        let Response::Reply(reply) = &rule.response else { return Ok(PassiveReply::Success) };
        let event = OnceCell::new();
        let mut fields = Fields::of(reply);
        reply.map_texts(|element, text| {
            let (place, field) = fields.next(element);
            match self.environment.get_template(&place) {
                Ok(template) => {
                    let event = event.get_or_init(|| scope(subject)).clone();
                    let mut output = LimitedText(Vec::new());
                    let rendered = template.render_captured_to(event, &mut output).map(drop);
                    rendered.map_err(|error| Flaw::of_render(&error, text).of(rule, field))?;
                    Ok(String::from_utf8_lossy(&output.0).into_owned())
                }
                // There is no template, so the text stays as it is.
                Err(_) => Ok(text.to_owned()),
            }
        })
    }
}

/// An environment in which an unknown name is an error, and nothing is escaped.
fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::None);
    environment.set_fuel(Some(FUEL));
    environment.set_recursion_limit(MAX_NESTING);
    // Errors tell which name is missing, and where.
    environment.set_debug(true);
    environment.set_formatter(
        |output, state, value| {
            if value.is_none() { Ok(()) } else { escape_formatter(output, state, value) }
        },
    );
    if let Ok(syntax) = SyntaxConfig::builder().keep_trailing_newline(true).build() {
        environment.set_syntax(syntax);
    }
    environment
}

/// Tells whether a text of a reply is a template.
pub fn is_template(text: &str) -> bool {
    ["{{", "{%", "{#"].iter().any(|opening| text.contains(opening))
}

fn add(environment: &mut Environment<'static>, place: String, text: &str) -> Result<(), Flaw> {
    if text.len() > MAX_TEMPLATE {
        return Err(Flaw::Long(text.len()));
    }
    let added = environment.add_template_owned(place, text.to_owned());
    added.map_err(|error| Flaw::Syntax(spot(&error, text), reason(&error)))
}

/// Names the texts of a reply in their order.
struct Fields {
    news: bool,
    seen: Vec<&'static str>,
}

impl Fields {
    fn of(reply: &PassiveReply) -> Self {
        Self { news: reply.kind() == ReplyKind::News, seen: Vec::new() }
    }

    /// The place of the next text, and its name in messages.
    fn next(&mut self, element: &'static str) -> (String, String) {
        let place = self.seen.len().to_string();
        let article = self.seen.iter().filter(|seen| **seen == element).count() + 1;
        self.seen.push(element);
        let field = if self.news { format!("{element} of article {article}") } else { element.to_owned() };
        (place, field)
    }
}

/// A mistake in a template, before rule and field are added.
enum Flaw {
    Long(usize),
    Syntax(Spot, String),
    Unknown(Spot, String),
    Work(Spot),
    LongText,
    Failed(Spot, String),
}

impl Flaw {
    fn of_render(error: &Error, template: &str) -> Self {
        let spot = spot(error, template);
        match error.kind() {
            ErrorKind::OutOfFuel => Self::Work(spot),
            ErrorKind::WriteFailure => Self::LongText,
            ErrorKind::UndefinedError => Self::Unknown(spot, expression(error, template)),
            _ => Self::Failed(spot, reason(error)),
        }
    }

    fn of(self, rule: &Rule, field: String) -> RuleError {
        let rule = rule.name.clone();
        match self {
            Self::Long(length) => RuleError::TemplateLength { rule, field, length },
            Self::Syntax(spot, reason) => RuleError::Template { rule, field, spot, reason },
            Self::Unknown(spot, expression) => RuleError::UnknownName { rule, field, spot, expression },
            Self::Work(spot) => RuleError::Work { rule, field, spot },
            Self::LongText => RuleError::TextLength { rule, field },
            Self::Failed(spot, reason) => RuleError::Failed { rule, field, spot, reason },
        }
    }
}

fn reason(error: &Error) -> String {
    error.detail().map_or_else(|| error.kind().to_string(), str::to_owned)
}

/// The unknown name: the engine quotes it, or else it is the text at the error's place.
fn expression(error: &Error, template: &str) -> String {
    let quoted = error.detail().and_then(|detail| detail.split('`').nth(1));
    let there = || error.range().and_then(|range| template.get(range));
    quoted.or_else(there).unwrap_or_default().to_owned()
}

fn spot(error: &Error, template: &str) -> Spot {
    let Some(before) = error.range().and_then(|Range { start, .. }| template.get(..start)) else {
        return Spot { line: error.line().unwrap_or(1), column: 1 };
    };
    let line = before.rsplit('\n').next().unwrap_or_default();
    Spot { line: before.matches('\n').count() + 1, column: line.chars().count() + 1 }
}

/// A buffer of at most [`MAX_TEXT`] bytes.
struct LimitedText(Vec<u8>);

impl io::Write for LimitedText {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_TEXT {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
