//! Lists of which both sides have changed something.

use super::three_way::{Merging, Sides};
use super::{ListRule, Path, Value};

impl Merging<'_> {
    /// Merges two lists as the rules say; `None` where these are not lists of that kind, or the rules have nothing to say.
    pub(super) fn lists(&mut self, at: &Path, sides: Sides<&Value>) -> Option<Value> {
        let rule = self.rules.list(at)?;
        let (mine, theirs) = (sides.mine?.as_list()?, sides.theirs?.as_list()?);
        // What neither had before, both may have begun.
        let base = match sides.base {
            None | Some(Value::Null) => &[][..],
            Some(base) => base.as_list()?,
        };
        match rule {
            ListRule::Set => Some(sets(base, mine, theirs)),
            ListRule::Keyed(key) => self.keyed(at, &key.clone(), base, mine, theirs),
        }
    }

    /// Items that are known by a member: theirs in their order, then what is new in mine.
    fn keyed(&mut self, at: &Path, key: &str, base: &[Value], mine: &[Value], theirs: &[Value]) -> Option<Value> {
        let (base, mine, theirs) = (Keyed::of(key, base)?, Keyed::of(key, mine)?, Keyed::of(key, theirs)?);
        let mut items = Vec::new();
        for (name, _) in &theirs.0 {
            self.item(at, name, [&base, &mine, &theirs], &mut items);
        }
        for (name, _) in mine.0.iter().filter(|(name, _)| theirs.get(name).is_none()) {
            self.item(at, name, [&base, &mine, &theirs], &mut items);
        }
        Some(Value::List(items))
    }

    fn item(&mut self, at: &Path, name: &str, [base, mine, theirs]: [&Keyed<'_>; 3], items: &mut Vec<Value>) {
        let sides = Sides { base: base.get(name), mine: mine.get(name), theirs: theirs.get(name) };
        items.extend(self.value(&at.child(name), sides));
    }
}

/// A list's items by their names.
struct Keyed<'a>(Vec<(String, &'a Value)>);

impl<'a> Keyed<'a> {
    /// `None` where an item has no name, or two have the same.
    fn of(key: &str, items: &'a [Value]) -> Option<Keyed<'a>> {
        let mut named: Vec<(String, &Value)> = Vec::new();
        for item in items {
            let name = match item.get(key)? {
                Value::Text(text) => text.clone(),
                Value::Number(number) => number.clone(),
                Value::Null | Value::Bool(_) | Value::List(_) | Value::Object(_) => return None,
            };
            if named.iter().any(|(other, _)| *other == name) {
                return None;
            }
            named.push((name, item));
        }
        Some(Keyed(named))
    }

    fn get(&self, name: &str) -> Option<&'a Value> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, item)| *item)
    }
}

/// Theirs without what I removed, and then what I added.
fn sets(base: &[Value], mine: &[Value], theirs: &[Value]) -> Value {
    let removed = |item: &Value| base.contains(item) && !mine.contains(item);
    let mut items: Vec<Value> = theirs.iter().filter(|item| !removed(item)).cloned().collect();
    for item in mine {
        if !base.contains(item) && !items.contains(item) {
            items.push(item.clone());
        }
    }
    Value::List(items)
}
