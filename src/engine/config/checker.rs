//! Holds a value of the config against what may stand there, and collects what is wrong.
//! Knows no key: the tables of `schema` do.

use super::error::ConfigError;
use super::suggest::nearest;
use super::value::Value;
use crate::text::quoted;

/// What may stand at a place of the config.
pub(super) struct Rule {
    /// That in words, for whoever wrote something else.
    pub expected: &'static str,
    /// That for the checker.
    pub form: Form,
}

/// The kinds of rules.
pub(super) enum Form {
    /// `true` or `false`.
    Flag,
    /// A whole number from 1.
    Count,
    /// A text that passes this test.
    Text(fn(&str) -> Fit),
    /// One of these words.
    Word(&'static [&'static str]),
    /// A list, each item under this rule.
    List(&'static Rule),
    /// A value under this rule, or a list of at least one.
    OneOrMany(&'static Rule),
    /// An object with these keys and no others.
    Object(&'static [Field]),
    /// What only code can say.
    Special(fn(&mut Checker, &str, &Value) -> Fit),
}

/// A key of an object.
pub(super) struct Field {
    /// The key.
    pub key: &'static str,
    /// What may stand under it.
    pub rule: &'static Rule,
    /// Whether it may be left out.
    pub need: Need,
}

/// Whether a key may be left out.
#[derive(PartialEq, Eq)]
pub(super) enum Need {
    /// It has a default.
    Optional,
    /// It has none.
    Required,
}

/// Whether a value fits its rule; if not, with what may help.
pub(super) type Fit = Result<(), Option<String>>;

/// Fits if this holds; there is nothing to say otherwise.
pub(super) fn only_if(holds: bool) -> Fit {
    if holds { Ok(()) } else { Err(None) }
}

/// Fits as one of these words.
pub(super) fn one_of(words: &[&'static str], text: &str) -> Fit {
    if words.contains(&text) {
        return Ok(());
    }
    Err(nearest(text, words.iter().copied()).map(|word| format!("did you mean {}?", quoted(word))))
}

/// The path of a key: `routes[2].timeout`, or `routes[2]["a b"]` where the key is no plain word.
pub(super) fn child(at: &str, key: &str) -> String {
    let plain = !key.is_empty() && key.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'$' | b'-'));
    match plain {
        _ if at.is_empty() => key.to_owned(),
        true => format!("{at}.{key}"),
        false => format!("{at}[{}]", quoted(key)),
    }
}

/// The path of an item.
pub(super) fn item(at: &str, index: usize) -> String {
    format!("{at}[{index}]")
}

/// The errors found so far.
#[derive(Debug, Default)]
pub(super) struct Checker {
    /// In the order in which the config is written.
    pub errors: Vec<ConfigError>,
}

impl Checker {
    /// Notes what is wrong with a value, and with what is in it.
    pub fn check(&mut self, at: &str, rule: &Rule, value: &Value) {
        let fit = match (&rule.form, value) {
            (Form::Flag, Value::Bool(_)) => Ok(()),
            (Form::Count, Value::Number(_)) => only_if(value.as_count().is_some()),
            (Form::Text(test), Value::Text(text)) => test(text),
            (Form::Word(words), Value::Text(text)) => one_of(words, text),
            (Form::OneOrMany(_), Value::List(items)) if items.is_empty() => Err(None),
            (Form::List(rule) | Form::OneOrMany(rule), Value::List(items)) => {
                for (index, value) in items.iter().enumerate() {
                    self.check(&item(at, index), rule, value);
                }
                Ok(())
            }
            (Form::OneOrMany(rule), _) => {
                self.check(at, rule, value);
                Ok(())
            }
            (Form::Object(known), Value::Map(fields)) => {
                self.check_fields(at, known, fields);
                Ok(())
            }
            (Form::Special(check), _) => check(self, at, value),
            (Form::Flag | Form::Count | Form::Text(_) | Form::Word(_) | Form::List(_) | Form::Object(_), _) => {
                Err(None)
            }
        };
        if let Err(note) = fit {
            let note = note.map_or_else(String::new, |note| format!(" ({note})"));
            self.push(at, format!("expected {}, got {}{note}", rule.expected, value.described()));
        }
    }

    /// Notes what is wrong at a place, in words.
    pub fn push(&mut self, at: &str, problem: String) {
        let path = if at.is_empty() { "config" } else { at };
        self.errors.push(ConfigError { path: path.to_owned(), problem });
    }

    fn check_fields(&mut self, at: &str, known: &'static [Field], fields: &[(String, Value)]) {
        for (key, value) in fields {
            let at = child(at, key);
            match known.iter().find(|field| field.key == key) {
                Some(field) => self.check(&at, field.rule, value),
                None => {
                    let suggestion = nearest(key, known.iter().map(|field| field.key));
                    let hint = suggestion.map_or_else(String::new, |key| format!(", did you mean {}?", quoted(key)));
                    self.push(&at, format!("unknown key{hint}"));
                }
            }
        }
        for field in known {
            if field.need == Need::Required && !fields.iter().any(|(key, _)| key == field.key) {
                self.push(&child(at, field.key), format!("expected {}, got nothing", field.rule.expected));
            }
        }
    }
}
