//! Tables for what people expect of a merge, and what holds for all values.

use super::{
    Choice, Choices, Decimal, Merged, Outcome, Path, Refused, Rules, Sides, Took, Value, merge, patch, reconcile,
};
use proptest::prelude::*;

/// A value from serde_json's.
macro_rules! json {
    ($($json:tt)+) => { Value::parse(&serde_json::json!($($json)+).to_string()).expect("serde_json writes JSON") };
}

fn merged_by(rules: &Value, base: &Value, mine: &Value, theirs: &Value) -> Merged {
    let rules = Rules::read(rules).expect("the rules of the test are rules");
    merge(Sides { base: Some(base), mine: Some(mine), theirs: Some(theirs) }, &rules, &Choices::new())
}

fn places(merged: &Merged) -> Vec<String> {
    merged.clashes.iter().map(|clash| clash.at.to_string()).collect()
}

#[test]
fn fields_of_objects() {
    // base, mine, theirs, merged, clashes
    let table = [
        (json!({"a": 1, "b": 1}), json!({"a": 2, "b": 1}), json!({"a": 1, "b": 3}), json!({"a": 2, "b": 3}), &[][..]),
        (json!({"a": 1}), json!({"a": 2}), json!({"a": 2}), json!({"a": 2}), &[]),
        (json!({"a": 1}), json!({"a": 2}), json!({"a": 3}), json!({"a": 3}), &["/a"]),
        // New members of both.
        (json!({}), json!({"a": 1}), json!({"b": 2}), json!({"b": 2, "a": 1}), &[]),
        (json!({}), json!({"a": 1}), json!({"a": 2}), json!({"a": 2}), &["/a"]),
        // Removed by one, untouched by the other; removed by one, changed by the other.
        (json!({"a": 1, "b": 1}), json!({"b": 1}), json!({"a": 1, "b": 2}), json!({"b": 2}), &[]),
        (json!({"a": 1}), json!({}), json!({"a": 2}), json!({"a": 2}), &["/a"]),
        (json!({"a": 1}), json!({"a": 2}), json!({}), json!({}), &["/a"]),
        // Deep, and names that a pointer escapes.
        (
            json!({"o": {"x": 1, "y": 1}}),
            json!({"o": {"x": 2, "y": 1}}),
            json!({"o": {"x": 1, "y": 2}}),
            json!({"o": {"x": 2, "y": 2}}),
            &[],
        ),
        (json!({"a/b~": 1}), json!({"a/b~": 2}), json!({"a/b~": 3}), json!({"a/b~": 3}), &["/a~1b~0"]),
        // Of another kind on one side.
        (json!({"a": {"x": 1}}), json!({"a": {"x": 2}}), json!({"a": "text"}), json!({"a": "text"}), &["/a"]),
        // The whole.
        (json!("a"), json!("b"), json!("c"), json!("c"), &[""]),
        // Without rules a list is one value.
        (json!({"l": [1]}), json!({"l": [1, 2]}), json!({"l": [1, 3]}), json!({"l": [1, 3]}), &["/l"]),
        // Numbers beyond what a double holds stay as they are.
        (
            json!({"a": 1, "id": 9_007_199_254_740_993_u64}),
            json!({"a": 2, "id": 9_007_199_254_740_993_u64}),
            json!({"a": 1, "id": 9_007_199_254_740_993_u64, "b": 1}),
            json!({"a": 2, "id": 9_007_199_254_740_993_u64, "b": 1}),
            &[],
        ),
    ];
    for (base, mine, theirs, expected, clashes) in table {
        let merged = merged_by(&Value::Null, &base, &mine, &theirs);
        assert_eq!(merged.value.as_ref(), Some(&expected), "{base} {mine} {theirs}");
        assert_eq!(places(&merged), clashes, "{base} {mine} {theirs}");
    }
}

#[test]
fn fields_with_rules() {
    let rules = json!({
        "lists": {"/labels": "set", "/people": "id", "/people/*/roles": "set"},
        "counters": ["/votes", "/people/*/seen"],
        "text": ["/notes"],
    });
    let table = [
        // Sets: what either adds is in, what either removes is out.
        (
            json!({"labels": ["a", "b"]}),
            json!({"labels": ["b", "c"]}),
            json!({"labels": ["a", "b", "d"]}),
            json!({"labels": ["b", "d", "c"]}),
            &[][..],
        ),
        (json!({}), json!({"labels": ["a"]}), json!({"labels": ["b", "a"]}), json!({"labels": ["b", "a"]}), &[]),
        // By key: items are merged, added and removed each by itself.
        (
            json!({"people": [{"id": 1, "name": "A", "seen": 1}, {"id": 2, "name": "B"}]}),
            json!({"people": [{"id": 1, "name": "A!", "seen": 3}, {"id": 3, "name": "C"}]}),
            json!({"people": [{"id": 2, "name": "B"}, {"id": 1, "name": "A", "seen": 2}]}),
            json!({"people": [{"id": 1, "name": "A!", "seen": 4}, {"id": 3, "name": "C"}]}),
            &[],
        ),
        (
            json!({"people": [{"id": 7, "name": "A"}]}),
            json!({"people": [{"id": 7, "name": "B"}]}),
            json!({"people": [{"id": 7, "name": "C"}]}),
            json!({"people": [{"id": 7, "name": "C"}]}),
            &["/people/7/name"],
        ),
        (
            json!({"people": [{"id": 7, "name": "A"}]}),
            json!({"people": []}),
            json!({"people": [{"id": 7, "name": "C"}]}),
            json!({"people": [{"id": 7, "name": "C"}]}),
            &["/people/7"],
        ),
        // Items without a name, or two of one: as one value.
        (
            json!({"people": []}),
            json!({"people": [{}]}),
            json!({"people": [{"id": 1}]}),
            json!({"people": [{"id": 1}]}),
            &["/people"],
        ),
        // Counters: both differences count.
        (json!({"votes": 5}), json!({"votes": 7}), json!({"votes": 4}), json!({"votes": 6}), &[]),
        (json!({}), json!({"votes": 1}), json!({"votes": 2}), json!({"votes": 3}), &[]),
        (json!({"votes": 5}), json!({"votes": "many"}), json!({"votes": 4}), json!({"votes": 4}), &["/votes"]),
        // Text by lines.
        (
            json!({"notes": "one\ntwo\nthree\nfour\n"}),
            json!({"notes": "ONE\ntwo\nthree\nfour\n"}),
            json!({"notes": "one\ntwo\nthree\nFOUR\n"}),
            json!({"notes": "ONE\ntwo\nthree\nFOUR\n"}),
            &[],
        ),
        (
            json!({"notes": "a\n"}),
            json!({"notes": "b\n"}),
            json!({"notes": "c\n"}),
            json!({"notes": "c\n"}),
            &["/notes"],
        ),
    ];
    for (base, mine, theirs, expected, clashes) in table {
        let merged = merged_by(&rules, &base, &mine, &theirs);
        assert_eq!(merged.value.as_ref(), Some(&expected), "{base} {mine} {theirs}");
        assert_eq!(places(&merged), clashes, "{base} {mine} {theirs}");
    }
}

#[test]
fn the_report_says_whose_change_is_in_it() {
    let rules = json!({"counters": ["/votes"]});
    let merged = merged_by(
        &rules,
        &json!({"a": 1, "b": 1, "same": 1, "votes": 1, "still": 1}),
        &json!({"a": 2, "b": 1, "same": 2, "votes": 2, "still": 1}),
        &json!({"a": 1, "b": 2, "same": 2, "votes": 3, "still": 1}),
    );
    let report: Vec<_> = merged.report.iter().map(|(at, took)| (at.to_string(), *took)).collect();
    let expected = [("/a", Took::Mine), ("/b", Took::Theirs), ("/same", Took::Both), ("/votes", Took::Both)];
    assert_eq!(report, expected.map(|(at, took)| (at.to_owned(), took)));
}

#[test]
fn wrong_rules_are_named() {
    let table = [
        (json!({"lists": ["/a"]}), "lists: expected an object, got [\"/a\"]"),
        (json!({"lists": {"a": "set"}}), "lists[\"a\"]: expected a JSON pointer such as \"/labels\", got \"a\""),
        (json!({"lists": {"/a": 1}}), "lists[\"/a\"]: expected \"set\", or the member that items are known by, got 1"),
        (json!({"counters": "/a"}), "counters: expected a list of JSON pointers, got \"/a\""),
        (json!({"text": ["/a", "b"]}), "text[1]: expected a JSON pointer such as \"/labels\", got \"b\""),
    ];
    for (rules, expected) in table {
        assert_eq!(Rules::read(&rules).unwrap_err().to_string(), expected);
    }
}

#[test]
fn what_a_refused_write_sends_instead() {
    let base = r#"{"title":"a","done":false}"#;
    let theirs = r#"{"title":"a","done":true}"#;
    // method, sent, theirs, body to send; none: nothing to send
    let table = [
        ("PUT", r#"{"title":"b","done":false}"#, Some(theirs), Some(r#"{"title":"b","done":true}"#)),
        ("PATCH", r#"{"title":"b"}"#, Some(theirs), Some(r#"{"title":"b"}"#)),
        ("PATCH", r#"{"done":null}"#, Some(r#"{"title":"c","done":false}"#), Some(r#"{"done":null}"#)),
        ("PATCH", r#"{"done":true}"#, Some(theirs), None),
        ("DELETE", "", Some(base), None),
        ("DELETE", "", None, None),
        ("PUT", r#"{"title":"a","done":true}"#, Some(theirs), None),
    ];
    for (method, sent, theirs, expected) in table {
        let refused = Refused { method, base: Some(base), sent, theirs };
        let outcome = reconcile(refused, &Rules::default(), &Choices::new()).expect("all of it is JSON");
        match outcome {
            Outcome::Send { body, .. } => assert_eq!(body.as_deref(), expected, "{method} {sent}"),
            Outcome::Nothing => assert_eq!(expected, None, "{method} {sent}"),
            Outcome::Ask { clashes, .. } => panic!("{method} {sent}: asks about {clashes:?}"),
        }
    }
}

#[test]
fn without_a_base_a_person_is_asked_about_the_whole() {
    let theirs = Some(r#"{"votes":7}"#);
    for (method, sent) in [("DELETE", ""), ("PATCH", r#"{"votes":null}"#), ("PUT", r#"{"votes":5}"#)] {
        let refused = Refused { method, base: None, sent, theirs };
        let rules = Rules::read(&json!({"counters": ["/votes"]})).expect("rules");
        let outcome = reconcile(refused, &rules, &Choices::new()).expect("all of it is JSON");
        let Outcome::Ask { clashes, .. } = outcome else { panic!("{method}: {outcome:?}") };
        assert_eq!(clashes.iter().map(|clash| clash.at.to_string()).collect::<Vec<_>>(), [""]);
        let mine = vec![(Path::default(), Choice::Mine)];
        let outcome = reconcile(refused, &rules, &mine).expect("all of it is JSON");
        assert!(matches!(outcome, Outcome::Send { .. }), "{method}: {outcome:?}");
    }
    let refused = Refused { method: "PUT", base: None, sent: "[1]", theirs: Some("[ 1 ]") };
    assert_eq!(reconcile(refused, &Rules::default(), &Choices::new()), Ok(Outcome::Nothing), "the same");
}

#[test]
fn what_cannot_be_merged_is_an_error_with_its_place() {
    let table = [
        (r#"{"method":"PUT","sent":"no","theirs":"{}"}"#, "the write's body is not JSON: expected null at byte 0"),
        (
            r#"{"method":"PUT","sent":"{}","theirs":"<html>"}"#,
            "what the server has is not JSON: expected a value at byte 0",
        ),
        (
            r#"{"method":"PUT","sent":"{}","theirs":"{}","choices":{"/a":"hers"}}"#,
            "choices[\"/a\"]: expected \"mine\", \"theirs\" or {value}",
        ),
        (
            r#"{"method":"PATCH","base":"{}","sent":"{\"a\":1}","theirs":"{\"a\":2}","choices":{"/a":{"value":null}}}"#,
            "a merge patch cannot set a member to null (RFC 7396, 1)",
        ),
    ];
    for (request, expected) in table {
        assert_eq!(super::reconcile_text(&Value::parse(request).expect("JSON")).unwrap_err().to_string(), expected);
    }
}

#[test]
fn a_clash_is_asked_about_and_a_choice_ends_it() {
    let ask = |choices: &str| {
        let request = format!(
            r#"{{"method":"PATCH","base":"{{\"t\":\"a\",\"d\":1}}","sent":"{{\"t\":\"b\",\"d\":2}}","theirs":"{{\"t\":\"c\",\"d\":1}}","choices":{choices}}}"#
        );
        super::reconcile_text(&Value::parse(&request).expect("JSON")).expect("all of it is JSON")
    };
    assert_eq!(
        ask("null"),
        r#"{"verdict":"ask","merged":{"t":"c","d":2},"report":[{"at":"/d","took":"mine"}],"clashes":[{"at":"/t","base":"a","mine":"b","theirs":"c"}],"mine":{"t":"b","d":2}}"#
    );
    assert_eq!(
        ask(r#"{"/t":"mine"}"#),
        r#"{"verdict":"send","body":"{\"t\":\"b\",\"d\":2}","merged":{"t":"b","d":2},"report":[{"at":"/t","took":"chosen"},{"at":"/d","took":"mine"}],"mine":{"t":"b","d":2}}"#
    );
    assert_eq!(
        ask(r#"{"/t":{"value":"d"}}"#),
        r#"{"verdict":"send","body":"{\"t\":\"d\",\"d\":2}","merged":{"t":"d","d":2},"report":[{"at":"/t","took":"chosen"},{"at":"/d","took":"mine"}],"mine":{"t":"b","d":2}}"#
    );
}

/// Small values with few names, so that sides often touch the same.
pub(super) fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![Just(json!(0)), Just(json!(1)), Just(json!("x")), Just(json!(true)), Just(json!(null))];
    leaf.prop_recursive(3, 16, 3, |inner| {
        prop_oneof![
            prop::collection::btree_map(prop_oneof!["a", "b", "c"], inner.clone(), 0..3)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
            prop::collection::vec(inner, 0..3).prop_map(Value::List),
        ]
    })
}

#[test]
fn a_layer_lies_over_what_fits() {
    use super::{How, Layer, Of, lay};
    let list = json!({"items": [{"id": 1, "t": "a"}, {"id": "b", "t": "b"}], "next": null});
    let check = |how, at: &str, id: Option<&str>, body: Option<Value>, expected: Option<Value>| {
        let at = Path::parse(at).expect("a pointer");
        let layer = Layer { how, at, of: Of::Either, key: "id".to_owned(), id: id.map(str::to_owned) };
        let mut resource = Some(list.clone());
        let differs = lay(&mut resource, &layer, body.as_ref());
        let expected = expected.map_or_else(
            || list.clone(),
            |items| {
                let mut whole = list.clone();
                whole.set("items", items);
                whole
            },
        );
        assert_eq!(resource.as_ref(), Some(&expected), "{how:?} {body:?}");
        assert_eq!(differs, resource.as_ref() != Some(&list));
        // Laid over what has it already, it changes nothing more.
        assert!(!lay(&mut resource, &layer, body.as_ref()), "{how:?} twice");
    };
    let (one, b) = (json!({"id": 1, "t": "a"}), json!({"id": "b", "t": "b"}));
    let three = json!({"id": "c", "t": "c"});
    check(
        How::Append,
        "/items",
        Some("row"),
        Some(three.clone()),
        Some(Value::List(vec![one.clone(), b.clone(), three.clone()])),
    );
    check(
        How::Prepend,
        "/items",
        Some("row"),
        Some(json!({"t": "c"})),
        Some(Value::List(vec![json!({"t": "c", "id": "row"}), one.clone(), b.clone()])),
    );
    check(
        How::Append,
        "/items",
        Some("row"),
        Some(json!({"id": "b", "t": "B"})),
        Some(Value::List(vec![one.clone(), json!({"id": "b", "t": "B"})])),
    );
    check(
        How::Merge,
        "/items",
        Some("1"),
        Some(json!({"t": "A"})),
        Some(Value::List(vec![json!({"id": 1, "t": "A"}), b.clone()])),
    );
    check(
        How::Replace,
        "/items",
        Some("1"),
        Some(json!({"t": "A"})),
        Some(Value::List(vec![json!({"t": "A", "id": "1"}), b.clone()])),
    );
    check(How::Remove, "/items", Some("b"), None, Some(Value::List(vec![one.clone()])));
    // No such item, no such list, no body, no list that could have items.
    check(How::Merge, "/items", Some("9"), Some(json!({"t": "A"})), None);
    check(How::Remove, "/items", Some("9"), None, None);
    check(How::Append, "/others", Some("9"), Some(three.clone()), None);
    check(How::Append, "/items", Some("9"), None, None);
    check(How::Append, "", Some("9"), Some(three.clone()), None);
    // What is not of the kind that is meant.
    let mut object = Some(list.clone());
    for how in [How::Replace, How::Merge, How::Remove] {
        let layer = Layer { how, at: Path::default(), of: Of::Item, key: "id".to_owned(), id: Some("1".to_owned()) };
        assert!(!lay(&mut object, &layer, Some(&three)), "an object is no list");
    }
    let layer = Layer { how: How::Replace, at: Path::default(), of: Of::Whole, key: "id".to_owned(), id: None };
    let mut items = Some(Value::List(vec![one.clone()]));
    assert!(
        lay(&mut items, &layer, Some(&Value::List(Vec::new()))) && items == Some(Value::List(Vec::new())),
        "a list as a whole"
    );
    // The whole.
    let whole = |how, body: Option<Value>, before: Option<Value>| {
        let layer = Layer { how, at: Path::default(), of: Of::Either, key: "id".to_owned(), id: None };
        let mut resource = before;
        lay(&mut resource, &layer, body.as_ref());
        resource
    };
    assert_eq!(whole(How::Merge, Some(json!({"t": "A"})), Some(one.clone())), Some(json!({"id": 1, "t": "A"})));
    assert_eq!(whole(How::Merge, Some(json!([1])), Some(one.clone())), Some(one.clone()), "no patch of an object");
    assert_eq!(whole(How::Replace, Some(b.clone()), Some(one.clone())), Some(b.clone()));
    assert_eq!(whole(How::Replace, Some(b.clone()), None), Some(b.clone()), "made here");
    assert_eq!(whole(How::Merge, Some(b), None), None);
    assert_eq!(whole(How::Remove, None, Some(one)), None);
}

#[test]
fn numbers_are_what_was_written() {
    let table = [
        ("1.0", "1", true),
        ("10", "1e1", true),
        ("-0", "0.00", true),
        ("0.1", "0.10", true),
        ("1", "2", false),
        ("1e400", "1e400", true),
    ];
    for (one, other, same) in table {
        let value = |text: &str| Value::Number(text.to_owned());
        assert_eq!(value(one) == value(other), same, "{one} {other}");
    }
    // base, mine, theirs, sum
    let table = [
        ("0.1", "0.3", "0.2", Some("0.4")),
        ("9007199254740993", "9007199254740994", "9007199254740995", Some("9007199254740996")),
        ("1", "0", "0", Some("-1")),
        ("0", "1e3", "0.001", Some("1000.001")),
        ("0", "1e20", "0", Some("100000000000000000000")),
        ("0", "1e300", "1", None),
        ("0", "1e35", "0", Some("1e35")),
        ("0", "-0.05", "0", Some("-0.05")),
    ];
    for (base, mine, theirs, expected) in table {
        let [base, mine, theirs] = [base, mine, theirs].map(|text| Decimal::parse(text).expect("a decimal"));
        assert_eq!(Decimal::add_up(base, mine, theirs).map(Decimal::written).as_deref(), expected);
    }
    let long = Value::parse("[12345678901234567890.123456789012345678901234567890, 1.50]").expect("JSON");
    assert_eq!(long.to_string(), "[12345678901234567890.123456789012345678901234567890,1.50]");
}

#[test]
fn what_is_no_json_is_named() {
    let deep = "[".repeat(200);
    let table = [
        ("", "expected a value at byte 0"),
        ("[1,]", "expected a value at byte 3"),
        ("{\"a\" 1}", "expected \":\" at byte 5"),
        ("{a:1}", "expected a name at byte 1"),
        ("01", "expected the end at byte 1"),
        ("1.", "expected a digit at byte 2"),
        ("\"\\ud800\"", "expected a character at byte 7"),
        ("\"\\ud800\\u0041\"", "expected the other half of a character at byte 13"),
        ("\"\n\"", "expected an escape at byte 1"),
        ("\"a", "expected the end of a string at byte 2"),
        ("1 2", "expected the end at byte 2"),
        (deep.as_str(), "expected less depth at byte 129"),
    ];
    for (text, expected) in table {
        assert_eq!(Value::parse(text).map_err(|error| error.to_string()), Err(expected.to_owned()), "{text}");
    }
}

#[test]
fn a_decimal_as_a_double() {
    for text in ["0", "1.5", "-3", "9007199254740991", "0.1", "1e22", "123456789012345e-22", "-2.50"] {
        let decimal = Decimal::parse(text).expect("a decimal");
        assert_eq!(Ok(decimal.to_f64()), text.parse::<f64>(), "{text}");
    }
    assert_eq!(Decimal::parse("1e400").map(Decimal::to_f64), Some(f64::INFINITY));
}

proptest! {
    #[test]
    fn json_is_read_and_written_as_by_serde_json(value in values(), letters: String, number: f64, whole: i64) {
        let text = value.to_string();
        prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap().to_string().len(), text.len());
        let theirs = serde_json::json!({"text": letters, "number": number, "whole": whole, &letters: [null, true]});
        for text in [theirs.to_string(), serde_json::to_string_pretty(&theirs).unwrap()] {
            let own = Value::parse(&text).unwrap();
            let [own, given] = [own.to_string(), text].map(|text| serde_json::from_str::<serde_json::Value>(&text).unwrap());
            prop_assert_eq!(own, given);
        }
    }

    #[test]
    fn what_serde_json_refuses_is_refused(text in r#"[\[\]{}:,"0-9eE.+\-truefalsn\\ u]{0,8}"#) {
        let theirs = serde_json::from_str::<serde_json::Value>(&text);
        // It has no numbers beyond a double.
        prop_assert!(Value::parse(&text).is_ok() == theirs.is_ok() || text.contains(['e', 'E']), "{text}");
    }

    #[test]
    fn who_has_changed_nothing_gets_the_others_value(base in values(), other in values()) {
        prop_assert_eq!(merged_by(&Value::Null, &base, &base, &other).value, Some(other.clone()));
        prop_assert_eq!(merged_by(&Value::Null, &base, &other, &base).value, Some(other.clone()));
        prop_assert_eq!(merged_by(&Value::Null, &base, &other, &other).value, Some(other));
    }

    #[test]
    fn it_does_not_matter_who_is_who(base in values(), mine in values(), theirs in values()) {
        let one = merged_by(&Value::Null, &base, &mine, &theirs);
        let other = merged_by(&Value::Null, &base, &theirs, &mine);
        let sorted = |merged: &Merged| { let mut places = places(merged); places.sort(); places };
        prop_assert_eq!(sorted(&one), sorted(&other));
        if one.clashes.is_empty() {
            prop_assert_eq!(one.value, other.value);
        }
    }

    #[test]
    fn with_every_clash_decided_none_is_left(base in values(), mine in values(), theirs in values()) {
        let sides = Sides { base: Some(&base), mine: Some(&mine), theirs: Some(&theirs) };
        let asked = merge(sides, &Rules::default(), &Choices::new());
        let choices: Choices = asked.clashes.iter().map(|clash| (clash.at.clone(), Choice::Mine)).collect();
        let decided = merge(sides, &Rules::default(), &choices);
        prop_assert!(decided.clashes.is_empty());
        // Whatever I have changed is in it now.
        let again = merge(Sides { base: Some(&base), mine: Some(&mine), theirs: decided.value.as_ref() }, &Rules::default(), &Choices::new());
        prop_assert_eq!(again.value, decided.value);
    }

    #[test]
    fn a_patch_makes_after_of_before(before in values(), after in values()) {
        match patch::between(&before, &after) {
            Some(made) => prop_assert_eq!(patch::apply(Some(&before), &made), after),
            // Only where there is a null to be set.
            None => prop_assert!(after.to_string().contains("null")),
        }
    }

    #[test]
    fn a_pointer_is_read_as_it_is_written(names in prop::collection::vec("[a~/*]{0,3}", 0..4)) {
        let path = names.iter().fold(Path::default(), |path, name| path.child(name));
        prop_assert_eq!(Path::parse(&path.to_string()), Some(path));
    }
}
