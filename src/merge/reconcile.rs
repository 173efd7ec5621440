//! A write that was refused because somebody wrote first: what to send in its place, or what to ask a person.
//! Text in, text out: the bodies as they are stored and sent.

use super::{Choice, Choices, Clash, JsonError, Merged, Path, Rules, RulesError, Sides, Took, Value, merge, patch};

/// A refused write, and what it met.
#[derive(Clone, Copy, Debug)]
pub struct Refused<'a> {
    /// Its method. A PATCH's body is a merge patch (RFC 7396), a PUT's or POST's the whole; a DELETE has none.
    pub method: &'a str,
    /// The resource's body as the page knew it when it wrote; `None` where it knew none.
    pub base: Option<&'a str>,
    /// The write's body; empty where it has none.
    pub sent: &'a str,
    /// The resource's body as it is now; `None` where it is gone.
    pub theirs: Option<&'a str>,
}

/// What is to become of the write.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Send this body in place of the old one (a DELETE has none), on top of what the resource is now.
    Send {
        /// The body.
        body: Option<String>,
        /// What the resource will be; `None`: gone.
        merged: Option<Value>,
        /// What was taken from where.
        report: Vec<(Path, Took)>,
    },
    /// Everything it would do has been done.
    Nothing,
    /// Both have changed the same.
    Ask {
        /// What the resource would be, theirs at the places of the clashes.
        merged: Option<Value>,
        /// What was taken from where.
        report: Vec<(Path, Took)>,
        /// What a person has to decide.
        clashes: Vec<Clash>,
    },
}

/// Why nothing can be made of it: only a person can tell.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReconcileError {
    /// A body is not JSON.
    #[error("{0} is not JSON: {1}")]
    NotJson(&'static str, JsonError),
    /// The merged value has a null where a merge patch would remove the member.
    #[error("a merge patch cannot set a member to null (RFC 7396, 1)")]
    NoPatch,
    /// The rules of the route.
    #[error(transparent)]
    Rules(#[from] RulesError),
    /// A decision of a person is none.
    #[error("choices[\"{0}\"]: expected \"mine\", \"theirs\" or {{value}}")]
    Choice(String),
}

/// Merges a refused write with what it met.
///
/// # Errors
/// Where a body is not JSON, or a merge patch cannot say what was merged.
pub fn reconcile(refused: Refused<'_>, rules: &Rules, choices: &Choices) -> Result<Outcome, ReconcileError> {
    let base = refused.base.map(|text| parse("the base", text)).transpose()?;
    let theirs = refused.theirs.map(|text| parse("what the server has", text)).transpose()?;
    let mine = whole(refused)?;
    let sides = Sides { base: base.as_ref(), mine: mine.as_ref(), theirs: theirs.as_ref() };
    let whole = Path::default();
    if base.is_none() && theirs.is_some() && mine != theirs && !choices.iter().any(|(at, _)| *at == whole) {
        // What was changed on either side, only a base could tell: not to know it is another thing than to know that there was nothing.
        let clash = Clash { at: whole, sides: Sides { base, mine, theirs: theirs.clone() } };
        return Ok(Outcome::Ask { merged: theirs, report: Vec::new(), clashes: vec![clash] });
    }
    let Merged { value: merged, report, clashes } = merge(sides, rules, choices);
    if !clashes.is_empty() {
        return Ok(Outcome::Ask { merged, report, clashes });
    }
    if merged == theirs {
        return Ok(Outcome::Nothing);
    }
    let body = match (refused.method, &merged) {
        ("DELETE", None) => None,
        // What a DELETE cannot say, and a person has chosen: there is nothing to send.
        ("DELETE", Some(_)) | (_, None) => return Ok(Outcome::Nothing),
        ("PATCH", Some(merged)) => {
            let before = theirs.as_ref().unwrap_or(&Value::Null);
            Some(patch::between(before, merged).ok_or(ReconcileError::NoPatch)?.to_string())
        }
        (_, Some(merged)) => Some(merged.to_string()),
    };
    Ok(Outcome::Send { body, merged, report })
}

/// As [`reconcile`], for JavaScript: `{method, base, sent, theirs, rules, choices}`, bodies as texts or null, gives `{verdict: "send" |
/// "nothing" | "ask", mine, body, merged, report: [{at, took}], clashes: [{at, base, mine, theirs}]}`, where a side that has nothing is left
/// out. `mine` is the whole that the write would have made of its base.
///
/// # Errors
/// As [`reconcile`].
pub fn reconcile_text(request: &Value) -> Result<String, ReconcileError> {
    let text = |key| request.get(key).and_then(Value::as_text);
    let rules = Rules::read(request.get("rules").unwrap_or(&Value::Null))?;
    let choices = choices(request.get("choices").and_then(Value::as_object))?;
    let refused = Refused {
        method: text("method").unwrap_or_default(),
        base: text("base"),
        sent: text("sent").unwrap_or_default(),
        theirs: text("theirs"),
    };
    let mut answer = written(reconcile(refused, &rules, &choices)?);
    if let Some(mine) = whole(refused)? {
        answer.set("mine", mine);
    }
    Ok(answer.to_string())
}

/// What the write would have made of its base; `None`: nothing.
fn whole(refused: Refused<'_>) -> Result<Option<Value>, ReconcileError> {
    let base = refused.base.map(|text| parse("the base", text)).transpose()?;
    Ok(match refused.method {
        "DELETE" => None,
        "PATCH" => Some(patch::apply(base.as_ref(), &parse("the write's body", refused.sent)?)),
        _ => Some(parse("the write's body", refused.sent)?),
    })
}

fn parse(which: &'static str, text: &str) -> Result<Value, ReconcileError> {
    Value::parse(text).map_err(|error| ReconcileError::NotJson(which, error))
}

/// `{"/title": "mine", "/notes": {"value": "..."}}`.
fn choices(given: Option<&[(String, Value)]>) -> Result<Choices, ReconcileError> {
    let mut choices = Choices::new();
    for (pointer, choice) in given.into_iter().flatten() {
        let wrong = || ReconcileError::Choice(pointer.clone());
        let choice = match choice {
            Value::Text(word) if word == "mine" => Choice::Mine,
            Value::Text(word) if word == "theirs" => Choice::Theirs,
            other => Choice::Value(other.get("value").ok_or_else(wrong)?.clone()),
        };
        choices.push((Path::parse(pointer).ok_or_else(wrong)?, choice));
    }
    Ok(choices)
}

fn written(outcome: Outcome) -> Value {
    let mut answer = Value::Object(Vec::new());
    let mut put = |name, value: Option<Value>| {
        if let Some(value) = value {
            answer.set(name, value);
        }
    };
    match outcome {
        Outcome::Send { body, merged, report } => {
            put("verdict", Some(Value::text("send")));
            put("body", body.map(Value::Text));
            put("merged", merged);
            put("report", Some(reported(&report)));
        }
        Outcome::Nothing => put("verdict", Some(Value::text("nothing"))),
        Outcome::Ask { merged, report, clashes } => {
            put("verdict", Some(Value::text("ask")));
            put("merged", merged);
            put("report", Some(reported(&report)));
            put("clashes", Some(Value::List(clashes.into_iter().map(clash).collect())));
        }
    }
    answer
}

fn reported(report: &[(Path, Took)]) -> Value {
    let mut lines = Vec::new();
    for (at, took) in report {
        let took = match took {
            Took::Mine => "mine",
            Took::Theirs => "theirs",
            Took::Both => "both",
            Took::Chosen => "chosen",
        };
        let line = [("at".to_owned(), Value::Text(at.to_string())), ("took".to_owned(), Value::text(took))];
        lines.push(Value::Object(line.into()));
    }
    Value::List(lines)
}

fn clash(clash: Clash) -> Value {
    let mut written = vec![("at".to_owned(), Value::Text(clash.at.to_string()))];
    let Sides { base, mine, theirs } = clash.sides;
    for (name, side) in [("base", base), ("mine", mine), ("theirs", theirs)] {
        written.extend(side.map(|side| (name.to_owned(), side)));
    }
    Value::Object(written)
}
