//! "Did you mean …?": the known word that an unknown one resembles.
//! Decides nothing: a suggestion is only shown.

/// The known word nearest to an unknown one: the same but for case, hyphens and underscores (`CacheFirst`), else at most two letters away.
pub(super) fn nearest(unknown: &str, known: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let folded = fold(unknown);
    // Nobody mistypes a word of hundreds of letters, and the distance costs its square.
    if folded.len() > 40 {
        return None;
    }
    let mut best = None;
    // More than two letters away is another word.
    let mut least = 3;
    for word in known {
        let distance = distance(&folded, &fold(word));
        // A word of two letters is two letters away from everything short.
        if distance < least && distance < word.len().min(folded.len()) {
            (best, least) = (Some(word), distance);
        }
    }
    best
}

/// The letters that count, in lower case. Known words are ASCII, so other letters need no folding to be wrong.
fn fold(word: &str) -> Vec<u8> {
    let mut folded = word.to_ascii_lowercase().into_bytes();
    folded.retain(|byte| !b"-_ ".contains(byte));
    folded
}

/// Levenshtein's distance: the least number of letters to put in, take out or change.
fn distance(from: &[u8], to: &[u8]) -> usize {
    // How far the letters of `from` so far are from each beginning of `to`, the empty one left out.
    let mut row: Vec<usize> = (1..=to.len()).collect();
    let mut left = to.len();
    for (index, a) in from.iter().enumerate() {
        let mut corner = index;
        left = index + 1;
        for (cell, b) in row.iter_mut().zip(to) {
            left = (corner + usize::from(a != b)).min(left + 1).min(*cell + 1);
            corner = std::mem::replace(cell, left);
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_suggested() {
        const KNOWN: [&str; 6] = ["match", "method", "strategy", "staleTime", "cache-first", "url"];
        let check = |unknown: &str, expected: Option<&str>| {
            assert_eq!(nearest(unknown, KNOWN.into_iter()), expected, "{unknown:?}")
        };
        check("stratgy", Some("strategy"));
        check("Strategies", None);
        check("strategie", Some("strategy"));
        check("methods", Some("method"));
        check("stale_time", Some("staleTime"));
        check("CacheFirst", Some("cache-first"));
        check("uri", Some("url"));
        check("u", None);
        check("", None);
        check("handler", None);
        check(&"match".repeat(100), None);
    }
}
