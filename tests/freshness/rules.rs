//! Every rule of RFC 9111, sections 3 to 5, that binds a private cache, and the tests that hold us to it.
//! Rules for shared caches only, and permissions that nobody needs, are left out.

use std::path::Path;

const STORABLE: &str = "src/freshness/storable.rs";
const FIELDS: &str = "src/freshness/fields.rs";
const VALIDATION: &str = "src/freshness/validation.rs";
const STORED: &str = "src/freshness/stored.rs";
const REUSE: &str = "src/freshness/reuse.rs";
const RULING: &str = "src/freshness/ruling.rs";
const AGE: &str = "src/freshness/age.rs";
const CONTROL: &str = "src/http/cache_control.rs";
const DATES: &str = "src/http/date.rs";
const DIGITS: &str = "src/http/digits.rs";
const REACH: &str = "src/queue/reach.rs";
const VERDICTS: &str = "src/queue/tests/verdicts.rs";
const EXCHANGES: &str = "tests/rfc9111.rs";
const GENERATED: &str = "every_difference_from_http_cache_semantics_has_a_name_and_a_reason";

/// Section, rule, file and name of its test.
type Rule = (&'static str, &'static str, &'static str, &'static str);

#[rustfmt::skip]
const RULES: &[Rule] = &[
    ("1.2.2", "a number of seconds too great to hold is 2^31 or more", CONTROL, "max_age_falls_to_the_safe_side"),
    ("1.2.2", "a number of seconds is digits and nothing else", DIGITS, "digits_are_read_and_nothing_else"),
    ("3", "not stored unless the method is understood", STORABLE, "answers_are_kept_or_refused_with_the_reason"),
    ("3", "not stored unless the status is final", STORABLE, "http_decides_by_status_and_directives"),
    ("3", "206 and 304 not stored where the cache does not understand them", STORABLE, "http_decides_by_status_and_directives"),
    ("3", "must-understand: stored only where the status is understood", STORABLE, "http_decides_by_status_and_directives"),
    ("3", "not stored with no-store in the response", STORABLE, "http_decides_by_status_and_directives"),
    ("3", "not stored with no-store in the request", STORABLE, "answers_are_kept_or_refused_with_the_reason"),
    ("3", "not stored without public, private, Expires, max-age or a status cacheable by default", STORABLE, "http_decides_by_status_and_directives"),
    ("3", "s-maxage allows nothing in a private cache", STORABLE, "http_decides_by_status_and_directives"),
    ("3.1", "Connection and the fields it names are not stored", FIELDS, "what_belongs_to_a_connection_or_is_withheld_is_not_stored"),
    ("3.1", "fields of a proxy are not stored", FIELDS, "what_belongs_to_a_connection_or_is_withheld_is_not_stored"),
    ("3.1", "fields that no-cache names are not stored", FIELDS, "what_belongs_to_a_connection_or_is_withheld_is_not_stored"),
    ("3.1", "unrecognised fields are stored", VALIDATION, "a_304_replaces_fields_but_not_what_describes_the_stored_bytes"),
    ("3.2", "an update replaces each field that the new answer has", VALIDATION, "a_304_replaces_fields_but_not_what_describes_the_stored_bytes"),
    ("3.2", "an update leaves Content-Length, and what describes the bytes as they were stored", VALIDATION, "a_304_replaces_fields_but_not_what_describes_the_stored_bytes"),
    ("3.2", "an update brings no field that may not be stored", VALIDATION, "a_304_replaces_fields_but_not_what_describes_the_stored_bytes"),
    ("3.3", "an incomplete answer is not stored as a whole one", STORABLE, "http_decides_by_status_and_directives"),
    ("3.3", "a part is not stored as a whole one; a whole that answers a range request is one", STORABLE, "answers_are_kept_or_refused_with_the_reason"),
    ("3.5", "a private cache stores answers to requests with Authorization", STORABLE, "answers_are_kept_or_refused_with_the_reason"),
    ("3.3", "a part goes out as 206, and what is not there as 416", "src/http/range.rs", "a_part_goes_out_under_206"),
    ("3.4", "what a 206 from the network holds is known, so that it is never taken for the whole", "src/http/range.rs", "a_206_from_the_network_says_what_it_holds"),
    ("4", "not reused for another URI", "src/cache/key.rs", "keys_leave_out_what_does_not_count"),
    ("4", "not reused unless the selecting fields match", STORED, "an_answer_serves_only_requests_that_agree_in_what_vary_names"),
    ("4", "not reused with no-cache in the response, unless validated", RULING, "response_directives_rule"),
    ("4", "not reused unless fresh, allowed to be served stale, or validated", RULING, "response_directives_rule"),
    ("4", "a reused answer carries an Age that replaces any it had", AGE, "the_reader_is_told_whole_seconds_in_place_of_what_was_there"),
    ("4", "without a clock to rely on nothing is reused without validation", REUSE, "a_clock_set_back_makes_everything_stale"),
    ("4.1", "Vary: * matches nothing", STORED, "an_answer_serves_only_requests_that_agree_in_what_vary_names"),
    ("4.1", "every field that Vary names has to match", STORED, "an_answer_serves_only_requests_that_agree_in_what_vary_names"),
    ("4.1", "a field that is absent matches only where it is absent", STORED, "an_answer_serves_only_requests_that_agree_in_what_vary_names"),
    ("4.1", "fields match after whitespace, lines and what the field's definition allows are evened out", STORED, "an_answer_serves_only_requests_that_agree_in_what_vary_names"),
    ("3.3", "a stored part serves for what it holds, and for nothing else", "src/http/range.rs", "a_stored_part_gives_what_it_holds"),
    ("3.3", "a part is stored as a part, never in the place of the whole", "src/engine/tests/parts.rs", "where_http_rules_a_small_part_is_kept_as_it_is"),
    ("4.1", "an answer in the one language that a request likes best is selected", STORED, "an_answer_in_the_favourite_language_serves"),
    ("4.1", "answers that Vary keeps apart are stored beside each other, and found again", "src/engine/tests/by_http.rs", "answers_that_vary_are_kept_beside_each_other"),
    ("4.2", "fresh while the lifetime is greater than the age", REUSE, "headers_give_the_lifetime"),
    ("4.2", "dates in any case, and in no zone but GMT", DATES, "anything_else_is_no_date"),
    ("4.2", "dates in all three forms", DATES, "dates_are_read_in_all_three_forms"),
    ("4.2.1", "max-age comes before Expires, Expires counts from Date", REUSE, "headers_give_the_lifetime"),
    ("4.2.1", "s-maxage is passed over by a private cache", REUSE, "headers_give_the_lifetime"),
    ("4.2.1", "of several values the strictest, and an invalid one is stale", CONTROL, "max_age_falls_to_the_safe_side"),
    ("4.2.2", "a heuristic only where no explicit time is given, for statuses that allow it", "src/freshness/lifetime.rs", "a_guess_is_made_only_for_statuses_that_allow_it"),
    ("4.2.2", "a tenth of the time since Last-Modified", REUSE, "a_route_that_respects_http_has_no_times_of_its_own"),
    ("4.2.3", "the age from Date, Age, the answer's delay and the time here", AGE, "age_counts_the_way_here_and_the_time_here"),
    ("4.2.3", "no clock makes the age overflow or fall", AGE, "age_never_falls_as_time_goes_on"),
    ("4.2.4", "no stale answer where no-cache or must-revalidate forbids it", RULING, "a_bound_response_is_never_used_stale"),
    ("4.2.4", "no stale answer unless cut off from the server, or allowed by request or response", RULING, "response_directives_rule"),
    ("4.3.1", "a validation request carries the entity tag and the date", VALIDATION, "conditions_name_what_the_server_gave"),
    ("4.3.2", "a request with conditions of its own goes to the server", "src/freshness/ask.rs", "the_request_says_how_far_stored_answers_go"),
    ("4.3.3", "a 5xx during validation is handed on, or taken as no answer where stale is allowed", RULING, "response_directives_rule"),
    ("4.3.4", "a 304 with another strong validator updates nothing", VALIDATION, "a_304_with_another_validator_confirms_nothing"),
    ("4.3.4", "a 304 with a weak validator updates what matches it", VALIDATION, "a_304_with_another_validator_confirms_nothing"),
    ("4.3.4", "a 304 without any is about what was asked", VALIDATION, "a_304_with_another_validator_confirms_nothing"),
    ("4.3.5", "a HEAD's answer updates what agrees in validators and length, else makes it stale", VALIDATION, "a_head_answer_freshens_what_it_speaks_of"),
    ("4.4", "an unsafe request that succeeds makes its target invalid", VERDICTS, "a_draft_reaches_its_collection_and_tags"),
    ("4.4", "Location and Content-Location too, on the same origin only", REACH, "an_unsafe_request_that_succeeds_makes_locations_invalid_too"),
    ("4.4", "what is invalid is validated before it is used", RULING, "what_a_write_has_touched_is_asked_about"),
    ("5.1", "Age: the first member, an invalid one ignored", AGE, "age_counts_the_way_here_and_the_time_here"),
    ("5.2", "directives in any case, with token or quoted arguments", CONTROL, "flags_are_read_in_any_case_and_with_any_argument"),
    ("5.2", "commas inside quoted arguments end no directive", "src/http/list.rs", "lists_split_at_commas_outside_quotes"),
    ("5.2.1.1", "request max-age: no older than that, and nothing stale without max-stale", RULING, "request_directives_narrow_and_widen"),
    ("5.2.1.2", "request max-stale: stale by no more than that, or by any time", RULING, "request_directives_narrow_and_widen"),
    ("5.2.1.3", "request min-fresh: fresh for that long yet", RULING, "request_directives_narrow_and_widen"),
    ("5.2.1.4", "request no-cache: validated first", RULING, "request_directives_narrow_and_widen"),
    ("5.2.1.5", "request no-store: nothing of the exchange is stored", STORABLE, "answers_are_kept_or_refused_with_the_reason"),
    ("5.2.1.6", "request no-transform: nothing is transformed here, so nothing changes", RULING, "request_directives_narrow_and_widen"),
    ("5.2.1.7", "request only-if-cached: a stored answer or 504", RULING, "request_directives_narrow_and_widen"),
    ("5.2.2.1", "max-age: stale once older than that", REUSE, "headers_give_the_lifetime"),
    ("5.2.2.2", "must-revalidate: never stale without validation, whatever request or network say", RULING, "a_bound_response_is_never_used_stale"),
    ("5.2.2.3", "must-understand: no-store is ignored where the status is understood", STORABLE, "http_decides_by_status_and_directives"),
    ("5.2.2.4", "no-cache: never without validation", RULING, "response_directives_rule"),
    ("5.2.2.4", "no-cache with names: used without those fields", CONTROL, "no_cache_with_field_names_withholds_those_fields_only"),
    ("5.2.2.5", "no-store: nothing of the exchange is stored", STORABLE, "answers_are_kept_or_refused_with_the_reason"),
    ("5.2.2.6", "no-transform: nothing is transformed here, so nothing changes", CONTROL, "flags_are_read_in_any_case_and_with_any_argument"),
    ("5.2.2.7", "private: stored here, whatever its status", STORABLE, "http_decides_by_status_and_directives"),
    ("5.2.2.8", "proxy-revalidate: for shared caches, passed over", RULING, "response_directives_rule"),
    ("5.2.2.9", "public: stored, whatever its status", STORABLE, "http_decides_by_status_and_directives"),
    ("5.2.2.10", "s-maxage: for shared caches, passed over", RULING, "response_directives_rule"),
    ("5.2.3", "unknown directives are ignored", CONTROL, "flags_are_read_in_any_case_and_with_any_argument"),
    ("5.3", "Expires: an invalid date, and 0 above all, is past", REUSE, "headers_give_the_lifetime"),
    ("5.3", "Expires is ignored beside max-age", REUSE, "headers_give_the_lifetime"),
    ("5.4", "Pragma: no-cache counts in a request without Cache-Control", CONTROL, "pragma_counts_only_where_cache_control_is_missing"),
    ("RFC 5861, 3", "stale-while-revalidate: used stale within its window, asked about behind", RULING, "response_directives_rule"),
    ("RFC 5861, 4", "stale-if-error: stands in for an error within its window, from response or request", RULING, "request_directives_narrow_and_widen"),
    ("RFC 8246, 2", "immutable: not asked about while fresh, even on a reload", RULING, "cache_modes_come_before_directives"),
    ("3 to 5", "the rules together, beside another implementation", EXCHANGES, GENERATED),
];

/// Fails where a rule names a test that is not there.
pub fn check() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (section, rule, file, test) in RULES {
        let text = std::fs::read_to_string(root.join(file)).unwrap_or_default();
        let (_, after) =
            text.split_once(&format!("fn {test}(")).unwrap_or_else(|| panic!("{section}, {rule}: no {test} in {file}"));
        assert!(!after.is_empty() && text.contains("#[test]"), "{section}, {rule}: {file} has no tests");
    }
    println!("{} rules of RFC 9111, sections 3 to 5 (with RFC 5861 and 8246)", RULES.len());
    for (section, rule, _, test) in RULES {
        println!("{section:>12}  {rule}: {test}");
    }
}
