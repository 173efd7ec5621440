//! The classes of differences between us and http-cache-semantics 3, each with the reason for ours.
//! A class looks at the exchange, never at what came of it.

use super::exchange::{Exchange, Fields as Lines};
use super::ours::Aspect::{self, Age, Conditions, Confirms, Fields, Storable, Use};

/// One class of differences.
pub struct Class {
    /// What we do.
    pub name: &'static str,
    /// Where it is written.
    pub section: &'static str,
    /// What the two may differ in.
    pub aspects: &'static [Aspect],
    /// Whether an exchange is of this class.
    pub meets: fn(&Seen<'_>) -> bool,
}

/// An exchange with its directives read, by a reader as simple as the generator.
pub struct Seen<'a> {
    /// The exchange.
    it: &'a Exchange,
    /// The response's directives.
    said: Directives,
    /// The later request's directives.
    asked: Directives,
}

/// Directives in order: name as written, argument.
type Directives = Vec<(String, Option<String>)>;

impl Seen<'_> {
    /// Reads an exchange's directives.
    pub fn of(it: &Exchange) -> Seen<'_> {
        Seen { it, said: directives(&it.response), asked: directives(&it.later) }
    }
}

/// Every class, in the order in which they are asked.
pub const CLASSES: [Class; 15] = [
    Class {
        name: "directives are read in any case",
        section: "RFC 9111, 5.2",
        aspects: &[Storable, Use, Conditions],
        meets: |seen| any(seen, |name, _| name.bytes().any(|byte| byte.is_ascii_uppercase())),
    },
    Class {
        name: "no-cache with field names withholds those fields only",
        section: "RFC 9111, 5.2.2.4",
        aspects: &[Use, Fields],
        meets: |seen| {
            seen.said.iter().any(|(name, argument)| name.eq_ignore_ascii_case("no-cache") && argument.is_some())
        },
    },
    Class {
        name: "a duration that is no number is the strictest, one too long is the longest",
        section: "RFC 9111, 1.2.2, 4.2.1",
        aspects: &[Storable, Use, Conditions],
        meets: |seen| any(seen, |name, argument| lasts(name) && !number(name, argument)),
    },
    Class {
        name: "a directive given twice is read both times, the shorter lifetime holds, and two Expires are none",
        section: "RFC 9111, 4.2.1",
        aspects: &[Use, Conditions, Fields],
        meets: |seen| {
            contradicts(&seen.said) || seen.it.response.iter().filter(|(name, _)| *name == "expires").count() > 1
        },
    },
    Class {
        name: "any final status is stored where private or a lifetime allows it, and must-understand asks for more",
        section: "RFC 9111, 3, 5.2.2.3",
        aspects: &[Storable],
        meets: |seen| {
            let unknown = matches!(seen.it.status, 201 | 299 | 400 | 403 | 500 | 503 | 599);
            let explicit = has(&seen.said, "private") && matches!(seen.it.status, 302 | 303 | 307);
            unknown || explicit || has(&seen.said, "must-understand")
        },
    },
    Class {
        name: "age counts the way here, and the first of several Age members",
        section: "RFC 9111, 4.2.3, 5.1",
        aspects: &[Age, Use, Conditions],
        meets: |seen| {
            let dated = field(seen.it, "date").is_some_and(|date| !date.ends_with("08:49:37 GMT"));
            seen.it.delay > 0 || dated || field(seen.it, "age").is_some_and(|age| age.contains(','))
        },
    },
    Class {
        name: "dates are read in all three forms, and in no zone but GMT",
        section: "RFC 9110, 5.6.7; RFC 9111, 4.2",
        aspects: &[Use, Conditions, Confirms],
        meets: |seen| {
            let odd = |(name, value): &(&str, String)| {
                matches!(*name, "expires" | "last-modified") && !(value.len() == 29 && value.ends_with("GMT"))
            };
            seen.it.response.iter().chain(&seen.it.not_modified).any(odd)
        },
    },
    Class {
        name: "fields that Vary names are compared without their whitespace, and Vary: * is not stored",
        section: "RFC 9111, 4.1",
        aspects: &[Storable, Use, Conditions],
        meets: |seen| {
            field(seen.it, "vary")
                .is_some_and(|vary| vary.contains('*') || vary.split(", ").any(|name| odd(seen.it, name)))
        },
    },
    Class {
        name: "a request's Pragma counts only where it has no Cache-Control",
        section: "RFC 9111, 5.4",
        aspects: &[Use, Conditions],
        meets: |seen| seen.it.later.iter().any(|(name, _)| *name == "pragma") && !seen.asked.is_empty(),
    },
    Class {
        name: "max-stale does not override the response's no-cache",
        section: "RFC 9111, 5.2.1.2, 5.2.2.4",
        aspects: &[Use],
        meets: |seen| {
            let pragma = seen.said.is_empty() && field(seen.it, "pragma").is_some();
            has(&seen.asked, "max-stale") && (has(&seen.said, "no-cache") || pragma)
        },
    },
    Class {
        name: "no-store goes past what is stored, only-if-cached asks nobody",
        section: "RFC 9111, 5.2.1.5, 5.2.1.7",
        aspects: &[Use, Conditions],
        meets: |seen| has(&seen.asked, "no-store") || has(&seen.asked, "only-if-cached"),
    },
    Class {
        name: "stale-while-revalidate is used at once",
        section: "RFC 5861, 3",
        aspects: &[Use],
        meets: |seen| has(&seen.said, "stale-while-revalidate"),
    },
    Class {
        name: "malformed validators are neither sent nor compared",
        section: "RFC 9110, 8.8",
        aspects: &[Conditions, Confirms],
        meets: |seen| {
            let broken = |(name, value): &(&str, String)| match *name {
                "etag" => !matches!(value.as_str(), "\"a\"" | "\"b\"" | "\"c\"" | "W/\"a\"" | "\"new\""),
                "last-modified" => !value.contains(':'),
                _ => false,
            };
            seen.it.response.iter().chain(&seen.it.not_modified).any(broken)
        },
    },
    Class {
        name: "a 304 that names no validator means the one we asked about",
        section: "RFC 9111, 4.3.4",
        aspects: &[Confirms],
        meets: |seen| {
            let named = |fields: &Lines| fields.iter().any(|(name, _)| matches!(*name, "etag" | "last-modified"));
            named(&seen.it.response) && !named(&seen.it.not_modified)
        },
    },
    Class {
        name: "a 304 adds the fields that were not there, and every line of a field stays",
        section: "RFC 9111, 3.2",
        aspects: &[Fields],
        meets: |seen| {
            let adds = seen.it.not_modified.iter().any(|(name, _)| field(seen.it, name).is_none());
            adds || several(&seen.it.response) || several(&seen.it.not_modified)
        },
    },
];

fn directives(fields: &Lines) -> Directives {
    let mut all = Directives::new();
    for (name, line) in fields {
        // The generator writes one quoted list only.
        let lists = if *name == "cache-control" {
            line.replace(", x-b\"", "\"").replace(", X-B\"", "\"")
        } else {
            String::new()
        };
        for directive in lists.split(',').filter(|directive| !directive.is_empty()) {
            let (name, argument) = match directive.trim().split_once('=') {
                Some((name, argument)) => (name, Some(argument.to_owned())),
                None => (directive.trim(), None),
            };
            all.push((name.to_owned(), argument));
        }
    }
    all
}

fn any(seen: &Seen<'_>, meets: fn(&str, Option<&str>) -> bool) -> bool {
    seen.said.iter().chain(&seen.asked).any(|(name, argument)| meets(name, argument.as_deref()))
}

fn has(directives: &Directives, wanted: &str) -> bool {
    directives.iter().any(|(name, _)| name.eq_ignore_ascii_case(wanted))
}

/// Whether a directive comes twice with different arguments.
fn contradicts(directives: &Directives) -> bool {
    directives.iter().enumerate().any(|(at, (name, argument))| {
        directives.iter().take(at).any(|(earlier, other)| earlier.eq_ignore_ascii_case(name) && other != argument)
    })
}

fn lasts(name: &str) -> bool {
    ["max-age", "max-stale", "min-fresh"].iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn number(name: &str, argument: Option<&str>) -> bool {
    match argument {
        Some(text) => text.trim_matches('"').parse::<u64>().is_ok(),
        None => name.eq_ignore_ascii_case("max-stale"),
    }
}

fn field<'a>(it: &'a Exchange, wanted: &str) -> Option<&'a str> {
    it.response.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.as_str())
}

/// Whether a request writes a field in a way that is not compared letter by letter.
fn odd(it: &Exchange, name: &str) -> bool {
    let lines = |fields: &Lines| -> Vec<String> {
        fields.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone()).collect()
    };
    let (first, later) = (lines(&it.request), lines(&it.later));
    let squeezed = |lines: &[String]| {
        let mut members: Vec<String> =
            lines.iter().flat_map(|line| line.split(',')).map(|member| member.trim().to_ascii_lowercase()).collect();
        members.sort();
        members
    };
    first != later && squeezed(&first) == squeezed(&later) || later.len() > 1
}

/// Whether a field has more than one line.
fn several(fields: &Lines) -> bool {
    fields.iter().enumerate().any(|(at, (name, _))| fields.iter().take(at).any(|(earlier, _)| earlier == name))
}
