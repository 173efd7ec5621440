//! No value, however odd, makes the config's checks panic.

use longshore::engine::config::{Config, Value, mutation_conditions, route_conditions};
use proptest::prelude::*;

/// Any value at all, with the config's own keys and words likelier than chance.
fn any_value() -> impl Strategy<Value = Value> {
    let key = prop_oneof![
        prop::sample::select(vec![
            "routes",
            "mutations",
            "precache",
            "base",
            "match",
            "strategy",
            "tags",
            "lane",
            "header",
            "forms",
            "url",
            "hook",
            "timeout",
            "methods"
        ])
        .prop_map(str::to_owned),
        "\\PC{0,6}",
    ];
    let text = prop_oneof![
        prop::sample::select(vec![
            "/api/*",
            "network-first",
            "3s",
            "GET",
            "{path[1]}",
            "https://a.example/:x",
            "sha256-",
            "/longshore/"
        ])
        .prop_map(str::to_owned),
        "\\PC{0,12}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<f64>().prop_map(Value::Number),
        text.prop_map(Value::Text),
        Just(Value::Hook),
    ];
    leaf.prop_recursive(5, 64, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::List),
            prop::collection::vec((key.clone(), inner), 0..6)
                .prop_map(|fields| Value::Map(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_value_is_read_or_refused_with_reasons(value in any_value()) {
        if let Err(errors) = Config::check(&value) {
            prop_assert!(!errors.is_empty());
            prop_assert!(errors.iter().all(|error| !error.to_string().is_empty()));
        }
    }

    #[test]
    fn any_route_is_read_or_refused_with_reasons(route in any_value(), mutation in any_value(), precached in any_value()) {
        let list = |value| Value::List(vec![value]);
        let fields = [("routes", list(route)), ("mutations", list(mutation)), ("precache", list(precached))];
        let config = Value::Map(fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect());
        let _ = Config::check(&config);
        let _ = (route_conditions(&config), mutation_conditions(&config));
    }
}
