//! Wildcard matching on one piece of text.
//! Works in one pass whatever the wildcards: no recursion, no backtracking, so no input makes it slow.

/// Text with wildcards, compiled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Glob {
    steps: Vec<Step>,
}

/// One thing to match next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// Exactly this byte.
    Byte(u8),
    /// Any run of bytes, also none.
    Run,
    /// One byte that is no slash.
    InSegment,
    /// Any run of bytes without a slash, also none.
    SegmentRun,
}

impl Glob {
    /// Reads text in which `*` stands for any run of characters and everything else for itself.
    #[must_use]
    pub fn stars(text: &str) -> Glob {
        let mut glob = Glob::default();
        for byte in text.bytes() {
            if byte == b'*' { glob.push_run() } else { glob.push_byte(byte) }
        }
        glob
    }

    /// Whether the whole text matches.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        // All the places in `steps` that the text so far can have led to, at once (Thompson's construction).
        let mut live = self.settle(std::iter::repeat_n(false, self.steps.len()), true);
        for byte in text.bytes() {
            let moved = live.iter().zip(&self.steps).map(|(live, step)| *live && step.moves_on(byte));
            let stays = live.iter().zip(&self.steps).map(|(live, step)| *live && step.stays(byte));
            // Place n+1 is reached by moving on from n or by staying; place 0 only by staying.
            let moved: Vec<bool> = std::iter::once(false).chain(moved).collect();
            let stays = stays.chain(std::iter::once(false));
            let next: Vec<bool> = moved.into_iter().zip(stays).map(|(moved, stays)| moved || stays).collect();
            let first = next.first().copied().unwrap_or(false);
            live = self.settle(next.into_iter().skip(1), first);
        }
        live.last().copied().unwrap_or(false)
    }

    pub(super) fn push_byte(&mut self, byte: u8) {
        self.steps.push(Step::Byte(byte));
    }

    pub(super) fn push_run(&mut self) {
        self.steps.push(Step::Run);
    }

    /// One path segment: at least one character, no slash.
    pub(super) fn push_segment(&mut self) {
        self.steps.extend([Step::InSegment, Step::SegmentRun]);
    }

    /// Adds the places reached without reading anything, since a run may be empty.
    fn settle(&self, rest: impl Iterator<Item = bool>, first: bool) -> Vec<bool> {
        let mut live = Vec::with_capacity(self.steps.len() + 1);
        let mut before = first;
        live.push(before);
        for (step, here) in self.steps.iter().zip(rest) {
            before = here || (before && matches!(step, Step::Run | Step::SegmentRun));
            live.push(before);
        }
        live
    }
}

impl Step {
    fn moves_on(self, byte: u8) -> bool {
        match self {
            Step::Byte(wanted) => wanted == byte,
            Step::InSegment => byte != b'/',
            Step::Run | Step::SegmentRun => false,
        }
    }

    fn stays(self, byte: u8) -> bool {
        match self {
            Step::Run => true,
            Step::SegmentRun => byte != b'/',
            Step::Byte(_) | Step::InSegment => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn stars_match_any_run() {
        let check = |glob: &str, text: &str, expected: bool| {
            assert_eq!(Glob::stars(glob).matches(text), expected, "{glob:?} on {text:?}");
        };
        check("workbox-*", "workbox-precache-v2", true);
        check("workbox-*", "workbox-", true);
        check("workbox-*", "my-workbox-", false);
        check("*", "", true);
        check("", "", true);
        check("", "a", false);
        check("a*b*c", "a-b-b-c", true);
        check("a*b*c", "a-c-b", false);
        check("**a", "ba", true);
    }

    #[test]
    fn a_hundred_stars_are_not_slow() {
        let glob = Glob::stars(&"*a".repeat(100));
        assert!(!glob.matches(&format!("{}b", "a".repeat(5000))));
    }

    /// The obvious matcher, exponential and easy to believe.
    fn oracle(glob: &[u8], text: &[u8]) -> bool {
        match (glob.split_first(), text.split_first()) {
            (None, _) => text.is_empty(),
            (Some((b'*', glob_rest)), None) => oracle(glob_rest, text),
            (Some((b'*', glob_rest)), Some((_, text_rest))) => oracle(glob_rest, text) || oracle(glob, text_rest),
            (Some((a, glob_rest)), Some((b, text_rest))) => a == b && oracle(glob_rest, text_rest),
            (Some(_), None) => false,
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_obvious_matcher(glob in "[ab*]{0,8}", text in "[ab]{0,10}") {
            prop_assert_eq!(Glob::stars(&glob).matches(&text), oracle(glob.as_bytes(), text.as_bytes()));
        }
    }
}
