//! JSON Merge Patch (RFC 7396): what a PATCH with `application/merge-patch+json` says, and most PATCHes with plain JSON mean.

use super::Value;

/// The value with the patch applied (RFC 7396, 2).
#[must_use]
pub fn apply(value: Option<&Value>, patch: &Value) -> Value {
    let Value::Object(changes) = patch else { return patch.clone() };
    let members = value.and_then(Value::as_object).unwrap_or_default();
    let mut patched = Value::Object(members.to_vec());
    for (name, change) in changes {
        if let (Value::Null, Value::Object(members)) = (change, &mut patched) {
            members.retain(|(own, _)| own != name);
        } else {
            let changed = apply(patched.get(name), change);
            patched.set(name, changed);
        }
    }
    patched
}

/// The patch that does what two do one after the other; `None` where no patch can: what replaces a member as a whole, and is an object, would be
/// merged with it.
#[must_use]
pub fn compose(first: &Value, second: &Value) -> Option<Value> {
    let Value::Object(changes) = second else { return Some(second.clone()) };
    let Value::Object(_) = first else { return None };
    let mut both = first.clone();
    for (name, change) in changes {
        let change = first.get(name).map_or_else(|| Some(change.clone()), |earlier| compose(earlier, change))?;
        both.set(name, change);
    }
    Some(both)
}

/// The patch that makes `after` of `before`; `None` where none can: a member that is to be null cannot be told from one that is to go.
#[must_use]
pub fn between(before: &Value, after: &Value) -> Option<Value> {
    let patch = difference(before, after);
    (apply(Some(before), &patch) == *after).then_some(patch)
}

fn difference(before: &Value, after: &Value) -> Value {
    let (Value::Object(old), Value::Object(new)) = (before, after) else { return after.clone() };
    let mut changes = Vec::new();
    for (name, _) in old {
        if after.get(name).is_none() {
            changes.push((name.clone(), Value::Null));
        }
    }
    for (name, value) in new {
        match before.get(name) {
            Some(was) if was == value => {}
            Some(was) => changes.push((name.clone(), difference(was, value))),
            None => changes.push((name.clone(), value.clone())),
        }
    }
    Value::Object(changes)
}
