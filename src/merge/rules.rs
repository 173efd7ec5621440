//! What a route says of its resource's fields, where taking one side or the other is not what people expect.
//! Merges nothing.

use super::{Path, Value};

/// The rules of one route. Paths are JSON pointers in which a segment `*` stands for any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// `lists`: how lists are merged. Default: as one value.
    lists: Vec<(Path, ListRule)>,
    /// `counters`: numbers of which both sides' differences count. Default: none.
    counters: Vec<Path>,
    /// `text`: texts that are merged line by line. Default: none.
    texts: Vec<Path>,
}

/// How a list is merged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ListRule {
    /// `"set"`: items are what they are; what either side has added is in it, what either has removed is not.
    Set,
    /// Any other text: the member that items are known by; items that both sides have are merged field by field.
    Keyed(String),
}

/// Rules that are none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{at}: expected {expected}, got {got}")]
pub struct RulesError {
    /// Where in the rules.
    pub at: String,
    /// What may stand there.
    pub expected: &'static str,
    /// What stands there.
    pub got: String,
}

impl Rules {
    /// Reads `{"lists": {"/labels": "set", "/members": "id"}, "counters": ["/votes"], "text": ["/notes"]}`; other keys are not its own.
    ///
    /// # Errors
    /// Names the first place that is wrong, and what may stand there.
    pub fn read(given: &Value) -> Result<Rules, RulesError> {
        let mut rules = Rules::default();
        if let Some(lists) = given.get("lists") {
            let Some(lists) = lists.as_object() else { return Err(wrong("lists", "an object", lists)) };
            for (pointer, how) in lists {
                let at = format!("lists[\"{pointer}\"]");
                let Some(path) = Path::parse(pointer) else {
                    return Err(wrong(&at, POINTER, &Value::text(pointer)));
                };
                let rule = match how.as_text() {
                    Some("set") => ListRule::Set,
                    Some(key) if !key.is_empty() => ListRule::Keyed(key.to_owned()),
                    _ => return Err(wrong(&at, "\"set\", or the member that items are known by", how)),
                };
                rules.lists.push((path, rule));
            }
        }
        rules.counters = paths(given, "counters")?;
        rules.texts = paths(given, "text")?;
        Ok(rules)
    }

    /// How the list at this place is merged; `None`: as one value.
    pub(super) fn list(&self, at: &Path) -> Option<&ListRule> {
        self.lists.iter().find(|(path, _)| path.covers(at)).map(|(_, rule)| rule)
    }

    /// Whether the number at this place is a counter.
    pub(super) fn is_counter(&self, at: &Path) -> bool {
        self.counters.iter().any(|path| path.covers(at))
    }

    /// Whether the text at this place is merged line by line.
    pub(super) fn is_text(&self, at: &Path) -> bool {
        self.texts.iter().any(|path| path.covers(at))
    }
}

const POINTER: &str = "a JSON pointer such as \"/labels\"";

fn paths(given: &Value, key: &str) -> Result<Vec<Path>, RulesError> {
    let Some(list) = given.get(key) else { return Ok(Vec::new()) };
    let Some(list) = list.as_list() else { return Err(wrong(key, "a list of JSON pointers", list)) };
    let mut paths = Vec::new();
    for (index, item) in list.iter().enumerate() {
        let path = item.as_text().and_then(Path::parse);
        paths.push(path.ok_or_else(|| wrong(&format!("{key}[{index}]"), POINTER, item))?);
    }
    Ok(paths)
}

fn wrong(at: &str, expected: &'static str, got: &Value) -> RulesError {
    RulesError { at: at.to_owned(), expected, got: got.to_string() }
}
