//! Two writes of one resource as one, where that comes to the same. Bodies only: which writes may be put together is the shell's to say.

use super::{Value, patch};

/// The body of the write that does what two do, one after the other; `None` where there is none, or a body is no JSON.
///
/// The request has their methods, `first` (POST, PUT or PATCH) and `second` (PUT or PATCH), and their bodies, `before` and `after`, as JSON texts. A
/// PATCH is a merge patch (RFC 7396).
#[must_use]
pub fn coalesce(request: &Value) -> Option<Value> {
    let text = |name| request.get(name).and_then(Value::as_text);
    let body = |name| Value::parse(text(name)?).ok();
    let after = body("after")?;
    match (text("first")?, text("second")?) {
        ("POST" | "PUT" | "PATCH", "PUT") => Some(after),
        // A list may be a patch of another kind (RFC 6902).
        (_, "PATCH") if after.as_object().is_none() => None,
        ("PATCH", "PATCH") => patch::compose(&body("before")?, &after),
        ("POST" | "PUT", "PATCH") => Some(patch::apply(Some(&body("before")?), &after)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::merge::tests::values;
    use proptest::prelude::*;

    fn asked(first: &str, before: &str, second: &str, after: &str) -> Option<Value> {
        let body = |text: &str| Value::text(text);
        coalesce(&Value::Object(vec![
            ("first".to_owned(), body(first)),
            ("second".to_owned(), body(second)),
            ("before".to_owned(), body(before)),
            ("after".to_owned(), body(after)),
        ]))
    }

    #[test]
    fn two_writes_as_one() {
        // first, before, second, after, body
        let table = [
            ("POST", r#"{"a":1,"b":2}"#, "PATCH", r#"{"b":null,"c":3}"#, r#"{"a":1,"c":3}"#),
            ("POST", r#"{"a":1}"#, "PUT", r#"{"b":1}"#, r#"{"b":1}"#),
            ("PUT", r#"{"a":{"x":1}}"#, "PATCH", r#"{"a":{"y":2}}"#, r#"{"a":{"x":1,"y":2}}"#),
            (
                "PATCH",
                r#"{"a":1,"b":null}"#,
                "PATCH",
                r#"{"a":null,"c":9007199254740993}"#,
                r#"{"a":null,"b":null,"c":9007199254740993}"#,
            ),
            ("PATCH", r#"{"a":{"x":1}}"#, "PATCH", r#"{"a":{"x":null}}"#, r#"{"a":{"x":null}}"#),
            // As one patch it would leave what `a` had before.
            ("PATCH", r#"{"a":1}"#, "PATCH", r#"{"a":{"x":1}}"#, ""),
            ("PATCH", r#"[{"op":"remove","path":"/a"}]"#, "PATCH", r#"[{"op":"remove","path":"/b"}]"#, ""),
            ("DELETE", "{}", "PATCH", "{}", ""),
            ("PUT", "1", "PUT", "no JSON", ""),
        ];
        for (first, before, second, after, body) in table {
            let made = asked(first, before, second, after).map(|value| value.to_string()).unwrap_or_default();
            assert_eq!(made, body, "{first} {before}, then {second} {after}");
        }
    }

    proptest! {
        #[test]
        fn they_do_what_both_do(resource in values(), before in values(), after in values(), first in 0..3usize, second in 0..2usize) {
            let (first, second) = (["POST", "PUT", "PATCH"][first], ["PUT", "PATCH"][second]);
            let done = |verb, value: &Value, body: &Value| {
                if verb == "PATCH" { patch::apply(Some(value), body) } else { body.clone() }
            };
            match asked(first, &before.to_string(), second, &after.to_string()) {
                Some(body) => {
                    let verb = if second == "PUT" { "PUT" } else { first };
                    prop_assert_eq!(done(verb, &resource, &body), done(second, &done(first, &resource, &before), &after));
                }
                // An object in the place of what is none would be merged with what was there before.
                None => prop_assert!(second == "PATCH" && (first == "PATCH" || after.as_object().is_none())),
            }
        }
    }
}
