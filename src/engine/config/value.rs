//! A config before it is checked: what JSON and JavaScript objects have in common.
//! Is not parsed here; whoever has JSON or a JavaScript object converts it, leaving out what is `undefined`.

use indexmap::IndexMap;
use std::fmt::Write;

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
    /// An object, its keys in written order so that errors come in that order too.
    Map(IndexMap<String, Value>),
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
                quoted(&text.chars().take(SHOWN).chain(['…']).collect::<String>())
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

    /// A fingerprint of the canonical text: 64-bit FNV-1a as 16 hex digits. Tells configs apart, protects from nobody.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let hash = self
            .canonical()
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        format!("{hash:016x}")
    }

    /// Whether it is a function, or `{hook: true}`, which stands for one where functions cannot go.
    #[must_use]
    pub fn is_hook(&self) -> bool {
        match self {
            Value::Hook => true,
            Value::Map(fields) => fields.len() == 1 && fields.get("hook") == Some(&Value::Bool(true)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::List(_) => false,
        }
    }

    fn write(&self, out: &mut String) {
        match self {
            Value::Null => out.push_str("null"),
            Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
            Value::Number(number) if number.is_infinite() => {
                out.push_str(if *number > 0.0 { "Infinity" } else { "-Infinity" });
            }
            // Writing to a String cannot fail.
            Value::Number(number) => write!(out, "{number}").unwrap_or_default(),
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
                let mut sorted: Vec<_> = fields.iter().collect();
                sorted.sort_by_key(|(key, _)| *key);
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

/// A text as JSON writes it (RFC 8259, 7).
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c.is_control() => write!(out, "\\u{:04x}", u32::from(c)).unwrap_or_default(),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(fields: &[(&str, Value)]) -> Value {
        Value::Map(fields.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect())
    }

    #[test]
    fn the_same_config_in_another_order_has_the_same_fingerprint() {
        let one = map(&[("a", Value::Number(1.0)), ("b", Value::List(vec![Value::Null, Value::Hook]))]);
        let other = map(&[
            ("b", Value::List(vec![Value::Null, map(&[("hook", Value::Bool(true))])])),
            ("a", Value::Number(1.0)),
        ]);
        assert_eq!(one.canonical(), r#"{"a":1,"b":[null,function]}"#);
        assert_eq!(one.fingerprint(), other.fingerprint());
        assert_ne!(one.fingerprint(), map(&[]).fingerprint());
        // FNV-1a of `{}`, worked out elsewhere. Stored rows hold fingerprints, so they must not change from release to release.
        assert_eq!(map(&[]).fingerprint(), "08f44b07b5901a25");
    }

    #[test]
    fn errors_name_what_they_got() {
        let check = |value: Value, expected: &str| assert_eq!(value.described(), expected);
        check(Value::Null, "null");
        check(Value::Bool(false), "false");
        check(Value::Number(3.0), "3");
        check(Value::Number(-0.5), "-0.5");
        check(Value::Number(f64::NAN), "NaN");
        check(Value::Number(f64::NEG_INFINITY), "-Infinity");
        check(Value::Text("a \"b\"\n\u{1}".to_owned()), r#""a \"b\"\n\u0001""#);
        check(Value::Text("ü".repeat(61)), &format!("\"{}…\"", "ü".repeat(60)));
        check(Value::List(vec![]), "an empty list");
        check(Value::List(vec![Value::Null]), "a list");
        check(map(&[]), "an object");
        check(Value::Hook, "a function");
    }
}
