//! Splits the comma-separated lists that many header fields are (RFC 9110, 5.6.1).
//! Does not read the members.

/// The members of a list, trimmed, empty ones left out; commas inside quoted strings do not split.
pub(super) fn members(value: &str) -> impl Iterator<Item = &str> {
    let mut scan = Scan::default();
    value.chars().for_each(|c| scan.take(c));
    // A quote that never closes would swallow the directives after it, so then quotes mean nothing.
    let quotes_close = !scan.quoted;
    let mut scan = Scan::default();
    let split = value.split(move |c| {
        scan.take(c);
        c == ',' && !(quotes_close && scan.quoted)
    });
    split.map(|member| member.trim_matches([' ', '\t'])).filter(|member| !member.is_empty())
}

/// Where in a quoted string (RFC 9110, 5.6.4) a reader stands.
#[derive(Default)]
struct Scan {
    /// Between the quotes.
    quoted: bool,
    /// Right after a backslash between the quotes.
    escaped: bool,
}

impl Scan {
    fn take(&mut self, c: char) {
        if self.escaped {
            self.escaped = false;
        } else if c == '"' {
            self.quoted = !self.quoted;
        } else {
            self.escaped = c == '\\' && self.quoted;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_split_at_commas_outside_quotes() {
        let check = |value: &str, expected: &[&str]| {
            assert_eq!(members(value).collect::<Vec<_>>(), expected, "{value:?}");
        };
        check("", &[]);
        check(" a ,, b,\tc ", &["a", "b", "c"]);
        check(r#"a="x, y", b"#, &[r#"a="x, y""#, "b"]);
        check(r#"a="x\", y", b"#, &[r#"a="x\", y""#, "b"]);
        check(r#"a="x, no-store"#, &[r#"a="x"#, "no-store"]);
    }
}
