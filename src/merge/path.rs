//! Where in a value something stands: JSON pointers (RFC 6901).
//! An item of a list that is merged by key is named by its key, since its index differs from side to side.

use std::fmt;

/// A JSON pointer.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path(Vec<String>);

impl Path {
    /// The pointer in this text; `None` where it is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Path> {
        let mut segments = text.split('/');
        // Either nothing, for the whole, or what stands before the first slash.
        if segments.next() != Some("") {
            return None;
        }
        // RFC 6901, 4: in this order, or "~01" would become "/".
        Some(Path(segments.map(|segment| segment.replace("~1", "/").replace("~0", "~")).collect()))
    }

    /// The names along the way.
    pub(super) fn segments(&self) -> &[String] {
        &self.0
    }

    /// What lies below, under this name.
    #[must_use]
    pub fn child(&self, name: &str) -> Path {
        let mut segments = self.0.clone();
        segments.push(name.to_owned());
        Path(segments)
    }

    /// Whether this one, in which a segment `*` stands for any, covers the other.
    #[must_use]
    pub fn covers(&self, other: &Path) -> bool {
        self.0.len() == other.0.len() && self.0.iter().zip(&other.0).all(|(own, theirs)| own == "*" || own == theirs)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for segment in &self.0 {
            write!(f, "/{}", segment.replace('~', "~0").replace('/', "~1"))?;
        }
        Ok(())
    }
}
