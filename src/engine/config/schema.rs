//! What a config may say: every key there is, and what may stand under it.
//! Makes nothing of it: once it fits, `read` does.

use super::checker::{Checker, Field, Fit, Form, Need, Rule, child, item, one_of, only_if};
use super::own_path::check_own_path;
use super::read::texts;
use super::value::Value;
use crate::http::{MediaType, trimmed};
use crate::route::Template;
use crate::time::Span;

/// The whole.
pub(super) const CONFIG: Rule = object(&[
    optional("routes", &Rule { expected: "a list of routes", form: Form::List(&ROUTE) }),
    optional("mutations", &Rule { expected: "a list of mutation routes", form: Form::List(&MUTATION) }),
    optional("precache", &Rule { expected: "a list of paths", form: Form::Special(check_precache) }),
    optional("cleanup", &Rule { expected: "a list of cache names", form: Form::List(&CACHE_NAME) }),
    optional("base", &BASE),
    optional("skipWaiting", &FLAG),
    optional("warm", &FLAG),
    optional("maxPending", &COUNT),
    optional("maxPendingBytes", &BYTES),
    optional("parallel", &COUNT),
    optional("identity", &HOOK),
    optional("memory", &BYTES),
    optional("ignoreParams", &PARAMS),
    optional("directoryIndex", &INDEX),
    optional("cleanURLs", &FLAG),
    optional("limits", &LIMITS),
    optional("killSwitch", &OWN_PATH),
]);

const LIMITS: Rule =
    object(&[optional("maxEntries", &COUNT), optional("maxBytes", &BYTES), optional("maxEntryBytes", &BYTES)]);

const ROUTE: Rule = Rule { expected: OBJECT, form: Form::Special(check_route) };
const ROUTE_FIELDS: Rule = object(&[
    optional("match", &MATCH),
    optional("method", &Rule { expected: READ.expected, form: Form::OneOrMany(&READ) }),
    optional("destination", &Rule { expected: DESTINATION.expected, form: Form::OneOrMany(&DESTINATION) }),
    optional("mode", &Rule { expected: MODE.expected, form: Form::OneOrMany(&MODE) }),
    optional("header", &Rule { expected: OBJECT, form: Form::Special(check_headers) }),
    required("strategy", &STRATEGY),
    optional("timeout", &TIMEOUT),
    optional("staleTime", &SPAN),
    optional("respect", &RESPECT),
    optional("maxAge", &SPAN),
    optional("maxEntries", &COUNT),
    optional("maxBytes", &BYTES),
    optional("maxEntryBytes", &BYTES),
    optional("priority", &PRIORITY),
    optional("tags", &TAGS),
    optional("ignoreSearch", &FLAG),
    optional("key", &KEY),
    optional("gzip", &FLAG),
    optional("storeOpaque", &FLAG),
    optional("ignoreParams", &PARAMS),
    optional("expects", &EXPECTS),
    optional("fallback", &Rule { expected: "a path such as \"/offline.html\"", form: Form::Text(check_own_path) }),
]);

const PRIORITY: Rule = Rule { expected: "\"low\" or \"high\"", form: Form::Word(&["low", "high"]) };

/// Of these a route needs one: without, it would take everything, which nobody writes on purpose.
const NARROWING: [&str; 4] = ["match", "destination", "mode", "header"];

const MUTATION: Rule = object(&[
    required("match", &MATCH),
    optional("methods", &Rule { expected: WRITE.expected, form: Form::OneOrMany(&WRITE) }),
    optional("lane", &LANE),
    optional("invalidates", &TAGS),
    optional("timeout", &TIMEOUT),
    optional("onRetryable", &Rule { expected: "\"queue\" or \"answer\"", form: Form::Word(&["queue", "answer"]) }),
    optional("idempotencyHeader", &KEY_HEADER),
    optional("expects", &EXPECTS),
    optional("forms", &object(&[required("redirect", &REDIRECT)])),
    optional("conflict", &CONFLICT),
    optional("optimistic", &OPTIMISTIC),
    optional("creates", &CREATES),
    optional("maxRetryAfter", &SPAN),
    optional("maxAge", &SPAN),
    optional("retries", &COUNT),
    optional("authorize", &HOOK),
    optional("priority", &PRIORITY),
    optional("batch", &BATCH),
    optional("coalesce", &FLAG),
    optional("keepAnswers", &SPAN),
]);
/// Read by the worker shell alone, as are the two after it.
const BATCH: Rule = object(&[required("url", &OWN_PATH), optional("maxItems", &COUNT), optional("maxBytes", &BYTES)]);
/// All but templates are read by the worker shell alone.
const LANE: Rule = Rule { expected: TEMPLATE.expected, form: Form::Special(check_lane) };
const LANE_OF: Rule = object(&[
    optional(
        "header",
        &Rule { expected: "the name of a header field", form: Form::Text(|text| only_if(is_field_name(text))) },
    ),
    optional("body", &POINTER),
]);
const REDIRECT: Rule = Rule { expected: "a path such as \"/sent.html\"", form: Form::Text(check_own_path) };
const CONFLICT: Rule = Rule { expected: POLICY.expected, form: Form::Special(check_conflict) };
const POLICY: Rule = Rule {
    expected: "\"merge\", \"manual\", \"server-wins\", \"client-wins\", {lists, counters, text} or a function",
    form: Form::Word(&["merge", "manual", "server-wins", "client-wins"]),
};
const MERGE_RULES: Rule = object(&[
    optional("lists", &Rule { expected: OBJECT, form: Form::Special(check_lists) }),
    optional("counters", &POINTERS),
    optional("text", &POINTERS),
]);
/// Read by the worker shell alone, which knows ids.
const CREATES: Rule = Rule {
    expected: "true, or where the id lies in the answer, such as \"/id\"",
    form: Form::Special(|_, _, value| {
        only_if(matches!(value, Value::Bool(true)) || value.as_text().is_some_and(|text| text.starts_with('/')))
    }),
};
const OPTIMISTIC: Rule = Rule {
    expected: "true, {at, key} or a list of {url or tag, how, at, key, id}",
    form: Form::Special(check_optimistic),
};
const HABIT: Rule = object(&[optional("at", &POINTER), optional("key", &MEMBER)]);
const LAYERS: Rule = Rule { expected: OPTIMISTIC.expected, form: Form::List(&LAYER) };
const LAYER: Rule = object(&[
    optional("url", &TEMPLATE),
    optional("tag", &TEMPLATE),
    required("how", &HOW),
    optional("at", &POINTER),
    optional("key", &MEMBER),
    optional("id", &TEMPLATE),
]);
const HOW: Rule = Rule { expected: HOW_WORD.expected, form: Form::Special(check_how) };
const HOW_WORD: Rule = Rule {
    expected: "\"append\", \"prepend\", \"merge\", \"replace\", \"remove\" or a function",
    form: Form::Word(&["append", "prepend", "merge", "replace", "remove"]),
};
const MEMBER: Rule =
    Rule { expected: "the name of a member such as \"id\"", form: Form::Text(|text| only_if(!text.is_empty())) };
const POINTERS: Rule = Rule { expected: "a list of JSON pointers", form: Form::List(&POINTER) };
/// RFC 6901, in which a segment `*` stands for any.
const POINTER: Rule =
    Rule { expected: "a JSON pointer such as \"/labels\"", form: Form::Text(|text| only_if(is_pointer(text))) };
const LIST_RULE: Rule = Rule {
    expected: "\"set\", or the member that items are known by",
    form: Form::Text(|text| only_if(!text.is_empty())),
};
const KEY_HEADER: Rule = Rule {
    expected: "the name of a header field, or false",
    form: Form::Special(|_, _, value| {
        only_if(matches!(value, Value::Bool(false)) || value.as_text().is_some_and(is_field_name))
    }),
};

const PRECACHED: Rule = Rule {
    expected: "a path such as \"/index.html\", or {url, revision, integrity}",
    form: Form::Special(check_precached),
};
const PRECACHED_FIELDS: Rule = object(&[
    required("url", &OWN_PATH),
    optional("revision", &REVISION),
    optional("integrity", &INTEGRITY),
    optional("group", &Rule { expected: "\"critical\" or \"optional\"", form: Form::Word(&["critical", "optional"]) }),
]);
const OWN_PATH: Rule = Rule { expected: "a path such as \"/index.html\"", form: Form::Text(check_own_path) };
const REVISION: Rule = Rule {
    expected: "a text that changes with the content, or null",
    // Workbox's manifests say `null` for files with a hash in their names.
    form: Form::Special(|_, _, value| {
        only_if(matches!(value, Value::Null) || value.as_text().is_some_and(|text| !text.is_empty()))
    }),
};
const INTEGRITY: Rule =
    Rule { expected: "an integrity such as \"sha256-…\"", form: Form::Text(|text| only_if(is_integrity(text))) };

const CACHE_NAME: Rule =
    Rule { expected: "the name of a cache such as \"workbox-*\"", form: Form::Text(|text| only_if(!text.is_empty())) };
const BASE: Rule = Rule {
    expected: "a path that starts and ends with \"/\"",
    form: Form::Text(|text| {
        only_if(text.ends_with('/') && !text.as_bytes().contains(&b'?') && check_own_path(text).is_ok())
    }),
};

// What it says, the worker shell asks.
const HOOK: Rule =
    Rule { expected: "a function", form: Form::Special(|_, _, value| only_if(matches!(value, Value::Hook))) };
const FLAG: Rule = Rule { expected: "true or false", form: Form::Flag };
const COUNT: Rule = Rule { expected: "a whole number from 1", form: Form::Count };
const BYTES: Rule = Rule {
    expected: "a whole number of bytes, from 0",
    form: Form::Special(|_, _, value| {
        only_if(matches!(value, Value::Number(bytes) if *bytes >= 0.0 && bytes.fract() == 0.0))
    }),
};
// These are read by the worker shell alone, which finds where answers lie.
const PARAMS: Rule = Rule { expected: "a list of parameters such as \"utm_*\"", form: Form::List(&PARAM) };
const PARAM: Rule =
    Rule { expected: "a parameter such as \"utm_*\"", form: Form::Text(|text| only_if(!text.is_empty())) };
const INDEX: Rule = Rule {
    expected: "the name of a file such as \"index.html\", or false",
    form: Form::Special(|_, _, value| {
        let is_name = |text: &str| !text.is_empty() && !text.as_bytes().contains(&b'/');
        only_if(matches!(value, Value::Bool(false)) || value.as_text().is_some_and(is_name))
    }),
};
const SPAN: Rule =
    Rule { expected: "a duration such as \"3s\"", form: Form::Text(|text| only_if(Span::parse(text).is_some())) };
const TIMEOUT: Rule = Rule { expected: SPAN.expected, form: Form::Special(check_timeout) };
const POSITIVE: Rule = Rule {
    expected: "a duration longer than none",
    form: Form::Text(|text| only_if(Span::parse(text) != Some(Span::ZERO))),
};

const TAGS: Rule = Rule { expected: "a list of tags", form: Form::List(&TEMPLATE) };
const TEMPLATE: Rule = Rule {
    expected: "a text such as \"board:{path[2]}\"",
    form: Form::Text(|text| Template::parse(text).map(drop).map_err(|error| Some(error.to_string()))),
};

const EXPECTS: Rule = Rule { expected: "at least one content type", form: Form::OneOrMany(&MEDIA_TYPE) };
const MEDIA_TYPE: Rule = Rule {
    expected: "a content type such as \"application/json\"",
    // Parameters such as a charset are not compared, so none may look as if they were.
    form: Form::Text(|text| {
        only_if(MediaType::parse(text).is_some() && !text.as_bytes().contains(&b';') && trimmed(text) == text)
    }),
};

const MATCH: Rule = Rule {
    expected: "a pattern such as \"/api/*\", a list of patterns or a function",
    form: Form::Special(check_match),
};
const PATTERNS: Rule = Rule { expected: MATCH.expected, form: Form::OneOrMany(&PATTERN) };
// Its syntax has been checked by who matches: the worker shell, before anything else (`route::Pattern` says what it takes).
const PATTERN: Rule = Rule { expected: "a pattern such as \"/api/*\"", form: Form::Text(|_| Ok(())) };

const READS: [&str; 2] = ["GET", "HEAD"];
const READ: Rule = Rule {
    expected: "\"GET\", \"HEAD\" or, with key, \"POST\"",
    form: Form::Text(|text| match text {
        "POST" => Ok(()),
        _ => check_method(text, (&READS, &WRITES), "writes belong in mutations"),
    }),
};
// Read by the worker shell alone.
const KEY: Rule = Rule { expected: "\"body\" or \"operation\"", form: Form::Word(&["body", "operation"]) };
const WRITES: [&str; 4] = ["POST", "PUT", "PATCH", "DELETE"];
const WRITE: Rule = Rule {
    expected: "\"POST\", \"PUT\", \"PATCH\", \"DELETE\" or another method",
    form: Form::Text(|text| match check_method(text, (&WRITES, &READS), "reads belong in routes") {
        // RFC 9110, 9.1: a method is any token; what is near to a known one is a slip of the pen.
        Err(None) => only_if(is_field_name(text)),
        fit => fit,
    }),
};
const MODE: Rule = Rule {
    expected: "\"navigate\", \"same-origin\", \"cors\" or \"no-cors\"",
    form: Form::Word(&["navigate", "same-origin", "cors", "no-cors"]),
};
const STRATEGY: Rule = Rule {
    expected: "\"cache-first\", \"network-first\", \"stale-while-revalidate\", \"network-only\" or \"cache-only\"",
    form: Form::Word(&["cache-first", "network-first", "stale-while-revalidate", "network-only", "cache-only"]),
};
const RESPECT: Rule = Rule { expected: "\"route\" or \"http\"", form: Form::Word(&["route", "http"]) };
/// Fetch's destinations; the empty one is a plain `fetch()`.
const DESTINATION: Rule = Rule {
    expected: "a destination such as \"image\"",
    form: Form::Word(&[
        "",
        "audio",
        "audioworklet",
        "document",
        "embed",
        "font",
        "frame",
        "iframe",
        "image",
        "json",
        "manifest",
        "object",
        "paintworklet",
        "report",
        "script",
        "sharedworker",
        "style",
        "text",
        "track",
        "video",
        "webidentity",
        "worker",
        "xslt",
    ]),
};
const HEADER: Rule = Rule {
    expected: "a text, or true for any value",
    form: Form::Special(|_, _, value| only_if(matches!(value, Value::Text(_) | Value::Bool(true)))),
};
const OBJECT: &str = "an object";

const fn object(fields: &'static [Field]) -> Rule {
    Rule { expected: OBJECT, form: Form::Object(fields) }
}

const fn optional(key: &'static str, rule: &'static Rule) -> Field {
    Field { key, rule, need: Need::Optional }
}

const fn required(key: &'static str, rule: &'static Rule) -> Field {
    Field { key, rule, need: Need::Required }
}

fn check_route(checker: &mut Checker, at: &str, value: &Value) -> Fit {
    checker.check(at, &ROUTE_FIELDS, value);
    let Value::Map(_) = value else { return Ok(()) };
    if !NARROWING.iter().any(|key| value.get(key).is_some()) {
        checker.push(at, "a route needs at least one of match, destination, mode or header".to_owned());
    }
    let other = value.get("strategy").is_some_and(|strategy| strategy.as_text() != Some("network-first"));
    if other && value.get("timeout").is_some() {
        checker.push(&child(at, "timeout"), "only network-first has a timeout".to_owned());
    }
    let posts = texts(value, "method").iter().any(|method| method == "POST");
    if posts != value.get("key").is_some() {
        checker.push(&child(at, "key"), "what is read by POST needs a key, and nothing else has one".to_owned());
    }
    let by_http = value.get("respect").is_some_and(|respect| respect.as_text() == Some("http"));
    // RFC 9110, 9.3.3: by HTTP, nothing stored answers a POST.
    for key in ["staleTime", "timeout", "key", "storeOpaque"] {
        if by_http && value.get(key).is_some() {
            checker.push(&child(at, key), "with respect \"http\" the header fields decide this".to_owned());
        }
    }
    Ok(())
}

fn check_precache(checker: &mut Checker, at: &str, value: &Value) -> Fit {
    let Value::List(items) = value else { return Err(None) };
    let mut seen: Vec<&str> = Vec::new();
    for (index, value) in items.iter().enumerate() {
        let at_item = item(at, index);
        checker.check(&at_item, &PRECACHED, value);
        let url = value.get("url").unwrap_or(value).as_text().unwrap_or_default();
        let first = seen.iter().position(|other| *other == url);
        if let (Some(first), Ok(())) = (first, check_own_path(url)) {
            checker.push(&at_item, format!("\"{url}\" is listed already, at {}", item(at, first)));
        }
        seen.push(url);
    }
    Ok(())
}

fn check_precached(checker: &mut Checker, at: &str, value: &Value) -> Fit {
    match value {
        Value::Text(path) => check_own_path(path),
        Value::Map(_) => {
            checker.check(at, &PRECACHED_FIELDS, value);
            Ok(())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::List(_) | Value::Hook => Err(None),
    }
}

fn check_match(checker: &mut Checker, at: &str, value: &Value) -> Fit {
    match value {
        Value::Text(_) | Value::List(_) => checker.check(at, &PATTERNS, value),
        _ => return only_if(value.is_hook()),
    }
    Ok(())
}

fn check_headers(checker: &mut Checker, at: &str, value: &Value) -> Fit {
    let Value::Map(fields) = value else { return Err(None) };
    for (name, value) in fields {
        let at = child(at, name);
        if is_field_name(name) {
            checker.check(&at, &HEADER, value);
        } else {
            checker.push(&at, "this is no name of a header field".to_owned());
        }
    }
    Ok(())
}

fn check_conflict(checker: &mut Checker, at: &str, value: &Value) -> Fit {
    let rule = if matches!(value, Value::Map(_)) { &MERGE_RULES } else { &POLICY };
    if !value.is_hook() {
        checker.check(at, rule, value);
    }
    Ok(())
}

fn check_optimistic(checker: &mut Checker, at: &str, value: &Value) -> Fit {
    match value {
        Value::Bool(true) => return Ok(()),
        Value::Map(_) => checker.check(at, &HABIT, value),
        Value::List(rules) => {
            checker.check(at, &LAYERS, value);
            for (index, rule) in rules.iter().enumerate() {
                let targets = ["url", "tag"].iter().filter(|key| rule.get(key).is_some()).count();
                if matches!(rule, Value::Map(_)) && targets != 1 {
                    checker.push(&item(at, index), "a layer needs a url or a tag, one of them".to_owned());
                }
            }
        }
        _ => return Err(None),
    }
    Ok(())
}

fn check_lane(checker: &mut Checker, at: &str, value: &Value) -> Fit {
    let Value::Map(fields) = value else {
        if !value.is_hook() {
            checker.check(at, &TEMPLATE, value);
        }
        return Ok(());
    };
    checker.check(at, &LANE_OF, value);
    if fields.len() != 1 {
        return Err(Some("a header or a body pointer, one of them".to_owned()));
    }
    Ok(())
}

fn check_how(checker: &mut Checker, at: &str, value: &Value) -> Fit {
    if !value.is_hook() {
        checker.check(at, &HOW_WORD, value);
    }
    Ok(())
}

fn check_lists(checker: &mut Checker, at: &str, value: &Value) -> Fit {
    let Value::Map(fields) = value else { return Err(None) };
    for (pointer, rule) in fields {
        let at = child(at, pointer);
        checker.check(&at, &POINTER, &Value::Text(pointer.clone()));
        checker.check(&at, &LIST_RULE, rule);
    }
    Ok(())
}

fn is_pointer(text: &str) -> bool {
    text.is_empty() || text.starts_with('/')
}

fn check_timeout(checker: &mut Checker, at: &str, value: &Value) -> Fit {
    let is_span = value.as_text().and_then(Span::parse).is_some();
    checker.check(at, if is_span { &POSITIVE } else { &SPAN }, value);
    Ok(())
}

/// One of these methods; the others go elsewhere.
fn check_method(text: &str, (these, others): (&[&'static str], &[&str]), note: &str) -> Fit {
    if others.iter().any(|other| other.eq_ignore_ascii_case(text)) {
        return Err(Some(note.to_owned()));
    }
    one_of(these, text)
}

/// RFC 9110, 5.6.2: a field name is a token.
fn is_field_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// Subresource Integrity, 3.5: hashes with spaces between. Browsers ignore what they cannot read, which would be no check at all.
fn is_integrity(text: &str) -> bool {
    let mut some = false;
    for hash in text.split_ascii_whitespace() {
        some = true;
        if !is_hash(hash) {
            return false;
        }
    }
    some
}

/// An algorithm, a hyphen, base64.
fn is_hash(text: &str) -> bool {
    let Some((algorithm, base64)) = text.split_once('-') else { return false };
    let length = match algorithm {
        "sha256" => 44,
        "sha384" => 64,
        "sha512" => 88,
        _ => return false,
    };
    base64.len() == length && base64.bytes().all(|c| c.is_ascii_alphanumeric() || b"+/=".contains(&c))
}
