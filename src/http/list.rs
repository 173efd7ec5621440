//! Splits the comma-separated lists that many header fields are (RFC 9110, 5.6.1).
//! Does not read the members.

/// The members of a list in order, trimmed, empty ones left out; commas inside quoted strings do not split.
#[derive(Clone, Debug, Default)]
pub struct Members<'a> {
    /// What has not been split yet.
    rest: &'a str,
}

impl<'a> Members<'a> {
    /// The members of one field value.
    #[must_use]
    pub fn of(value: &'a str) -> Members<'a> {
        Members { rest: value }
    }
}

impl<'a> Iterator for Members<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        while !self.rest.is_empty() {
            let (member, rest) = self.rest.split_at_checked(comma(self.rest)).unwrap_or((self.rest, ""));
            self.rest = rest.get(1..).unwrap_or_default();
            let member = trimmed(member);
            if !member.is_empty() {
                return Some(member);
            }
        }
        None
    }
}

/// Where the first member ends: at a comma or at the end.
fn comma(list: &str) -> usize {
    let (mut first, mut quoted, mut escaped) = (list.len(), false, false);
    for (at, byte) in list.bytes().enumerate() {
        if byte == b',' {
            first = first.min(at);
            if !quoted {
                return at;
            }
        }
        // RFC 9110, 5.6.4: a backslash takes the next byte's meaning, between quotes only.
        (quoted, escaped) = if escaped { (quoted, false) } else { (quoted != (byte == b'"'), quoted && byte == b'\\') };
    }
    // A quote that never closes would swallow the members after it, so then it means nothing.
    if quoted { first } else { list.len() }
}

/// Without the spaces and tabs around it: all the whitespace that fields know (RFC 9110, 5.6.3).
#[must_use]
pub fn trimmed(text: &str) -> &str {
    let mut text = text;
    while let Some(rest) = text.strip_prefix(blank) {
        text = rest;
    }
    while let Some(rest) = text.strip_suffix(blank) {
        text = rest;
    }
    text
}

fn blank(c: char) -> bool {
    c == ' ' || c == '\t'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_split_at_commas_outside_quotes() {
        let check = |value: &str, expected: &[&str]| {
            assert_eq!(Members::of(value).collect::<Vec<_>>(), expected, "{value:?}");
        };
        check("", &[]);
        check(",", &[]);
        check(" a ,, b,\tc ", &["a", "b", "c"]);
        check("a,é,b", &["a", "é", "b"]);
        check(r#"a="x, y", b"#, &[r#"a="x, y""#, "b"]);
        check(r#"a="x\", y", b"#, &[r#"a="x\", y""#, "b"]);
        check(r#"a\", b"#, &[r#"a\""#, "b"]);
        check(r#"a="x, no-store"#, &[r#"a="x"#, "no-store"]);
        check(r#"a="x, y", b="z, no-store"#, &[r#"a="x, y""#, r#"b="z"#, "no-store"]);
    }
}
