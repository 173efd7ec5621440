//! Runs `tests/routes.json` through the Rust side of matching; `routes_vectors.mjs` runs the same file through the worker shell.
//! Any difference between the two fails one of them.

mod json;

use longshore::engine::config::{Config, mutation_conditions, route_conditions};
use longshore::http::{Headers, Method, Mode, RequestHead};
use longshore::route::{Conditions, Pattern, RouteTable};
use serde_json::{Value as Json, json};

const ORIGIN: &str = "https://app.example";

fn vectors() -> Vec<Json> {
    serde_json::from_str(include_str!("routes.json")).unwrap()
}

fn head(request: &Json) -> RequestHead {
    let mut head = RequestHead::get(request["url"].as_str().unwrap());
    let word = |key: &str| request[key].as_str().map(str::to_owned);
    head.method = word("method").map_or(Method::Get, |method| Method::parse(&method));
    head.destination = word("destination").unwrap_or_default();
    head.mode = word("mode").map_or(Mode::Cors, |mode| Mode::parse(&mode));
    let fields = request["headers"].as_object().cloned().unwrap_or_default();
    head.headers = fields.iter().map(|(name, value)| (name, value.as_str().unwrap())).collect::<Headers>();
    head.same_origin = head.url.starts_with(&format!("{ORIGIN}/"));
    head
}

/// The conditions of the group's routes, which must be a config without errors.
fn conditions(group: &Json) -> Vec<Conditions> {
    let (written, read): (_, fn(&_) -> _) = match group.get("routes") {
        Some(routes) => (json!({ "routes": routes }), route_conditions),
        None => (json!({ "mutations": group["mutations"] }), mutation_conditions),
    };
    let written = json::value(&written);
    Config::check(&written).unwrap_or_else(|errors| panic!("{}: {errors:?}", group["name"]));
    read(&written).unwrap_or_else(|error| panic!("{}: {error:?}", group["name"]))
}

#[test]
fn every_request_goes_to_the_route_the_vectors_say() {
    let mut requests = 0;
    for group in vectors().iter().filter(|group| group.get("requests").is_some()) {
        let conditions = conditions(group);
        let kind = if group.get("routes").is_some() { "route" } else { "mutation" };
        for request in group["requests"].as_array().unwrap() {
            let found = RouteTable::new(&conditions, ORIGIN).find(&head(request), &|_| false);
            assert_eq!(json!(found), request[kind], "{}: {request}", group["name"]);
            requests += 1;
        }
    }
    assert!(requests >= 60, "only {requests} requests");
}

#[test]
fn every_refused_pattern_is_refused_with_its_reason() {
    for group in vectors().iter().filter(|group| group.get("refused").is_some()) {
        for refused in group["refused"].as_array().unwrap() {
            let error = Pattern::parse(refused["match"].as_str().unwrap()).unwrap_err();
            assert_eq!(json!(error.to_string()), refused["error"], "{refused}");
        }
    }
}
