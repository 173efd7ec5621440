//! The one integer parser: HTTP's `1*DIGIT`.
//! Knows no sign, no space and no radix but ten.

/// Reads a run of digits and nothing else. RFC 9111, 1.2.2: a number too great to hold is the greatest there is.
#[must_use]
pub fn digits(text: &str) -> Option<i64> {
    let mut number: i64 = 0;
    for byte in text.bytes() {
        if !byte.is_ascii_digit() {
            return None;
        }
        number = number.saturating_mul(10).saturating_add(i64::from(byte - b'0'));
    }
    (!text.is_empty()).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_read_and_nothing_else() {
        let check = |text: &str, expected: Option<i64>| assert_eq!(digits(text), expected, "{text:?}");
        check("0", Some(0));
        check("003600", Some(3600));
        check("9223372036854775807", Some(i64::MAX));
        check("99999999999999999999999", Some(i64::MAX));
        for bad in ["", "-1", "+1", " 1", "1.0", "1a", "\u{661}"] {
            check(bad, None);
        }
    }
}
