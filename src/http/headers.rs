//! Header fields in order, names in lower case.
//! Does not interpret values.

use super::list::Members;

/// A list of header fields. A list, not a map: a dozen fields are searched faster than hashed, and order is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(Vec<(String, String)>);

impl Headers {
    /// The combined value of a field: several lines of one name read as one list (RFC 9110, 5.3).
    #[must_use]
    pub fn get(&self, name: &str) -> Option<String> {
        let mut combined: Option<String> = None;
        for (key, value) in self.iter() {
            if key.eq_ignore_ascii_case(name) {
                match &mut combined {
                    Some(earlier) => {
                        earlier.push_str(", ");
                        earlier.push_str(value);
                    }
                    None => combined = Some(value.to_owned()),
                }
            }
        }
        combined
    }

    /// The members of a list field, of all its lines.
    #[must_use]
    pub fn members(&self, name: &str) -> Vec<&str> {
        let mut all = Vec::new();
        for (key, value) in self.iter() {
            if key.eq_ignore_ascii_case(name) {
                for member in Members::of(value) {
                    all.push(member);
                }
            }
        }
        all
    }

    /// The first line of a field, for fields that have only one value.
    #[must_use]
    pub fn first(&self, name: &str) -> Option<&str> {
        self.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Whether the field is there at all.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.first(name).is_some()
    }

    /// Adds a line, keeping earlier ones of the name.
    pub fn append(&mut self, name: &str, value: &str) {
        self.0.push((name.to_ascii_lowercase(), value.to_owned()));
    }

    /// Replaces every line of the name by one.
    pub fn set(&mut self, name: &str, value: &str) {
        self.remove(name);
        self.append(name, value);
    }

    /// Drops every line of the name.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
    }

    /// Every line in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The whole list as one text, `name: value` a line, which is how it is stored: one string to copy instead of dozens.
    #[must_use]
    pub fn to_block(&self) -> String {
        let mut block = String::with_capacity(self.0.len() * 40);
        for (name, value) in self.iter() {
            block.push_str(name);
            block.push_str(": ");
            block.push_str(value);
            block.push('\n');
        }
        block
    }

    /// Reads what `to_block` wrote; lines of another form are passed over.
    #[must_use]
    pub fn from_block(block: &str) -> Headers {
        let mut headers = Headers::default();
        for line in block.split('\n') {
            // No name has a colon in it.
            if let Some((name, value)) = line.split_once(':') {
                let value = value.strip_prefix(' ').unwrap_or(value);
                headers.0.push((name.to_owned(), value.to_owned()));
            }
        }
        headers
    }
}

impl<N: AsRef<str>, V: AsRef<str>> FromIterator<(N, V)> for Headers {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(pairs: I) -> Headers {
        let mut headers = Headers::default();
        for (name, value) in pairs {
            headers.append(name.as_ref(), value.as_ref());
        }
        headers
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_of_one_name_read_as_one_list() {
        let headers: Headers = [("Vary", "Accept"), ("x-a", "1"), ("vary", "Origin")].into_iter().collect();
        assert_eq!(headers.get("VARY").as_deref(), Some("Accept, Origin"));
        assert_eq!(headers.get("missing"), None);
        assert_eq!(headers.members("vary"), ["Accept", "Origin"]);
        assert_eq!(headers.members("missing"), Vec::<&str>::new());
    }

    proptest! {
        #[test]
        fn a_stored_block_reads_back_the_same(pairs in proptest::collection::vec(("[a-z][a-z-]{0,12}", "[!-~]([ -~]{0,30}[!-~])?"), 0..12)) {
            let headers: Headers = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            prop_assert_eq!(Headers::from_block(&headers.to_block()), headers);
        }
    }
}
