//! Ways of writing and cutting text that the standard library has too, at several times the size: its searchers, joins and number formats
//! come with all that they could do besides.
//! Knows no format but JSON's strings.

/// Appends a text as JSON writes it (RFC 8259, 7).
pub fn quote(out: &mut String, text: &str) {
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => {
                out.push('\\');
                out.push(letter);
            }
            '\n' => out.push_str("\\n"),
            '\0'..' ' => {
                out.push_str("\\u");
                hex(out, u64::from(letter), 4);
            }
            _ => out.push(letter),
        }
    }
    out.push('"');
}

/// A text as JSON writes it.
#[must_use]
pub fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    quote(&mut out, text);
    out
}

/// Appends the last so many hexadecimal digits of a number, in lower case.
pub fn hex(out: &mut String, number: u64, digits: u32) {
    for place in (0..digits).rev() {
        let digit = (number >> (4 * place)) as u32 & 0xf;
        out.push(char::from_digit(digit, 16).unwrap_or('0'));
    }
}

/// Texts one behind the other.
#[must_use]
pub fn joined(texts: &[&str]) -> String {
    let mut out = String::new();
    for text in texts {
        out.push_str(text);
    }
    out
}

/// What stands before and behind the last of these signs.
#[must_use]
pub fn split_last(text: &str, sign: u8) -> Option<(&str, &str)> {
    let at = text.bytes().rposition(|byte| byte == sign)?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// Without the signs of this kind at its end.
#[must_use]
pub fn without_last(mut text: &str, sign: char) -> &str {
    while let Some(rest) = text.strip_suffix(sign) {
        text = rest;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_last_sign_splits() {
        assert_eq!(split_last("a/b/c", b'/'), Some(("a/b", "c")));
        assert_eq!(split_last("ä/", b'/'), Some(("ä", "")));
        assert_eq!(split_last("ä", b'/'), None);
        assert_eq!(without_last("1.500", '0'), "1.5");
        assert_eq!(without_last("000", '0'), "");
    }

    proptest! {
        #[test]
        fn a_quoted_text_is_json(text: String) {
            prop_assert_eq!(serde_json::from_str::<String>(&quoted(&text)).unwrap(), text);
        }

        #[test]
        fn digits_are_the_standard_librarys(number: u64) {
            let mut out = String::new();
            hex(&mut out, number, 16);
            prop_assert_eq!(out, format!("{number:016x}"));
        }
    }
}
