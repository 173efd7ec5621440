//! "Did you mean …?": the known word that an unknown one resembles.
//! Decides nothing: a suggestion is only shown.

/// The known word nearest to an unknown one: the same but for case, hyphens and underscores (`CacheFirst`), else at most two letters away.
pub(super) fn nearest(unknown: &str, known: &[&'static str]) -> Option<&'static str> {
    let folded = fold(unknown);
    // Nobody mistypes a word of hundreds of letters, and the distance costs its square.
    if folded.len() > 40 {
        return None;
    }
    let mut best: Option<(usize, &'static str)> = None;
    for word in known {
        let distance = distance(&folded, &fold(word));
        // A word of two letters is two letters away from everything short.
        let near = distance <= 2 && distance < word.len().min(folded.len());
        if near && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, word));
        }
    }
    best.map(|(_, word)| word)
}

fn fold(word: &str) -> String {
    word.chars().filter(|c| !matches!(c, '-' | '_' | ' ')).flat_map(char::to_lowercase).collect()
}

/// Levenshtein's distance: the least number of letters to put in, take out or change.
fn distance(from: &str, to: &str) -> usize {
    let mut row: Vec<usize> = (0..=to.chars().count()).collect();
    for (index, a) in from.chars().enumerate() {
        let mut next = vec![index + 1];
        for ((b, above), corner) in to.chars().zip(row.iter().skip(1)).zip(&row) {
            let left = next.last().copied().unwrap_or(0);
            next.push((corner + usize::from(a != b)).min(left + 1).min(above + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_words_are_suggested() {
        const KNOWN: [&str; 6] = ["match", "method", "strategy", "staleTime", "cache-first", "url"];
        let check =
            |unknown: &str, expected: Option<&str>| assert_eq!(nearest(unknown, &KNOWN), expected, "{unknown:?}");
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
