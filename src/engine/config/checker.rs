//! Reads single values of a config and collects what is wrong with them.
//! Knows no key: those who know theirs call it.

use super::error::{ConfigError, Problem};
use super::own_path::check_own_path;
use super::suggest::nearest;
use super::value::{Value, quoted};
use crate::http::MediaType;
use crate::route::{Matcher, Pattern, Template};
use crate::time::Span;

/// The errors found so far.
#[derive(Debug, Default)]
pub(super) struct Checker {
    errors: Vec<ConfigError>,
}

/// The path of a key: `routes[2].timeout`, or `routes[2]["a b"]` where the key is no plain word.
pub(super) fn child(at: &str, key: &str) -> String {
    let plain = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '-'));
    if plain { format!("{at}.{key}") } else { format!("{at}[{}]", quoted(key)) }
}

/// `"a", "b" or "c"`.
pub(super) fn any_of(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

/// Puts a value where one was read; an error leaves what was there.
pub(super) fn set<T>(slot: &mut T, read: Option<T>) {
    if let Some(value) = read {
        *slot = value;
    }
}

impl Checker {
    /// The checked thing, or every error.
    pub fn finish<T>(self, checked: T) -> Result<T, Vec<ConfigError>> {
        if self.errors.is_empty() { Ok(checked) } else { Err(self.errors) }
    }

    /// The keys and values of an object.
    pub fn fields<'v>(&mut self, at: &str, value: &'v Value) -> Option<&'v [(String, Value)]> {
        match value {
            Value::Map(fields) => Some(fields),
            _ => self.unfit(at, "an object", value),
        }
    }

    /// Each item of a list.
    pub fn list<T>(
        &mut self,
        at: &str,
        value: &Value,
        expected: &str,
        read: impl FnMut(&mut Checker, &str, &Value) -> Option<T>,
    ) -> Vec<T> {
        match value {
            Value::List(items) => self.each(items, &|index| format!("{at}[{index}]"), read),
            _ => self.unfit(at, expected, value).unwrap_or_default(),
        }
    }

    /// A value by itself or a list of at least one.
    pub fn one_or_many<T>(
        &mut self,
        at: &str,
        value: &Value,
        expected: &str,
        read: impl FnMut(&mut Checker, &str, &Value) -> Option<T>,
    ) -> Vec<T> {
        match value {
            Value::List(items) if items.is_empty() => self.unfit(at, expected, value).unwrap_or_default(),
            Value::List(_) => self.list(at, value, expected, read),
            _ => self.each(std::slice::from_ref(value), &|_| at.to_owned(), read),
        }
    }

    /// A text.
    pub fn text<'v>(&mut self, at: &str, value: &'v Value, expected: &str) -> Option<&'v str> {
        match value {
            Value::Text(text) => Some(text),
            _ => self.unfit(at, expected, value),
        }
    }

    /// One of a few words.
    pub fn word(&mut self, at: &str, value: &Value, words: &[&'static str], expected: &str) -> Option<&'static str> {
        let text = self.text(at, value, expected)?;
        words.iter().find(|word| **word == text).copied().or_else(|| {
            let note = nearest(text, words).map(|word| format!("did you mean {}?", quoted(word)));
            self.unfit_note(at, expected, value, note)
        })
    }

    /// `true` or `false`.
    pub fn flag(&mut self, at: &str, value: &Value) -> Option<bool> {
        match value {
            Value::Bool(flag) => Some(*flag),
            _ => self.unfit(at, "true or false", value),
        }
    }

    /// A whole number from 1.
    pub fn count(&mut self, at: &str, value: &Value) -> Option<usize> {
        match value {
            // Within that range the cast is exact, on wasm32 too.
            Value::Number(number) if number.fract() == 0.0 && (1.0..=f64::from(u32::MAX)).contains(number) => {
                Some(*number as usize)
            }
            _ => self.unfit(at, "a whole number from 1", value),
        }
    }

    /// A duration, also none at all.
    pub fn span(&mut self, at: &str, value: &Value) -> Option<Span> {
        let read = if let Value::Text(text) = value { Span::parse(text) } else { None };
        read.or_else(|| self.unfit(at, "a duration such as \"3s\"", value))
    }

    /// A duration longer than none.
    pub fn timeout(&mut self, at: &str, value: &Value) -> Option<Span> {
        let span = self.span(at, value)?;
        if span > Span::ZERO { Some(span) } else { self.unfit(at, "a duration longer than none", value) }
    }

    /// A path of the own origin.
    pub fn own_path(&mut self, at: &str, value: &Value, expected: &str) -> Option<String> {
        let text = self.text(at, value, expected)?;
        match check_own_path(text) {
            Ok(()) => Some(text.to_owned()),
            Err(error) => self.unfit_note(at, expected, value, Some(error.to_string())),
        }
    }

    /// A lane or a tag.
    pub fn template(&mut self, at: &str, value: &Value) -> Option<Template> {
        let expected = "a text such as \"board:{path[2]}\"";
        let text = self.text(at, value, expected)?;
        match Template::parse(text) {
            Ok(template) => Some(template),
            Err(error) => self.unfit_note(at, expected, value, Some(error.to_string())),
        }
    }

    /// A route's `match`.
    pub fn matcher(&mut self, at: &str, value: &Value) -> Option<Matcher> {
        if value.is_hook() {
            return Some(Matcher::Hook);
        }
        let expected = "a pattern such as \"/api/*\", a list of patterns or a function";
        if !matches!(value, Value::Text(_) | Value::List(_)) {
            return self.unfit(at, expected, value);
        }
        Some(Matcher::Patterns(self.one_or_many(at, value, expected, Checker::pattern)))
    }

    /// A content type in lower case.
    pub fn media_type(&mut self, at: &str, value: &Value) -> Option<String> {
        let expected = "a content type such as \"application/json\"";
        let text = self.text(at, value, expected)?;
        // Parameters such as a charset are not compared, so none may look as if they were.
        let read = MediaType::parse(text).filter(|_| !text.contains(';') && text.trim() == text);
        read.map(|_| text.to_ascii_lowercase()).or_else(|| self.unfit(at, expected, value))
    }

    /// Notes a value of the wrong type or form. Returns `None`, so that a reader can end with it.
    pub fn unfit<T>(&mut self, at: &str, expected: &str, value: &Value) -> Option<T> {
        self.unfit_note(at, expected, value, None)
    }

    /// The same with something that may help.
    pub fn unfit_note<T>(&mut self, at: &str, expected: &str, value: &Value, note: Option<String>) -> Option<T> {
        self.push(at, Problem::Unfit { expected: expected.to_owned(), got: value.described(), note });
        None
    }

    /// Notes a required key that is missing.
    pub fn missing(&mut self, at: &str, key: &str, expected: &str) {
        self.push(
            &child(at, key),
            Problem::Unfit { expected: expected.to_owned(), got: "nothing".to_owned(), note: None },
        );
    }

    /// Notes a key that means nothing here.
    pub fn unknown_key(&mut self, at: &str, key: &str, known: &[&'static str]) {
        self.push(at, Problem::UnknownKey { suggestion: nearest(key, known) });
    }

    /// Notes what does not go together.
    pub fn clash(&mut self, at: &str, why: &str) {
        self.push(at, Problem::Clash(why.to_owned()));
    }

    /// Reads values one by one, each under a path made of its index. A plain loop: there is one in the wasm for each kind of thing.
    fn each<T>(
        &mut self,
        values: &[Value],
        path: &dyn Fn(usize) -> String,
        mut read: impl FnMut(&mut Checker, &str, &Value) -> Option<T>,
    ) -> Vec<T> {
        let mut all = Vec::new();
        for (index, value) in values.iter().enumerate() {
            if let Some(item) = read(self, &path(index), value) {
                all.push(item);
            }
        }
        all
    }

    fn pattern(&mut self, at: &str, value: &Value) -> Option<Pattern> {
        let expected = "a pattern such as \"/api/*\"";
        let text = self.text(at, value, expected)?;
        match Pattern::parse(text) {
            Ok(pattern) => Some(pattern),
            Err(error) => self.unfit_note(at, expected, value, Some(error.to_string())),
        }
    }

    fn push(&mut self, at: &str, problem: Problem) {
        self.errors.push(ConfigError { path: at.to_owned(), problem });
    }
}
