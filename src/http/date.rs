//! HTTP dates in their three forms (RFC 9110, 5.6.7).
//! Writes none, and knows no zone but GMT.

use super::list::trimmed;
use crate::time::Timestamp;

const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// What follows the day's name: `Y` `D` `h` `m` `s` stand for a digit each, `_` for one or a space, `B` for a letter of the month.
const IMF: &str = ", DD BBB YYYY hh:mm:ss GMT";
const RFC_850: &str = ", DD-BBB-YY hh:mm:ss GMT";
const ASCTIME: &str = " BBB _D hh:mm:ss YYYY";

/// Reads `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` or `Sun Nov  6 08:49:37 1994`.
///
/// RFC 9111, 4.2: a cache matches case-insensitively and takes a zone other than GMT as invalid.
/// A day name that does not fit the date is let pass, as browsers do.
#[must_use]
pub fn parse_http_date(text: &str) -> Option<Timestamp> {
    let text = trimmed(text);
    let (day_name, rest) = text.split_at_checked(text.bytes().position(|byte| byte == b',' || byte == b' ')?)?;
    let form = [IMF, RFC_850, ASCTIME].into_iter().find(|form| form.len() == rest.len())?;
    // The second form alone writes the day's name in full.
    let letters = if form == RFC_850 { usize::MAX } else { 3 };
    DAYS.iter().find(|day| day.get(..letters.min(day.len())).is_some_and(|day| day.eq_ignore_ascii_case(day_name)))?;
    moment(form, rest)
}

/// Reads the date itself, letter by letter.
fn moment(form: &str, text: &str) -> Option<Timestamp> {
    let (mut year, mut day, mut hour, mut minute, mut second) = (0, 0, 0, 0, 0);
    for (wanted, found) in form.bytes().zip(text.bytes()) {
        let field = match wanted {
            b'Y' => &mut year,
            b'D' => &mut day,
            b'h' => &mut hour,
            b'm' => &mut minute,
            b's' => &mut second,
            b'_' if found == b' ' => continue,
            b'_' => &mut day,
            b'B' => continue,
            _ if wanted.eq_ignore_ascii_case(&found) => continue,
            _ => return None,
        };
        *field = *field * 10 + i64::from(found.is_ascii_digit().then_some(found - b'0')?);
    }
    let name = text.get(form.find('B')?..)?.get(..3)?;
    let month = MONTHS.iter().zip(1..).find(|(month, _)| month.eq_ignore_ascii_case(name))?.1;
    if form == RFC_850 {
        // RFC 9110, 5.6.7 slides the century of two-digit years with the clock; there is none here. Years from 70 are
        // the last century's, which makes an `Expires` past: the safe side.
        year += if year < 70 { 2000 } else { 1900 };
    }
    // A leap second (60) is written like any other; it falls on the next minute's first.
    let valid = (1..=month_length(year, month)).contains(&day) && hour < 24 && minute < 60 && second <= 60;
    valid.then(|| {
        let seconds = days_since_epoch(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
        Timestamp(seconds * 1_000)
    })
}

fn month_length(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the Gregorian calendar. Years are counted from March, so that the leap day comes last.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month > 2 { year } else { year - 1 };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn dates_are_read_in_all_three_forms() {
        let check = |text: &str, seconds: i64| {
            assert_eq!(parse_http_date(text), Some(Timestamp(seconds * 1000)), "{text:?}");
        };
        check("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777);
        check("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777);
        check("Sun Nov  6 08:49:37 1994", 784_111_777);
        check("Wed Nov 16 08:49:37 1994", 784_975_777);
        check("sun, 06 nov 1994 08:49:37 gmt", 784_111_777);
        check(" Thu, 01 Jan 1970 00:00:00 GMT ", 0);
        check("Thu, 29 Feb 2024 23:59:59 GMT", 1_709_251_199);
        check("Sat, 31 Dec 2016 23:59:60 GMT", 1_483_228_800);
        check("Mon, 01 Jan 0001 00:00:00 GMT", -62_135_596_800);
        check("Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799);
        check("Tuesday, 01-Jan-69 00:00:00 GMT", 3_124_224_000);
        check("Thursday, 01-Jan-70 00:00:00 GMT", 0);
    }

    #[test]
    fn anything_else_is_no_date() {
        let bad = [
            "",
            "0",
            "-1",
            "now",
            "1994-11-06T08:49:37Z",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 Nov 1994 08:49:37 EST",
            "Sun, 06 Nov 1994 08:49:37 +0000",
            "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 94 08:49:37 GMT",
            "Sun, 31 Nov 1994 08:49:37 GMT",
            "Sun, 00 Nov 1994 08:49:37 GMT",
            "Sun, 29 Feb 1900 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:00:00 GMT",
            "Sun, 06 Nov 1994 08:60:00 GMT",
            "Sun, 06 Nov 1994 08:49:61 GMT",
            "Sun, 06 Nov 1994 8:49:37 GMT",
            "Sun, 06 Nov 1994 08:49 GMT",
            "Xyz, 06 Nov 1994 08:49:37 GMT",
            "Sun, 06 Foo 1994 08:49:37 GMT",
            "Sunday, 06-Nov-1994 08:49:37 GMT",
            "Sun Nov 006 08:49:37 1994",
            "Sun Nov  6 08:49:37 94",
            "Sunday Nov  6 08:49:37 1994",
            "Su, 06 Nov 1994 08:49:37 GMT",
            ", 06 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08.49.37 GMT",
            "Sun, 06 N\u{f6}v 199408:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:3\u{663}GMT",
            "Sun, 06 Nov 1994 08:49:37 GMT, x",
        ];
        for text in bad {
            assert_eq!(parse_http_date(text), None, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in ".{0,40}") {
            let _ = parse_http_date(&text);
        }

        #[test]
        fn days_follow_each_other(year in 1_i64..9999, month in 1_i64..=12, day in 1_i64..=31) {
            prop_assume!(day <= month_length(year, month));
            let (next_year, next_month, next_day) = match (month, day) {
                (12, 31) => (year + 1, 1, 1),
                _ if day == month_length(year, month) => (year, month + 1, 1),
                _ => (year, month, day + 1),
            };
            prop_assert_eq!(days_since_epoch(next_year, next_month, next_day), days_since_epoch(year, month, day) + 1);
        }
    }
}
