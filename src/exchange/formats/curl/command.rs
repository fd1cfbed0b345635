//! Reads the requests of the curl commands in a line of shell.

use super::assembly::{Input, RequestOptions};
use super::lexer::{Lexer, Token, Word};
use super::options::{self, Meaning};
use crate::exchange::formats::request_comments::TextRequest;
use crate::exchange::import_problem::ImportReason;
use crate::texts::safe_text::shortened;

/// Words before a command.
pub(super) const BEFORE: [&str; 14] =
    ["$", "!", "{", "(", "time", "sudo", "exec", "command", "nohup", "do", "then", "else", "if", "while"];

/// An option, and the value that is attached to it.
type AttachedOption = (Meaning, Option<Vec<u8>>);

/// One command of a pipe.
#[derive(Debug, Default)]
struct Stage {
    words: Vec<Word>,
    input: Option<Input>,
}

/// The requests of a command, in their order. Variables that it sets are remembered. `input` is the standard input of its
/// first stage.
pub(super) fn requests(
    tokens: Vec<Token>,
    mut input: Option<Input>,
    lexer: &mut Lexer,
) -> Vec<Result<TextRequest, ImportReason>> {
    let mut requests = Vec::new();
    for (mut stage, is_piped) in stages(tokens) {
        let hidden = hidden(&stage.words);
        assign(&mut stage.words, lexer);
        let input_here = stage.input.take().or(input.take());
        if is_curl(stage.words.first()) {
            requests.extend(each(&stage.words[1..], input_here.as_ref()));
        } else {
            requests.extend(hidden.map(Err));
            input = is_piped.then(|| printed(stage.words));
        }
    }
    requests
}

/// The commands, each with whether its output goes to the next.
fn stages(tokens: Vec<Token>) -> Vec<(Stage, bool)> {
    let mut stages = Vec::new();
    let mut stage = Stage::default();
    let mut tokens = tokens.into_iter();
    while let Some(token) = tokens.next() {
        match token {
            Token::Word(word) => stage.words.push(word),
            Token::Operator(operator @ ("<<" | "<<-" | "<<<")) => {
                stage.input = Some(Err(unresolved(operator)));
                tokens.next();
            }
            Token::Operator("<" | "<&" | ">" | ">>" | ">&" | ">|" | "&>" | "&>>") => {
                // The number of the redirected stream is before it, and the file after it.
                stage.words.pop_if(|word| matches!(&*word.text, b"0" | b"1" | b"2"));
                tokens.next();
            }
            Token::Operator(operator) => stages.push((std::mem::take(&mut stage), operator == "|")),
        }
    }
    stages.push((stage, false));
    stages
}

fn unresolved(what: &str) -> ImportReason {
    ImportReason::Unresolved { what: what.to_owned() }
}

/// The output of `printf '%s' TEXT`, which exported scripts use for long bodies. No other command is understood.
fn printed(words: Vec<Word>) -> Input {
    match <[Word; 3]>::try_from(words) {
        Ok([command, format, text]) if command.text == b"printf" && format.text == b"%s" => match text.unknown {
            None => Ok(text.text),
            Some(what) => Err(unresolved(&what)),
        },
        _ => Err(unresolved("|")),
    }
}

/// Removes the words before the command, and remembers the variables among them.
fn assign(words: &mut Vec<Word>, lexer: &mut Lexer) {
    let leading = words.iter().take_while(|word| assignment(word).is_some() || is_before(word)).count();
    for word in words.drain(..leading.min(words.len())).filter(|word| word.unknown.is_none()) {
        if let Some((name, value)) = assignment(&word) {
            lexer.assign(name, value);
        }
    }
    if words.first().is_some_and(|word| matches!(&*word.text, b"export" | b"readonly" | b"local")) {
        for (name, value) in words.iter().filter(|word| word.unknown.is_none()).filter_map(assignment) {
            lexer.assign(name, value);
        }
    }
}

/// The name and value of `name=value`.
fn assignment(word: &Word) -> Option<(&[u8], &[u8])> {
    let at = word.text.iter().position(|byte| *byte == b'=')?;
    let (name, value) = (&word.text[..at], &word.text[at + 1..]);
    let is_name = name.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    (is_name && name.first().is_some_and(|byte| !byte.is_ascii_digit())).then_some((name, value))
}

fn is_before(word: &Word) -> bool {
    BEFORE.iter().any(|before| before.as_bytes() == word.text)
}

/// Tells whether the word is the name of curl.
pub(super) fn is_curl(word: Option<&Word>) -> bool {
    word.is_some_and(|word| is_curl_name(&word.text))
}

/// Tells whether the text is the name of curl, perhaps with its folder.
pub(super) fn is_curl_name(text: &[u8]) -> bool {
    let name = text.rsplit(|byte| matches!(byte, b'/' | b'\\')).next();
    name.is_some_and(|name| name == b"curl" || name.eq_ignore_ascii_case(b"curl.exe"))
}

/// The reason for a curl command inside a substitution, which only a shell could run.
fn hidden(words: &[Word]) -> Option<ImportReason> {
    let within = |word: &&Word| word.unknown.is_some() && word.text.windows(5).any(|part| part == b"curl ");
    let what = words.iter().find(within)?.unknown.clone()?;
    Some(ImportReason::Unresolved { what })
}

/// The requests of one curl command: `--next` and further addresses make more of them.
fn each(arguments: &[Word], input: Option<&Input>) -> Vec<Result<TextRequest, ImportReason>> {
    let mut finished = Vec::new();
    let mut request = RequestOptions::default();
    let mut words = arguments.iter();
    while let Some(word) = words.next() {
        let outcome = match options(word) {
            Ok(options) => options.into_iter().try_for_each(|(meaning, attached)| {
                if meaning == Meaning::Next {
                    finished.push(std::mem::take(&mut request));
                    return Ok(());
                }
                let attached = attached.map(|text| Word { text, ..word.clone() });
                take(&mut request, meaning, attached, &mut words, input)
            }),
            Err(reason) => Err(reason),
        };
        if let Err(reason) = outcome {
            // The words after it cannot be told apart any more.
            request.refuse(reason);
            break;
        }
    }
    finished.push(request);
    finished.into_iter().flat_map(RequestOptions::finish).collect()
}

/// The options in a word: one long one, several short ones, or an address; each with the value that is attached to it.
fn options(word: &Word) -> Result<Vec<AttachedOption>, ImportReason> {
    let strange = || ImportReason::Unresolved { what: word.shown() };
    if let Some(name) = word.text.strip_prefix(b"--").filter(|name| !name.is_empty()) {
        let meaning = std::str::from_utf8(name).ok().and_then(options::long).ok_or_else(strange)?;
        return Ok(vec![(meaning, None)]);
    }
    let Some(mut letters) = word.text.strip_prefix(b"-").filter(|letters| !letters.is_empty()) else {
        return Ok(vec![(Meaning::Url, Some(word.text.clone()))]);
    };
    let mut options = Vec::new();
    while let Some((letter, rest)) = letters.split_first() {
        let meaning = options::short(*letter).ok_or_else(strange)?;
        if meaning.has_value() {
            options.push((meaning, (!rest.is_empty()).then(|| rest.to_vec())));
            break;
        }
        options.push((meaning, None));
        letters = rest;
    }
    Ok(options)
}

/// Takes an option and its value, which is the next word where none is attached.
fn take<'w>(
    request: &mut RequestOptions,
    meaning: Meaning,
    attached: Option<Word>,
    words: &mut impl Iterator<Item = &'w Word>,
    input: Option<&Input>,
) -> Result<(), ImportReason> {
    if !meaning.has_value() {
        request.flag(meaning);
        return Ok(());
    }
    let missing = || ImportReason::Malformed { cause: "curl".to_owned() };
    let value = attached.or_else(|| words.next().cloned()).ok_or_else(missing)?;
    if meaning == Meaning::NothingOf {
        return Ok(());
    }
    if let Some(what) = &value.unknown {
        return Err(ImportReason::Unresolved { what: what.clone() });
    }
    match meaning {
        Meaning::Data(data) => request.data(data, &value.text, input),
        Meaning::Header if value.text.starts_with(b"@") => Err(ImportReason::Unresolved { what: value.shown() }),
        _ => request.value(meaning, &value.text),
    }
}

impl Word {
    /// As a report names it.
    fn shown(&self) -> String {
        shortened(&String::from_utf8_lossy(&self.text), 40)
    }
}

impl Meaning {
    fn has_value(self) -> bool {
        !matches!(self, Self::Get | Self::Head | Self::OldVersion | Self::Next | Self::Nothing)
    }
}
