//! A filter: a mistake is inside it, and what can be read is written so that it reads back as the same.
#![no_main]

use std::sync::LazyLock;

use jiff::Zoned;
use libfuzzer_sys::fuzz_target;
use menuscope::filter::{Filter, FilterError, MAX_LENGTH};

static NOW: LazyLock<Zoned> = LazyLock::new(|| "2026-11-23T08:00:00.123456+08:00[+08:00]".parse().unwrap());

fuzz_target!(|text: &str| {
    match Filter::parse(text, &NOW) {
        Ok(filter) => check_written(&filter),
        Err(error) => check_error(text, &error),
    }
    match Filter::parse_for_arrivals(text, &NOW) {
        Ok(filter) => assert_eq!(Ok(filter), Filter::parse(text, &NOW)),
        Err(error) => check_error(text, &error),
    }
});

fn check_written(filter: &Filter) {
    assert!(filter.text.chars().count() <= MAX_LENGTH);
    let written = filter.expr.to_string();
    match Filter::parse(&written, &NOW) {
        Ok(read) => {
            assert_eq!(read.expr, filter.expr, "{written:?}");
            assert_eq!(read.expr.to_string(), written);
        }
        // What is written in full may be longer than what was typed.
        Err(error) => assert!(written.chars().count() > MAX_LENGTH, "{written:?}: {error}"),
    }
}

fn check_error(text: &str, error: &FilterError) {
    let characters = text.chars().count();
    assert!(error.column >= 1 && error.column - 1 + error.length <= characters, "{error:?} in {characters} characters");
    assert!(!error.to_string().is_empty());
}
