//! A config before it is checked: what JSON and JavaScript objects have in common.
//! Is not parsed here; whoever has JSON or a JavaScript object converts it, leaving out what is `undefined`.

use crate::text::{quoted, without_last};

/// A value of the config as written.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// Any number.
    Number(f64),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Value>),
    /// An object, its keys in written order so that errors come in that order too; none occurs twice.
    Map(Vec<(String, Value)>),
    /// A function, which stays in JavaScript.
    Hook,
}

/// How much of a text an error repeats.
const SHOWN: usize = 60;

impl Value {
    /// The value in an error's words: texts quoted and cut, lists and objects only named.
    #[must_use]
    pub fn described(&self) -> String {
        match self {
            Value::Null | Value::Bool(_) | Value::Number(_) => self.canonical(),
            Value::Text(text) if text.chars().count() > SHOWN => {
                let end = text.char_indices().nth(SHOWN).map_or(text.len(), |(at, _)| at);
                quoted(&[text.get(..end).unwrap_or_default(), "…"].concat())
            }
            Value::Text(text) => quoted(text),
            Value::List(items) if items.is_empty() => "an empty list".to_owned(),
            Value::List(_) => "a list".to_owned(),
            Value::Map(_) => "an object".to_owned(),
            Value::Hook => "a function".to_owned(),
        }
    }

    /// One text for all ways to write the same: JSON without spaces, keys sorted, `function` for a function.
    #[must_use]
    pub fn canonical(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    /// Whether it is a function, or `{hook: true}`, which stands for one where functions cannot go.
    #[must_use]
    pub fn is_hook(&self) -> bool {
        match self {
            Value::Hook => true,
            Value::Map(fields) => fields.len() == 1 && matches!(self.get("hook"), Some(Value::Bool(true))),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::List(_) => false,
        }
    }

    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        if let Value::Text(text) = self { Some(text) } else { None }
    }

    /// The whole number from 1, if it is one.
    #[must_use]
    pub fn as_count(&self) -> Option<usize> {
        match self {
            // Within that range the cast is exact, on wasm32 too.
            Value::Number(number) if number.fract() == 0.0 && (1.0..=f64::from(u32::MAX)).contains(number) => {
                Some(*number as usize)
            }
            _ => None,
        }
    }

    /// What stands under a key, if it is an object with that key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        let Value::Map(fields) = self else { return None };
        fields.iter().find(|(other, _)| other == key).map(|(_, value)| value)
    }

    /// Appends the canonical text.
    pub(super) fn write(&self, out: &mut String) {
        match self {
            Value::Null => out.push_str("null"),
            Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
            Value::Number(number) => out.push_str(&written(*number)),
            Value::Text(text) => out.push_str(&quoted(text)),
            Value::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    out.push_str(if index > 0 { "," } else { "" });
                    item.write(out);
                }
                out.push(']');
            }
            Value::Map(_) if self.is_hook() => out.push_str("function"),
            Value::Map(fields) => {
                let mut sorted: Vec<&(String, Value)> = Vec::new();
                for field in fields {
                    let place = sorted.partition_point(|other| other.0 <= field.0);
                    sorted.insert(place, field);
                }
                out.push('{');
                for (index, (key, value)) in sorted.into_iter().enumerate() {
                    out.push_str(if index > 0 { "," } else { "" });
                    out.push_str(&quoted(key));
                    out.push(':');
                    value.write(out);
                }
                out.push('}');
            }
            Value::Hook => out.push_str("function"),
        }
    }
}

/// A number with six places at most: enough to recognise it by. The standard library's exact way costs more than all of this module.
fn written(number: f64) -> String {
    if number.abs() >= 1e12 || number.is_nan() {
        return "a number beyond all bounds".to_owned();
    }
    let millionths = (number.abs() * 1e6).round() as u64;
    let sign = if number < 0.0 { "-" } else { "" };
    let text = format!("{sign}{}.{:06}", millionths / 1_000_000, millionths % 1_000_000);
    without_last(without_last(&text, '0'), '.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(fields: &[(&str, Value)]) -> Value {
        Value::Map(fields.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect())
    }

    #[test]
    fn the_same_in_another_order_has_the_same_text() {
        let one = map(&[("a", Value::Number(1.0)), ("b", Value::List(vec![Value::Null, Value::Hook]))]);
        let other = map(&[
            ("b", Value::List(vec![Value::Null, map(&[("hook", Value::Bool(true))])])),
            ("a", Value::Number(1.0)),
        ]);
        assert_eq!(one.canonical(), r#"{"a":1,"b":[null,function]}"#);
        assert_eq!(one.canonical(), other.canonical());
    }

    #[test]
    fn errors_name_what_they_got() {
        let check = |value: Value, expected: &str| assert_eq!(value.described(), expected);
        check(Value::Null, "null");
        check(Value::Bool(false), "false");
        check(Value::Number(3.0), "3");
        check(Value::Number(-0.5), "-0.5");
        check(Value::Number(0.0), "0");
        check(Value::Number(0.1), "0.1");
        check(Value::Number(1234.0625), "1234.0625");
        check(Value::Number(1.0 / 3.0), "0.333333");
        check(Value::Number(1.999_999), "1.999999");
        check(Value::Number(0.000_5), "0.0005");
        check(Value::Number(4_294_967_296.0), "4294967296");
        check(Value::Number(10.000_000_000_000_01), "10");
        check(Value::Number(1e21), "a number beyond all bounds");
        check(Value::Number(f64::NAN), "a number beyond all bounds");
        check(Value::Number(f64::NEG_INFINITY), "a number beyond all bounds");
        check(Value::Text("a \"b\"\n\u{1}".to_owned()), r#""a \"b\"\n\u0001""#);
        check(Value::Text("ü".repeat(61)), &format!("\"{}…\"", "ü".repeat(60)));
        check(Value::List(vec![]), "an empty list");
        check(Value::List(vec![Value::Null]), "a list");
        check(map(&[]), "an object");
        check(Value::Hook, "a function");
    }
}
