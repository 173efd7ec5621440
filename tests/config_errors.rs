//! Every error a config can have, by its text.

mod json;

use longshore::engine::config::{Config, Value};
use serde_json::{Value as Json, json};

fn errors(config: &Value) -> Vec<String> {
    let errors = Config::check(config).expect_err("accepted");
    errors.iter().map(ToString::to_string).collect()
}

/// The config has exactly this error.
fn check(config: Json, expected: &str) {
    assert_eq!(errors(&json::value(&config)), [expected], "{config}");
}

/// The key, added to a route that is fine without it, has exactly this error.
fn check_route(key: &str, value: Json, expected: &str) {
    let mut route = json!({"match": "/api/*", "strategy": "network-first"});
    route[key] = value;
    check(json!({"routes": [route]}), expected);
}

/// The same for a mutation route.
fn check_mutation(key: &str, value: Json, expected: &str) {
    let mut mutation = json!({"match": "/api/*"});
    mutation[key] = value;
    check(json!({"mutations": [mutation]}), expected);
}

#[test]
fn the_top_level_is_checked() {
    check(json!(null), "config: expected an object, got null");
    check(json!([]), "config: expected an object, got an empty list");
    check(json!({"rotues": []}), "rotues: unknown key, did you mean \"routes\"?");
    check(json!({"skip_waiting": true}), "skip_waiting: unknown key, did you mean \"skipWaiting\"?");
    check(json!({"something else": 1}), "something else: unknown key");
    check(json!({"routes": {}}), "routes: expected a list of routes, got an object");
    check(json!({"routes": ["/api/*"]}), "routes[0]: expected an object, got \"/api/*\"");
    check(json!({"mutations": true}), "mutations: expected a list of mutation routes, got true");
    check(json!({"cleanup": "workbox-*"}), "cleanup: expected a list of cache names, got \"workbox-*\"");
    check(json!({"cleanup": [""]}), "cleanup[0]: expected the name of a cache such as \"workbox-*\", got \"\"");
    for base in ["/longshore", "longshore/", "//x/", "/a?/", "https://a.example/x/", "/../"] {
        check(json!({"base": base}), &format!("base: expected a path that starts and ends with \"/\", got \"{base}\""));
    }
    check(json!({"base": 1}), "base: expected a path that starts and ends with \"/\", got 1");
    check(json!({"skipWaiting": "yes"}), "skipWaiting: expected true or false, got \"yes\"");
    check(json!({"warm": null}), "warm: expected true or false, got null");
    for (count, shown) in
        [(json!(0), "0"), (json!(-1), "-1"), (json!(1.5), "1.5"), (json!("9"), "\"9\""), (json!(5e9), "5000000000")]
    {
        check(json!({"maxPending": count}), &format!("maxPending: expected a whole number from 1, got {shown}"));
    }
    check(json!({"ignoreParams": [""]}), "ignoreParams[0]: expected a parameter such as \"utm_*\", got \"\"");
    for (name, shown) in [(json!(""), "\"\""), (json!("a/b"), "\"a/b\""), (json!(true), "true")] {
        let expected = "the name of a file such as \"index.html\", or false";
        check(json!({"directoryIndex": name}), &format!("directoryIndex: expected {expected}, got {shown}"));
    }
    check(json!({"limits": 5}), "limits: expected an object, got 5");
    check(json!({"limits": {"maxEntry": 5}}), "limits.maxEntry: unknown key");
    check(json!({"limits": {"maxEntries": 0}}), "limits.maxEntries: expected a whole number from 1, got 0");
    for key in ["maxBytes", "maxEntryBytes"] {
        let expected = format!("limits.{key}: expected a whole number of bytes, from 0, got \"1MB\"");
        check(json!({"limits": {key: "1MB"}}), &expected);
    }
    for (bytes, shown) in [(json!(-1), "-1"), (json!(0.5), "0.5"), (json!("16MB"), "\"16MB\"")] {
        check(json!({"memory": bytes}), &format!("memory: expected a whole number of bytes, from 0, got {shown}"));
    }
}

#[test]
fn routes_are_checked() {
    let strategies =
        "\"cache-first\", \"network-first\", \"stale-while-revalidate\", \"network-only\" or \"cache-only\"";
    check(json!({"routes": [{"match": "/a"}]}), &format!("routes[0].strategy: expected {strategies}, got nothing"));
    for (written, meant) in [
        ("CacheFirst", "cache-first"),
        ("StaleWhileRevalidate", "stale-while-revalidate"),
        ("networkonly", "network-only"),
    ] {
        let expected =
            format!("routes[0].strategy: expected {strategies}, got \"{written}\" (did you mean \"{meant}\"?)");
        check_route("strategy", json!(written), &expected);
    }
    check_route("strategy", json!("fastest"), &format!("routes[0].strategy: expected {strategies}, got \"fastest\""));
    check_route(
        "strategy",
        json!({"hook": true}),
        &format!("routes[0].strategy: expected {strategies}, got an object"),
    );
    check_route("stratgy", json!("cache-first"), "routes[0].stratgy: unknown key, did you mean \"strategy\"?");
    check_route("methods", json!("GET"), "routes[0].methods: unknown key, did you mean \"method\"?");
    check_route("max entries!", json!(5), "routes[0][\"max entries!\"]: unknown key, did you mean \"maxEntries\"?");
    check(
        json!({"routes": [{"strategy": "cache-first"}]}),
        "routes[0]: a route needs at least one of match, destination, mode or header",
    );
    check(
        json!({"routes": [{"strategy": "cache-first", "method": "GET"}]}),
        "routes[0]: a route needs at least one of match, destination, mode or header",
    );

    let matcher = "a pattern such as \"/api/*\", a list of patterns or a function";
    check_route("match", json!(3), &format!("routes[0].match: expected {matcher}, got 3"));
    check_route("match", json!([]), &format!("routes[0].match: expected {matcher}, got an empty list"));
    check_route("match", json!({"hook": false}), &format!("routes[0].match: expected {matcher}, got an object"));
    check_route("match", json!(["/a", 3]), "routes[0].match[1]: expected a pattern such as \"/api/*\", got 3");
    let methods = "\"GET\", \"HEAD\" or, with key, \"POST\"";
    check_route(
        "method",
        json!("PUT"),
        &format!("routes[0].method: expected {methods}, got \"PUT\" (writes belong in mutations)"),
    );
    check_route(
        "method",
        json!(["GET", "get"]),
        &format!("routes[0].method[1]: expected {methods}, got \"get\" (did you mean \"GET\"?)"),
    );
    check_route("method", json!("TRACE"), &format!("routes[0].method: expected {methods}, got \"TRACE\""));
    let needs = "routes[0].key: what is read by POST needs a key, and nothing else has one";
    check_route("method", json!(["GET", "POST"]), needs);
    check_route("key", json!("body"), needs);
    let by_post = |key: &str, respect: &str| json!({"routes": [{"match": "/a", "method": "POST", "key": key, "strategy": "cache-first", "respect": respect}]});
    check(by_post("body", "http"), "routes[0].key: with respect \"http\" the header fields decide this");
    check(by_post("hash", "route"), "routes[0].key: expected \"body\" or \"operation\", got \"hash\"");
    check_route(
        "destination",
        json!("images"),
        "routes[0].destination: expected a destination such as \"image\", got \"images\" (did you mean \"image\"?)",
    );
    check_route(
        "destination",
        json!(["style", null]),
        "routes[0].destination[1]: expected a destination such as \"image\", got null",
    );
    let modes = "\"navigate\", \"same-origin\", \"cors\" or \"no-cors\"";
    check_route("mode", json!("navigation"), &format!("routes[0].mode: expected {modes}, got \"navigation\""));
    check_route(
        "mode",
        json!("nocors"),
        &format!("routes[0].mode: expected {modes}, got \"nocors\" (did you mean \"no-cors\"?)"),
    );
    check_route("mode", json!([]), &format!("routes[0].mode: expected {modes}, got an empty list"));
    check_route("header", json!("rsc"), "routes[0].header: expected an object, got \"rsc\"");
    check_route("header", json!({"rsc": 1}), "routes[0].header.rsc: expected a text, or true for any value, got 1");
    check_route(
        "header",
        json!({"rsc": false}),
        "routes[0].header.rsc: expected a text, or true for any value, got false",
    );
    check_route("header", json!({"a b": true}), "routes[0].header[\"a b\"]: this is no name of a header field");
}

#[test]
fn how_a_route_serves_is_checked() {
    check(
        json!({"routes": [
            {"match": "/a", "strategy": "cache-first"},
            {"match": "/b", "strategy": "cache-first"},
            {"match": "/c", "strategy": "network-first", "timeout": 3},
        ]}),
        "routes[2].timeout: expected a duration such as \"3s\", got 3",
    );
    for key in ["staleTime", "maxAge"] {
        for bad in [json!("3"), json!("3 s"), json!("1.5s"), json!("3 weeks"), json!(""), json!(null)] {
            let got = json::value(&bad).described();
            check_route(key, bad, &format!("routes[0].{key}: expected a duration such as \"3s\", got {got}"));
        }
    }
    check_route("timeout", json!("0s"), "routes[0].timeout: expected a duration longer than none, got \"0s\"");
    check(
        json!({"routes": [{"match": "/a", "strategy": "cache-first", "timeout": "3s"}]}),
        "routes[0].timeout: only network-first has a timeout",
    );
    check_route(
        "respect",
        json!("HTTP"),
        "routes[0].respect: expected \"route\" or \"http\", got \"HTTP\" (did you mean \"http\"?)",
    );
    check(
        json!({"routes": [{"match": "/a", "strategy": "cache-first", "respect": "http", "staleTime": "3s"}]}),
        "routes[0].staleTime: with respect \"http\" the header fields decide this",
    );
    check_route("maxEntries", json!(0), "routes[0].maxEntries: expected a whole number from 1, got 0");
    check_route("maxBytes", json!(1.5), "routes[0].maxBytes: expected a whole number of bytes, from 0, got 1.5");
    check_route(
        "maxEntryBytes",
        json!(-1),
        "routes[0].maxEntryBytes: expected a whole number of bytes, from 0, got -1",
    );
    check_route("priority", json!("first"), "routes[0].priority: expected \"low\" or \"high\", got \"first\"");
    check_route("tags", json!("api"), "routes[0].tags: expected a list of tags, got \"api\"");
    check_route("tags", json!([7]), "routes[0].tags[0]: expected a text such as \"board:{path[2]}\", got 7");
    check_route(
        "tags",
        json!(["a", "b:{paht}"]),
        "routes[0].tags[1]: expected a text such as \"board:{path[2]}\", got \"b:{paht}\" (it knows only {path}, {path[n]}, {origin} and {method}, not {paht})",
    );
    check_route(
        "ignoreParams",
        json!("utm_*"),
        "routes[0].ignoreParams: expected a list of parameters such as \"utm_*\", got \"utm_*\"",
    );
    check_route("ignoreSearch", json!("true"), "routes[0].ignoreSearch: expected true or false, got \"true\"");
    check_route(
        "expects",
        json!("json"),
        "routes[0].expects: expected a content type such as \"application/json\", got \"json\"",
    );
    check_route(
        "expects",
        json!(["image/*", "text/html; charset=utf-8"]),
        "routes[0].expects[1]: expected a content type such as \"application/json\", got \"text/html; charset=utf-8\"",
    );
    check_route("expects", json!([]), "routes[0].expects: expected at least one content type, got an empty list");
    let fallback = "routes[0].fallback: expected a path such as \"/offline.html\", got";
    check_route("fallback", json!(true), &format!("{fallback} true"));
    check_route("fallback", json!("offline.html"), &format!("{fallback} \"offline.html\" (it must start with \"/\")"));
    check_route(
        "fallback",
        json!("https://a.example/"),
        &format!("{fallback} \"https://a.example/\" (it must start with \"/\")"),
    );
    check_route(
        "fallback",
        json!("//a.example/"),
        &format!("{fallback} \"//a.example/\" (\"//\" starts another origin)"),
    );
    check_route(
        "fallback",
        json!("/a b"),
        &format!("{fallback} \"/a b\" (' ' must be percent-encoded, as it is in URLs)"),
    );
    check_route("fallback", json!("/a#b"), &format!("{fallback} \"/a#b\" (a fragment never reaches a worker)"));
    check_route(
        "fallback",
        json!("/a/%2E./b"),
        &format!("{fallback} \"/a/%2E./b\" (browsers resolve \".\" and \"..\" segments)"),
    );
}

#[test]
fn conflicts_and_layers_are_checked() {
    let policies = "\"merge\", \"manual\", \"server-wins\", \"client-wins\", {lists, counters, text} or a function";
    let check_conflict = |value: Json, expected: &str| check_mutation("conflict", value, expected);
    check_conflict(
        json!("merg"),
        &format!("mutations[0].conflict: expected {policies}, got \"merg\" (did you mean \"merge\"?)"),
    );
    check_conflict(json!(true), &format!("mutations[0].conflict: expected {policies}, got true"));
    check_conflict(json!({"list": {}}), "mutations[0].conflict.list: unknown key, did you mean \"lists\"?");
    check_conflict(
        json!({"lists": {"labels": "set"}}),
        "mutations[0].conflict.lists.labels: expected a JSON pointer such as \"/labels\", got \"labels\"",
    );
    check_conflict(
        json!({"lists": {"/labels": true}}),
        "mutations[0].conflict.lists[\"/labels\"]: expected \"set\", or the member that items are known by, got true",
    );
    check_conflict(
        json!({"counters": ["votes"]}),
        "mutations[0].conflict.counters[0]: expected a JSON pointer such as \"/labels\", got \"votes\"",
    );
    check_mutation("lane", json!(7), "mutations[0].lane: expected a text such as \"board:{path[2]}\", got 7");
    check_mutation(
        "lane",
        json!({"body": "board"}),
        "mutations[0].lane.body: expected a JSON pointer such as \"/labels\", got \"board\"",
    );
    check_mutation(
        "lane",
        json!({"header": "x y"}),
        "mutations[0].lane.header: expected the name of a header field, got \"x y\"",
    );
    check_mutation(
        "lane",
        json!({}),
        "mutations[0].lane: expected a text such as \"board:{path[2]}\", got an object (a header or a body pointer, one of them)",
    );
    check_mutation("authorize", json!("bearer"), "mutations[0].authorize: expected a function, got \"bearer\"");
    check(json!({"identity": "me"}), "identity: expected a function, got \"me\"");
    check_mutation("priority", json!(1), "mutations[0].priority: expected \"low\" or \"high\", got 1");
    check_mutation("coalesce", json!("yes"), "mutations[0].coalesce: expected true or false, got \"yes\"");
    check_mutation("keepAnswers", json!(7), "mutations[0].keepAnswers: expected a duration such as \"3s\", got 7");
    check_mutation(
        "batch",
        json!({"maxItems": 4}),
        "mutations[0].batch.url: expected a path such as \"/index.html\", got nothing",
    );
    check_mutation(
        "batch",
        json!({"url": "/b", "maxBytes": -1}),
        "mutations[0].batch.maxBytes: expected a whole number of bytes, from 0, got -1",
    );
    check(json!({"parallel": 0}), "parallel: expected a whole number from 1, got 0");
    check(json!({"maxPendingBytes": -1}), "maxPendingBytes: expected a whole number of bytes, from 0, got -1");
    check_mutation(
        "creates",
        json!("id"),
        "mutations[0].creates: expected true, or where the id lies in the answer, such as \"/id\", got \"id\"",
    );
    let check_layers = |value: Json, expected: &str| check_mutation("optimistic", value, expected);
    let forms = "true, {at, key} or a list of {url or tag, how, at, key, id}";
    check_layers(json!(false), &format!("mutations[0].optimistic: expected {forms}, got false"));
    check_layers(
        json!({"at": "items"}),
        "mutations[0].optimistic.at: expected a JSON pointer such as \"/labels\", got \"items\"",
    );
    check_layers(json!([{"how": "merge"}]), "mutations[0].optimistic[0]: a layer needs a url or a tag, one of them");
    check_layers(
        json!([{"url": "{path}", "how": "patch"}]),
        "mutations[0].optimistic[0].how: expected \"append\", \"prepend\", \"merge\", \"replace\", \"remove\" or a function, got \"patch\"",
    );
    check_layers(
        json!([{"tag": "{path", "how": "merge"}]),
        "mutations[0].optimistic[0].tag: expected a text such as \"board:{path[2]}\", got \"{path\" (a '{' has no partner)",
    );
}

#[test]
fn mutations_are_checked() {
    check(
        json!({"mutations": [{}]}),
        "mutations[0].match: expected a pattern such as \"/api/*\", a list of patterns or a function, got nothing",
    );
    check_mutation("method", json!("POST"), "mutations[0].method: unknown key, did you mean \"methods\"?");
    let methods = "\"POST\", \"PUT\", \"PATCH\", \"DELETE\" or another method";
    check_mutation(
        "methods",
        json!(["POST", "GET"]),
        &format!("mutations[0].methods[1]: expected {methods}, got \"GET\" (reads belong in routes)"),
    );
    check_mutation(
        "methods",
        json!("PSOT"),
        &format!("mutations[0].methods: expected {methods}, got \"PSOT\" (did you mean \"POST\"?)"),
    );
    check_mutation(
        "methods",
        json!("M SEARCH"),
        &format!("mutations[0].methods: expected {methods}, got \"M SEARCH\""),
    );
    check_mutation("methods", json!([]), &format!("mutations[0].methods: expected {methods}, got an empty list"));
    check_mutation(
        "lane",
        json!(""),
        "mutations[0].lane: expected a text such as \"board:{path[2]}\", got \"\" (it is empty)",
    );
    check_mutation(
        "lane",
        json!("{path"),
        "mutations[0].lane: expected a text such as \"board:{path[2]}\", got \"{path\" (a '{' has no partner)",
    );
    check_mutation("invalidates", json!("a"), "mutations[0].invalidates: expected a list of tags, got \"a\"");
    check_mutation("timeout", json!(10), "mutations[0].timeout: expected a duration such as \"3s\", got 10");
    check_mutation(
        "onRetryable",
        json!("retry"),
        "mutations[0].onRetryable: expected \"queue\" or \"answer\", got \"retry\"",
    );
    check_mutation(
        "onRetryable",
        json!("que"),
        "mutations[0].onRetryable: expected \"queue\" or \"answer\", got \"que\" (did you mean \"queue\"?)",
    );
    check_mutation(
        "idempotencyHeader",
        json!(true),
        "mutations[0].idempotencyHeader: expected the name of a header field, or false, got true",
    );
    check_mutation(
        "idempotencyHeader",
        json!("My Key"),
        "mutations[0].idempotencyHeader: expected the name of a header field, or false, got \"My Key\"",
    );
    check_mutation(
        "expects",
        json!(1),
        "mutations[0].expects: expected a content type such as \"application/json\", got 1",
    );
    check_mutation("forms", json!("/sent"), "mutations[0].forms: expected an object, got \"/sent\"");
    check_mutation(
        "forms",
        json!({}),
        "mutations[0].forms.redirect: expected a path such as \"/sent.html\", got nothing",
    );
    check_mutation(
        "forms",
        json!({"redirect": "/a", "redirct": "/b"}),
        "mutations[0].forms.redirct: unknown key, did you mean \"redirect\"?",
    );
    check_mutation(
        "forms",
        json!({"redirect": "sent"}),
        "mutations[0].forms.redirect: expected a path such as \"/sent.html\", got \"sent\" (it must start with \"/\")",
    );
    check_mutation(
        "maxRetryAfter",
        json!("1 day"),
        "mutations[0].maxRetryAfter: expected a duration such as \"3s\", got \"1 day\"",
    );
}

#[test]
fn the_precache_list_is_checked() {
    check(json!({"precache": "/a"}), "precache: expected a list of paths, got \"/a\"");
    check(
        json!({"precache": [7]}),
        "precache[0]: expected a path such as \"/index.html\", or {url, revision, integrity}, got 7",
    );
    check(
        json!({"precache": ["a.html"]}),
        "precache[0]: expected a path such as \"/index.html\", or {url, revision, integrity}, got \"a.html\" (it must start with \"/\")",
    );
    check(
        json!({"precache": [{"revision": "1"}]}),
        "precache[0].url: expected a path such as \"/index.html\", got nothing",
    );
    check(json!({"precache": [{"url": null}]}), "precache[0].url: expected a path such as \"/index.html\", got null");
    check(
        json!({"precache": [{"url": "/a", "revison": "1"}]}),
        "precache[0].revison: unknown key, did you mean \"revision\"?",
    );
    check(
        json!({"precache": [{"url": "/a", "revision": 1}]}),
        "precache[0].revision: expected a text that changes with the content, or null, got 1",
    );
    check(
        json!({"precache": [{"url": "/a", "group": "maybe"}]}),
        "precache[0].group: expected \"critical\" or \"optional\", got \"maybe\"",
    );
    check(
        json!({"killSwitch": "off.json"}),
        "killSwitch: expected a path such as \"/index.html\", got \"off.json\" (it must start with \"/\")",
    );
    check(
        json!({"precache": [{"url": "/a", "revision": ""}]}),
        "precache[0].revision: expected a text that changes with the content, or null, got \"\"",
    );
    for integrity in ["", "md5-abc", "sha256-abc", "sha256"] {
        let expected =
            format!("precache[0].integrity: expected an integrity such as \"sha256-…\", got \"{integrity}\"");
        check(json!({"precache": [{"url": "/a", "integrity": integrity}]}), &expected);
    }
    check(
        json!({"precache": ["/a", "/b", {"url": "/a", "revision": "2"}]}),
        "precache[2]: \"/a\" is listed already, at precache[0]",
    );
}

#[test]
fn every_error_is_told_in_written_order() {
    let fields = |fields: Vec<(&str, Value)>| {
        Value::Map(fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
    };
    let route = fields(vec![("timeout", Value::Number(3.0)), ("match", Value::Hook), ("colour", Value::Null)]);
    let config = fields(vec![
        ("warm", Value::Hook),
        ("routes", Value::List(vec![route])),
        ("base", Value::Text("x".to_owned())),
    ]);
    assert_eq!(
        errors(&config),
        [
            "warm: expected true or false, got a function",
            "routes[0].timeout: expected a duration such as \"3s\", got 3",
            "routes[0].colour: unknown key",
            "routes[0].strategy: expected \"cache-first\", \"network-first\", \"stale-while-revalidate\", \"network-only\" or \"cache-only\", got nothing",
            "base: expected a path that starts and ends with \"/\", got \"x\"",
        ]
    );
}
