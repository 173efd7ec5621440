//! Which unsettled writes lie over what is read, and what they make of it: a route's `optimistic`, spelled out for one write.
//! Used at the desk, which is told everything: the engine itself knows no layers.

use crate::http::{Method, bare};
use crate::merge::{How, Layer, Of, Path, Value, lay};
use crate::route::Template;
use crate::text::{split_last, without_last};

/// A write that waits, as far as reads are concerned.
struct Write<'a> {
    id: &'a str,
    method: Method,
    url: &'a str,
    rules: &'a Value,
}

/// What a write lies over, and how.
struct Laid {
    /// The URL, without query unless the config names one, or the tag.
    target: Target,
    layer: Kind,
}

enum Target {
    Url(String),
    Tag(String),
}

enum Kind {
    Layer(Layer),
    /// A function of the app: the place of its rule.
    Hook(usize),
}

/// Which writes lie over a read: `{url, tags, rows: [{id, method, url, rules}]}` gives those of `rows` that do, `[{id, layers}]`, where a
/// layer is `{how, at, of, key, id}` or `{hook}`, the index of its rule. `tags` are the templates of the route that is read by. Without a `url`
/// it gives what they lie over, `{urls, tags}`.
#[must_use]
pub fn affecting(request: &Value) -> Value {
    let text = |value: &'_ Value, key| value.get(key).and_then(Value::as_text).unwrap_or_default().to_owned();
    let read = request.get("url").and_then(Value::as_text);
    let mut tags = Vec::new();
    for template in request.get("tags").and_then(Value::as_list).unwrap_or_default() {
        let template = template.as_text().and_then(|text| Template::parse(text).ok());
        tags.extend(template.and_then(|template| template.fill(&Method::Get, read.unwrap_or_default())));
    }
    let (mut found, mut urls, mut all_tags) = (Vec::new(), Vec::new(), Vec::new());
    for row in request.get("rows").and_then(Value::as_list).unwrap_or_default() {
        let (id, url, method) = (text(row, "id"), text(row, "url"), Method::parse(&text(row, "method")));
        let Some(rules) = row.get("rules") else { continue };
        let mut layers = Vec::new();
        for Laid { target, layer } in (Write { id: &id, method, url: &url, rules }).laid() {
            match (&target, read) {
                (Target::Url(url), Some(read)) if *url == read || *url == bare(read) => layers.push(written(&layer)),
                (Target::Tag(tag), Some(_)) if tags.contains(tag) => layers.push(written(&layer)),
                (_, Some(_)) => {}
                (Target::Url(url), None) => urls.push(Value::text(url)),
                (Target::Tag(tag), None) => all_tags.push(Value::text(tag)),
            }
        }
        if !layers.is_empty() {
            found.push(object([("id", Value::Text(id)), ("layers", Value::List(layers))]));
        }
    }
    match read {
        Some(_) => Value::List(found),
        None => object([("urls", Value::List(urls)), ("tags", Value::List(all_tags))]),
    }
}

/// Lays writes over a resource: `{resource, rows: [{body, layers}]}`, texts and null, gives `{resource, laid}`, where `laid` counts the
/// writes that made a difference, and `resource` is null where it is gone. A resource or body that is no JSON is left alone.
#[must_use]
pub fn lay_all(request: &Value) -> Value {
    let given = request.get("resource").and_then(Value::as_text);
    let mut resource = given.and_then(|text| Value::parse(text).ok());
    let mut laid = 0_u32;
    // What is no JSON has no place for layers.
    let readable = given.is_none() || resource.is_some();
    for row in request.get("rows").and_then(Value::as_list).unwrap_or_default().iter().filter(|_| readable) {
        let body = row.get("body").and_then(Value::as_text).and_then(|text| Value::parse(text).ok());
        let mut differs = false;
        for layer in row.get("layers").and_then(Value::as_list).unwrap_or_default() {
            differs |= read_layer(layer, None).is_some_and(|layer| lay(&mut resource, &layer, body.as_ref()));
        }
        laid += u32::from(differs);
    }
    let resource = resource.map_or(Value::Null, |value| Value::Text(value.to_string()));
    object([("resource", resource), ("laid", Value::Number(laid.to_string()))])
}

impl Write<'_> {
    fn laid(&self) -> Vec<Laid> {
        match self.rules {
            Value::List(rules) => {
                let all = rules.iter().enumerate().map(|(index, rule)| self.by_rule(index, rule));
                all.flatten().collect()
            }
            rules => self.by_habit(rules),
        }
    }

    /// As its rule says.
    fn by_rule(&self, index: usize, rule: &Value) -> Option<Laid> {
        let filled = |key| {
            let text = rule.get(key).and_then(Value::as_text)?;
            Template::parse(text).ok()?.fill(&self.method, self.url)
        };
        let target = match (filled("url"), filled("tag")) {
            (Some(url), _) if url.starts_with('/') => Target::Url([crate::http::origin(self.url)?, &url].concat()),
            (Some(url), _) => Target::Url(url),
            (None, tag) => Target::Tag(tag?),
        };
        let layer = match rule.get("how")? {
            Value::Text(_) => Kind::Layer(read_layer(rule, Some(filled("id").unwrap_or_else(|| self.item())))?),
            _ => Kind::Hook(index),
        };
        Some(Laid { target, layer })
    }

    /// By the habits of REST: a POST adds to the list of its URL; a PUT, PATCH or DELETE is about its URL, and about that item of the list
    /// above it.
    fn by_habit(&self, rules: &Value) -> Vec<Laid> {
        let text = |key| rules.get(key).and_then(Value::as_text);
        let key = text("key").unwrap_or("id").to_owned();
        let list = text("at").and_then(Path::parse).unwrap_or_default();
        let url = bare(self.url).to_owned();
        let laid = |url: String, how, at: Path, of| {
            let id = Some(self.item());
            Laid { target: Target::Url(url), layer: Kind::Layer(Layer { how, at, of, key: key.clone(), id }) }
        };
        let how = match &self.method {
            Method::Post => return vec![laid(url, How::Append, list, Of::Item)],
            Method::Put => How::Replace,
            Method::Patch => How::Merge,
            Method::Delete => How::Remove,
            _ => return Vec::new(),
        };
        let above = split_last(without_last(&url, '/'), b'/').map(|(above, _)| above.to_owned());
        let mut all = vec![laid(url, how, Path::default(), Of::Whole)];
        all.extend(above.map(|above| laid(above, how, list, Of::Item)));
        all
    }

    /// What the item is called where neither rule nor body says: a new one by its row, another by its URL.
    fn item(&self) -> String {
        let last = split_last(without_last(bare(self.url), '/'), b'/').map_or("", |(_, last)| last);
        if self.method == Method::Post { self.id.to_owned() } else { last.to_owned() }
    }
}

/// A layer as the config has it, or as it was written here.
fn read_layer(value: &Value, id: Option<String>) -> Option<Layer> {
    let text = |key| value.get(key).and_then(Value::as_text);
    Some(Layer {
        how: How::parse(text("how")?)?,
        at: text("at").and_then(Path::parse).unwrap_or_default(),
        of: match text("of") {
            Some("item") => Of::Item,
            Some("whole") => Of::Whole,
            _ => Of::Either,
        },
        key: text("key").unwrap_or("id").to_owned(),
        id: id.or_else(|| text("id").map(str::to_owned)),
    })
}

fn written(layer: &Kind) -> Value {
    match layer {
        Kind::Hook(index) => object([("hook", Value::Number(index.to_string()))]),
        Kind::Layer(Layer { how, at, of, key, id }) => {
            let of = match of {
                Of::Either => "either",
                Of::Item => "item",
                Of::Whole => "whole",
            };
            let how = match how {
                How::Append => "append",
                How::Prepend => "prepend",
                How::Merge => "merge",
                How::Replace => "replace",
                How::Remove => "remove",
            };
            let id = id.as_deref().map_or(Value::Null, Value::text);
            let at = Value::Text(at.to_string());
            object([
                ("how", Value::text(how)),
                ("at", at),
                ("of", Value::text(of)),
                ("key", Value::text(key)),
                ("id", id),
            ])
        }
    }
}

fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(answer: fn(&Value) -> Value, request: &serde_json::Value) -> serde_json::Value {
        let request = Value::parse(&request.to_string()).expect("JSON");
        serde_json::from_str(&answer(&request).to_string()).expect("JSON")
    }

    fn found(read: &str, tags: &[&str], method: &str, url: &str, rules: &serde_json::Value) -> serde_json::Value {
        let row = serde_json::json!({"id": "row", "method": method, "url": url, "rules": rules});
        let found = ask(affecting, &serde_json::json!({"url": read, "tags": tags, "rows": [row]}));
        found[0]["layers"].clone()
    }

    const LIST: &str = "https://app.example/api/todos";
    const ITEM: &str = "https://app.example/api/todos/7";

    #[test]
    fn the_habits_of_rest() {
        let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
        let check = |read: &str, method: &str, url: &str, rules: &str, expected: &str| {
            assert_eq!(found(read, &[], method, url, &json(rules)), json(expected), "{method} {url} read at {read}");
        };
        let at = |how: &str, at: &str, of: &str, id: &str| {
            format!(r#"[{{"how":"{how}","at":"{at}","of":"{of}","key":"id","id":"{id}"}}]"#)
        };
        check(LIST, "POST", LIST, "true", &at("append", "", "item", "row"));
        check(&format!("{LIST}?page=2"), "POST", LIST, r#"{"at":"/items"}"#, &at("append", "/items", "item", "row"));
        check(LIST, "PATCH", ITEM, r#"{"at":"/items"}"#, &at("merge", "/items", "item", "7"));
        check(ITEM, "PATCH", ITEM, r#"{"at":"/items"}"#, &at("merge", "", "whole", "7"));
        check(ITEM, "PUT", &format!("{ITEM}/"), "true", "null");
        check(LIST, "PUT", ITEM, "true", &at("replace", "", "item", "7"));
        check(ITEM, "DELETE", ITEM, "true", &at("remove", "", "whole", "7"));
        check(
            LIST,
            "DELETE",
            ITEM,
            r#"{"key":"uuid"}"#,
            r#"[{"how":"remove","at":"","of":"item","key":"uuid","id":"7"}]"#,
        );
        check("https://app.example/api/others", "DELETE", ITEM, "true", "null");
        check(LIST, "REPORT", ITEM, "true", "null");
    }

    #[test]
    fn rules_name_urls_and_tags() {
        let rules = serde_json::json!([
            {"url": "/api/{path[1]}/all", "how": "merge", "at": "/list", "id": "{path[2]}"},
            {"tag": "list:{path[1]}", "how": "remove"},
            {"tag": "other", "how": {"hook": true}},
        ]);
        let merge = serde_json::json!([{"how": "merge", "at": "/list", "of": "either", "key": "id", "id": "7"}]);
        assert_eq!(found("https://app.example/api/todos/all", &[], "PATCH", ITEM, &rules), merge);
        let remove = serde_json::json!([{"how": "remove", "at": "", "of": "either", "key": "id", "id": "7"}]);
        // The read's own tags are templates too.
        assert_eq!(found("https://app.example/x/todos", &["list:{path[1]}"], "PATCH", ITEM, &rules), remove);
        assert_eq!(found("https://app.example/x", &["other"], "PATCH", ITEM, &rules), serde_json::json!([{"hook": 2}]));
        assert_eq!(found("https://app.example/x", &[], "PATCH", ITEM, &rules), serde_json::Value::Null);
        let row = serde_json::json!({"id": "row", "method": "PATCH", "url": ITEM, "rules": rules});
        let all = serde_json::json!({"urls": ["https://app.example/api/todos/all"], "tags": ["list:todos", "other"]});
        assert_eq!(ask(affecting, &serde_json::json!({"rows": [row]})), all);
    }

    #[test]
    fn writes_lie_over_each_other_in_order() {
        let layers = |how: &str| serde_json::json!([{"how": how, "at": "", "key": "id", "id": "a"}]);
        let rows = serde_json::json!([
            {"body": r#"{"t":"1"}"#, "layers": layers("append")},
            {"body": r#"{"t":"2"}"#, "layers": layers("merge")},
            {"body": null, "layers": layers("merge")},
            {"body": "no JSON", "layers": layers("replace")},
        ]);
        let lay = |resource: serde_json::Value| ask(lay_all, &serde_json::json!({"resource": resource, "rows": rows}));
        assert_eq!(lay("[]".into()), serde_json::json!({"resource": r#"[{"t":"2","id":"a"}]"#, "laid": 2}));
        assert_eq!(lay("<html>".into())["laid"], 0, "what is no JSON is left alone");
        assert_eq!(lay(serde_json::Value::Null)["laid"], 0, "there is no list");
    }
}
