//! Layers: what a write that is not settled yet makes of a resource, laid over it for whoever reads.
//! Laid twice, or over what has the write already, a layer changes nothing more: what is added is known by its key.

use super::{Path, Value, patch};

/// What one write does to one resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// How.
    pub how: How,
    /// Where in the resource: the whole, or a list in it.
    pub at: Path,
    /// What stands there; anything else is left alone.
    pub of: Of,
    /// The member that a list's items are known by.
    pub key: String,
    /// The item that is meant, where it is a list; `None`: the one that the body names.
    pub id: Option<String>,
}

/// What a layer is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// An item, where there is a list, else the whole.
    Either,
    /// An item of a list.
    Item,
    /// The whole, also where it is a list.
    Whole,
}

/// How a write lies over a resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// Its body is an item, behind all others.
    Append,
    /// Its body is an item, before all others.
    Prepend,
    /// Its body is a merge patch (RFC 7396) for the item, or for the whole.
    Merge,
    /// Its body takes the place of the item, or of the whole.
    Replace,
    /// The item, or the whole, goes.
    Remove,
}

impl How {
    /// The word for it in the config.
    #[must_use]
    pub fn parse(word: &str) -> Option<How> {
        Some(match word {
            "append" => How::Append,
            "prepend" => How::Prepend,
            "merge" => How::Merge,
            "replace" => How::Replace,
            "remove" => How::Remove,
            _ => return None,
        })
    }
}

/// Lays a write over a resource, `None` where there is none; tells whether that made a difference. A layer that does not fit (no such list,
/// no such item) leaves the resource as it is.
pub fn lay(resource: &mut Option<Value>, layer: &Layer, body: Option<&Value>) -> bool {
    let whole = layer.at == Path::default();
    match (resource.as_mut().and_then(|value| value.at_mut(&layer.at)), layer.how, body) {
        (Some(Value::List(items)), ..) if layer.of != Of::Whole => in_list(items, layer, body),
        _ if layer.of == Of::Item => false,
        (Some(value), How::Merge, Some(body)) if body.as_object().is_some() => {
            put(value, patch::apply(Some(value), body))
        }
        (Some(value), How::Replace, Some(body)) => put(value, body.clone()),
        (None, How::Replace, Some(body)) if whole => resource.replace(body.clone()).is_none(),
        (Some(_), How::Remove, _) if whole => resource.take().is_some(),
        _ => false,
    }
}

/// Puts a value in the place of another; tells whether that made a difference.
fn put(place: &mut Value, value: Value) -> bool {
    let differs = *place != value;
    *place = value;
    differs
}

fn in_list(items: &mut Vec<Value>, layer: &Layer, body: Option<&Value>) -> bool {
    let own = body.and_then(|body| body.get(&layer.key)).and_then(name_of);
    let Some(id) = own.filter(|_| adds(layer.how)).or_else(|| layer.id.clone()) else { return false };
    let place = items.iter().position(|item| item.get(&layer.key).and_then(name_of).is_some_and(|name| name == id));
    if let (How::Remove, Some(place)) = (layer.how, place) {
        items.remove(place);
        return true;
    }
    let Some(body) = body else { return false };
    match (layer.how, place.and_then(|place| items.get_mut(place))) {
        (How::Merge, Some(item)) if body.as_object().is_some() => put(item, patch::apply(Some(item), body)),
        (How::Replace | How::Append | How::Prepend, Some(item)) => put(item, named(body, &layer.key, &id)),
        (How::Append, None) => {
            items.push(named(body, &layer.key, &id));
            true
        }
        (How::Prepend, None) => {
            items.insert(0, named(body, &layer.key, &id));
            true
        }
        _ => false,
    }
}

fn adds(how: How) -> bool {
    matches!(how, How::Append | How::Prepend)
}

/// The body as an item, which must be known by something until the server gives it a name.
fn named(body: &Value, key: &str, id: &str) -> Value {
    let mut item = body.clone();
    if item.get(key).is_none() {
        item.set(key, Value::text(id));
    }
    item
}

fn name_of(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) | Value::Number(text) => Some(text.clone()),
        Value::Null | Value::Bool(_) | Value::List(_) | Value::Object(_) => None,
    }
}
