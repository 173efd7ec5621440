//! The `Cache-Control` directives of a request or response (RFC 9111, 5.2; RFC 5861; RFC 8246).
//! Does not weigh them: `freshness` does. What only shared caches heed (`s-maxage`, `proxy-revalidate`) is passed over.

use super::{Headers, list};
use crate::time::Span;

/// The greatest `delta-seconds` a cache has to tell apart (RFC 9111, 1.2.2).
const LONGEST_SECONDS: i64 = 1 << 31;

/// The directives we act on; absent ones are false or `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CacheControl {
    /// Neither this request nor its answer may be kept.
    pub no_store: bool,
    /// Not to be used without asking the server. The form with field names is read as the plain one, the stricter.
    pub no_cache: bool,
    /// For one user only; this cache is one user's.
    pub private: bool,
    /// For every user, even after a request with `Authorization`.
    pub public: bool,
    /// Once stale, not to be used without asking the server.
    pub must_revalidate: bool,
    /// Will not change while fresh (RFC 8246).
    pub immutable: bool,
    /// A request's wish for a stored answer or none.
    pub only_if_cached: bool,
    /// How long it is fresh; zero where the value makes no sense.
    pub max_age: Option<Span>,
    /// How long after that it may be used while asking again (RFC 5861, 3).
    pub stale_while_revalidate: Option<Span>,
    /// How long after that it may be used when the server fails (RFC 5861, 4).
    pub stale_if_error: Option<Span>,
}

impl CacheControl {
    /// Reads the field. Of conflicting values the strictest holds, and a malformed one counts as zero:
    /// RFC 9111, 4.2.1: "encouraged to consider responses that have invalid freshness information to be stale".
    #[must_use]
    pub fn parse(headers: &Headers) -> CacheControl {
        let mut found = CacheControl::default();
        match headers.get("cache-control") {
            Some(value) => list::members(&value).for_each(|directive| found.read(directive)),
            // RFC 9111, 5.4: without Cache-Control, Pragma: no-cache means the same. Written of requests; old
            // servers mean it in responses too, and asking once more is the safe side.
            None => {
                let pragma = headers.get("pragma").unwrap_or_default();
                found.no_cache = list::members(&pragma).any(|member| member.eq_ignore_ascii_case("no-cache"));
            }
        }
        found
    }

    fn read(&mut self, directive: &str) {
        let (name, argument) = match directive.split_once('=') {
            Some((name, argument)) => (name, Some(argument)),
            None => (directive, None),
        };
        match name.trim().to_ascii_lowercase().as_str() {
            "no-store" => self.no_store = true,
            "no-cache" => self.no_cache = true,
            "private" => self.private = true,
            "public" => self.public = true,
            "must-revalidate" => self.must_revalidate = true,
            "immutable" => self.immutable = true,
            "only-if-cached" => self.only_if_cached = true,
            "max-age" => tighten(&mut self.max_age, argument),
            "stale-while-revalidate" => tighten(&mut self.stale_while_revalidate, argument),
            "stale-if-error" => tighten(&mut self.stale_if_error, argument),
            // RFC 9111, 5.2.3: unknown directives are ignored.
            _ => {}
        }
    }
}

/// Keeps the shorter of two spans of one directive.
fn tighten(held: &mut Option<Span>, argument: Option<&str>) {
    let read = argument.and_then(delta_seconds).unwrap_or(Span::ZERO);
    *held = Some(held.map_or(read, |earlier| earlier.min(read)));
}

/// RFC 9111, 5.2: recipients ought to accept both the token and the quoted form.
fn delta_seconds(argument: &str) -> Option<Span> {
    let unquoted = argument.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    let digits = unquoted.unwrap_or(argument);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // All digits, so the only way to fail is to be too long.
    Some(Span::seconds(digits.parse().unwrap_or(LONGEST_SECONDS).min(LONGEST_SECONDS)))
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
        check("no-cache=\"set-cookie, x\"", CacheControl { no_cache: true, ..CacheControl::default() });
        check("private=\"a\"", CacheControl { private: true, ..CacheControl::default() });
        check("public, immutable", CacheControl { public: true, immutable: true, ..CacheControl::default() });
        check("must-revalidate", CacheControl { must_revalidate: true, ..CacheControl::default() });
        check("only-if-cached", CacheControl { only_if_cached: true, ..CacheControl::default() });
        check("ext=\"a, no-store", CacheControl { no_store: true, ..CacheControl::default() });
        let spans = parse("stale-while-revalidate=5, stale-if-error=7");
        assert_eq!(spans.stale_while_revalidate, Some(Span::seconds(5)));
        assert_eq!(spans.stale_if_error, Some(Span::seconds(7)));
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
            prop_assert!(parse(&value).max_age.is_none_or(|span| span >= Span::ZERO));
        }

        #[test]
        fn no_store_is_seen_wherever_it_stands(before in "[a-z=0-9, ]{0,20}", after in "[a-z=0-9, ]{0,20}") {
            let value = format!("{before}, no-store, {after}");
            prop_assert!(parse(&value).no_store);
        }
    }
}
