//! HTTP dates in their three forms (RFC 9110, 5.6.7).
//! Writes none, and knows no zone but GMT.

use crate::time::Timestamp;

const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// Reads `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` or `Sun Nov  6 08:49:37 1994`.
///
/// RFC 9111, 4.2: a cache matches case-insensitively and takes a zone other than GMT as invalid.
/// A day name that does not fit the date is let pass, as browsers do.
#[must_use]
pub fn parse_http_date(text: &str) -> Option<Timestamp> {
    let text = text.trim_matches([' ', '\t']).to_ascii_lowercase();
    let Some((day_name, rest)) = text.split_once(", ") else {
        return asctime(&text);
    };
    let (date, time) = rest.strip_suffix(" gmt")?.rsplit_once(' ')?;
    if let [day, month, year] = date.split('-').collect::<Vec<_>>().as_slice() {
        DAYS.contains(&day_name).then_some(())?;
        return moment(century(digits(year, 2)?), month, digits(day, 2)?, time);
    }
    short_day(day_name)?;
    match date.split(' ').collect::<Vec<_>>().as_slice() {
        [day, month, year] => moment(digits(year, 4)?, month, digits(day, 2)?, time),
        _ => None,
    }
}

/// ANSI C's form: the day of the month is padded with a space.
fn asctime(text: &str) -> Option<Timestamp> {
    match text.split_ascii_whitespace().collect::<Vec<_>>().as_slice() {
        [day_name, month, day, time, year] => {
            short_day(day_name)?;
            moment(digits(year, 4)?, month, digits(day, day.len().clamp(1, 2))?, time)
        }
        _ => None,
    }
}

fn short_day(name: &str) -> Option<()> {
    DAYS.iter().any(|day| day.get(..3) == Some(name)).then_some(())
}

/// RFC 9110, 5.6.7 slides the century of two-digit years with the clock; there is none here. Years from 70 are
/// the last century's, which makes an `Expires` past: the safe side.
fn century(year: i64) -> i64 {
    if year < 70 { 2000 + year } else { 1900 + year }
}

fn digits(text: &str, count: usize) -> Option<i64> {
    let fits = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

fn moment(year: i64, month: &str, day: i64, time: &str) -> Option<Timestamp> {
    let month = MONTHS.iter().zip(1..).find(|(name, _)| **name == month).map(|(_, number)| number)?;
    let [hour, minute, second] =
        time.split(':').map(|part| digits(part, 2)).collect::<Option<Vec<_>>>()?.try_into().ok()?;
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
