//! The `Cache-Control` directives of a request or response (RFC 9111, 5.2; RFC 5861; RFC 8246).
//! Does not weigh them: `freshness` does. What only shared caches heed (`s-maxage`, `proxy-revalidate`) is passed over, and so is
//! `no-transform`: nothing here transforms content.

use super::list::trimmed;
use super::{Headers, Members, digits};
use crate::time::Span;

/// The greatest `delta-seconds` a cache has to tell apart (RFC 9111, 1.2.2).
const LONGEST_SECONDS: i64 = 1 << 31;

/// The directives we act on; absent ones are false or `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CacheControl {
    /// Neither this request nor its answer may be kept.
    pub no_store: bool,
    /// Not to be used without asking the server. The form with field names is told by [`withheld`] instead.
    pub no_cache: bool,
    /// For one user only; this cache is one user's.
    pub private: bool,
    /// For every user: may be kept, whatever its status.
    pub public: bool,
    /// Once stale, not to be used without asking the server.
    pub must_revalidate: bool,
    /// To be kept only by those who know what its status means.
    pub must_understand: bool,
    /// Will not change while fresh (RFC 8246).
    pub immutable: bool,
    /// A request's wish for a stored answer or none.
    pub only_if_cached: bool,
    /// How long it is fresh, or how old a request takes it; zero where the value makes no sense.
    pub max_age: Option<Span>,
    /// How long past its freshness a request still takes it.
    pub max_stale: Option<Span>,
    /// How long a request wants it to stay fresh from now on.
    pub min_fresh: Option<Span>,
    /// How long after that it may be used while asking again (RFC 5861, 3).
    pub stale_while_revalidate: Option<Span>,
    /// How long after that it may be used when the server fails (RFC 5861, 4).
    pub stale_if_error: Option<Span>,
}

type Flag = fn(&mut CacheControl) -> &mut bool;
type Duration = fn(&mut CacheControl) -> &mut Option<Span>;

const FLAGS: [(&str, Flag); 7] = [
    ("no-store", |control| &mut control.no_store),
    ("private", |control| &mut control.private),
    ("public", |control| &mut control.public),
    ("must-revalidate", |control| &mut control.must_revalidate),
    ("must-understand", |control| &mut control.must_understand),
    ("immutable", |control| &mut control.immutable),
    ("only-if-cached", |control| &mut control.only_if_cached),
];

const DURATIONS: [(&str, Duration); 5] = [
    ("max-age", |control| &mut control.max_age),
    ("max-stale", |control| &mut control.max_stale),
    ("min-fresh", |control| &mut control.min_fresh),
    ("stale-while-revalidate", |control| &mut control.stale_while_revalidate),
    ("stale-if-error", |control| &mut control.stale_if_error),
];

impl CacheControl {
    /// Reads the field. Of conflicting values the strictest holds, and a malformed one is the strictest there is:
    /// RFC 9111, 4.2.1: "encouraged to consider responses that have invalid freshness information to be stale".
    #[must_use]
    pub fn parse(headers: &Headers) -> CacheControl {
        let mut found = CacheControl::default();
        for directive in headers.members("cache-control") {
            found.read(directive);
        }
        // RFC 9111, 5.4: without Cache-Control, Pragma: no-cache means the same. Written of requests; old servers
        // mean it in responses too, and asking once more is the safe side.
        if !headers.has("cache-control") {
            for member in headers.members("pragma") {
                found.no_cache |= member.eq_ignore_ascii_case("no-cache");
            }
        }
        found
    }

    fn read(&mut self, directive: &str) {
        let (name, argument) = split(directive);
        if name.eq_ignore_ascii_case("no-cache") {
            self.no_cache |= !argument.is_some_and(names_fields);
        }
        for (flag, place) in FLAGS {
            if name.eq_ignore_ascii_case(flag) {
                *place(self) = true;
            }
        }
        for (duration, place) in DURATIONS {
            if name.eq_ignore_ascii_case(duration) {
                let place = place(self);
                let read = length(duration, argument);
                // A longer wish for freshness is the stricter one; every other duration is stricter when shorter.
                let keeps = place.is_some_and(|held| if duration == "min-fresh" { held > read } else { held < read });
                if !keeps {
                    *place = Some(read);
                }
            }
        }
        // RFC 9111, 5.2.3: unknown directives are ignored.
    }
}

/// The list of fields that a directive `no-cache="…"` keeps from being used again without asking the server (RFC 9111, 5.2.2.4).
#[must_use]
pub fn withheld(directive: &str) -> Option<&str> {
    let (name, argument) = split(directive);
    argument.map(unquoted).filter(|_| name.eq_ignore_ascii_case("no-cache"))
}

/// Name and argument. An argument after a space is none: the field is malformed, and what has no argument is read strictly.
fn split(directive: &str) -> (&str, Option<&str>) {
    let Some((name, argument)) = directive.split_once('=') else { return (directive, None) };
    let bare = trimmed(name);
    (bare, (bare.len() == name.len()).then_some(argument))
}

/// RFC 9111, 5.2: recipients ought to accept both the token and the quoted form.
fn unquoted(argument: &str) -> &str {
    argument.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(argument)
}

fn names_fields(argument: &str) -> bool {
    let names = unquoted(argument);
    !names.as_bytes().contains(&b'"') && Members::of(names).next().is_some()
}

fn length(duration: &str, argument: Option<&str>) -> Span {
    match argument {
        // RFC 9111, 5.2.1.2: "If no value is assigned to max-stale, then the client will accept a stale response of any age."
        None if duration == "max-stale" => Span::seconds(LONGEST_SECONDS),
        _ => match argument.and_then(|argument| digits(unquoted(argument))) {
            Some(seconds) => Span::seconds(seconds.min(LONGEST_SECONDS)),
            None if duration == "min-fresh" => Span::seconds(LONGEST_SECONDS),
            None => Span::ZERO,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(value: &str) -> CacheControl {
        CacheControl::parse(&[("cache-control", value)].into_iter().collect())
    }

    #[test]
    fn max_age_falls_to_the_safe_side() {
        let check = |value: &str, seconds: Option<i64>| {
            assert_eq!(parse(value).max_age, seconds.map(Span::seconds), "{value:?}");
        };
        check("max-age=60", Some(60));
        check("Max-Age=\"60\"", Some(60));
        check("public,max-age=60 , immutable", Some(60));
        check("max-age=60, max-age=60", Some(60));
        check("max-age=60, max-age=10", Some(10));
        check("max-age=99999999999999999999999", Some(LONGEST_SECONDS));
        check("max-age", Some(0));
        check("max-age=", Some(0));
        check("max-age=-1", Some(0));
        check("max-age=1.5", Some(0));
        check("max-age= 60", Some(0));
        check("max-age =60", Some(0));
        check("max-age='60'", Some(0));
        check("max-age=003600", Some(3600));
        check("max-age=60, max-age=x", Some(0));
        check("s-maxage=60", None);
        check("x-max-age=60", None);
        check("ext=\"max-age=60\"", None);
        check("", None);
    }

    #[test]
    fn flags_are_read_in_any_case_and_with_any_argument() {
        let check = |value: &str, expected: CacheControl| assert_eq!(parse(value), expected, "{value:?}");
        check("No-Store", CacheControl { no_store: true, ..CacheControl::default() });
        check("no-store =x", CacheControl { no_store: true, ..CacheControl::default() });
        check("private=\"a\"", CacheControl { private: true, ..CacheControl::default() });
        check("public, immutable", CacheControl { public: true, immutable: true, ..CacheControl::default() });
        check("must-revalidate", CacheControl { must_revalidate: true, ..CacheControl::default() });
        check("must-understand", CacheControl { must_understand: true, ..CacheControl::default() });
        check("s-maxage=9, proxy-revalidate, no-transform, x=\"y\"", CacheControl::default());
        check("only-if-cached", CacheControl { only_if_cached: true, ..CacheControl::default() });
        check("ext=\"a, no-store", CacheControl { no_store: true, ..CacheControl::default() });
        let spans = parse("stale-while-revalidate=5, stale-if-error=7");
        assert_eq!(spans.stale_while_revalidate, Some(Span::seconds(5)));
        assert_eq!(spans.stale_if_error, Some(Span::seconds(7)));
    }

    #[test]
    fn requests_say_how_fresh_and_how_stale() {
        let check = |value: &str, max_stale: Option<i64>, min_fresh: Option<i64>| {
            let read = parse(value);
            let expected = (max_stale.map(Span::seconds), min_fresh.map(Span::seconds));
            assert_eq!((read.max_stale, read.min_fresh), expected, "{value:?}");
        };
        check("max-stale", Some(LONGEST_SECONDS), None);
        check("max-stale=60", Some(60), None);
        check("max-stale=60, max-stale", Some(60), None);
        check("max-stale, max-stale=60", Some(60), None);
        check("max-stale=x", Some(0), None);
        check("max-stale=", Some(0), None);
        check("min-fresh=60", None, Some(60));
        check("min-fresh=60, min-fresh=10", None, Some(60));
        check("min-fresh=x", None, Some(LONGEST_SECONDS));
        check("min-fresh", None, Some(LONGEST_SECONDS));
    }

    #[test]
    fn no_cache_with_field_names_withholds_those_fields_only() {
        let check = |value: &str, no_cache: bool, names: &[&str]| {
            let headers: Headers = [("cache-control", value)].into_iter().collect();
            assert_eq!(CacheControl::parse(&headers).no_cache, no_cache, "{value:?}");
            let directives = headers.members("cache-control").into_iter();
            let found: Vec<&str> = directives.filter_map(withheld).flat_map(Members::of).collect();
            assert_eq!(found, names, "{value:?}");
        };
        check("no-cache", true, &[]);
        check("no-cache=\"a\"", false, &["a"]);
        check("max-age=60, No-Cache=\"a, B\", public", false, &["a", "B"]);
        check("no-cache=a", false, &["a"]);
        check("no-cache=\"a\", no-cache", true, &["a"]);
        check("no-cache=\"a\", no-cache=\"b\"", false, &["a", "b"]);
        check("no-cache=", true, &[]);
        check("no-cache=\"\"", true, &[]);
        check("no-cache=\" , \"", true, &[]);
        check("no-cache=\"a", true, &["\"a"]);
        check("no-cache =\"a\"", true, &[]);
        check("private=\"a\"", false, &[]);
    }

    #[test]
    fn pragma_counts_only_where_cache_control_is_missing() {
        let check = |pairs: &[(&str, &str)], no_cache: bool| {
            assert_eq!(CacheControl::parse(&pairs.iter().copied().collect()).no_cache, no_cache, "{pairs:?}");
        };
        check(&[("pragma", "No-Cache")], true);
        check(&[("pragma", "x, no-cache")], true);
        check(&[("pragma", "other")], false);
        check(&[("pragma", "no-cache"), ("cache-control", "max-age=60")], false);
        check(&[("cache-control", "max-age=60"), ("cache-control", "no-cache")], true);
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic_and_never_gives_a_negative_age(value in ".{0,60}") {
            let read = parse(&value);
            for span in [read.max_age, read.max_stale, read.min_fresh, read.stale_while_revalidate, read.stale_if_error] {
                prop_assert!(span.is_none_or(|span| span >= Span::ZERO));
            }
        }

        #[test]
        fn no_store_is_seen_wherever_it_stands(before in "[a-z=0-9, ]{0,20}", after in "[a-z=0-9, ]{0,20}") {
            let value = format!("{before}, no-store, {after}");
            prop_assert!(parse(&value).no_store);
        }
    }
}
