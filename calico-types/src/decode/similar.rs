//! Did you mean: edit distance between short words.

/// Longer words are not compared: the cost is quadratic.
const LONGEST: usize = 64;

/// The candidate nearest to `word`, unless even that is far off. A difference
/// in case alone counts as nothing.
pub(crate) fn closest<'a>(
    word: &str,
    candidates: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    if word.len() > LONGEST {
        return None;
    }
    let lower = word.to_ascii_lowercase();
    let (distance, candidate) = candidates
        .map(|candidate| (distance(&lower, &candidate.to_ascii_lowercase()), candidate))
        .min_by_key(|(distance, _)| *distance)?;
    let tolerated = match word.len() {
        0..=2 => 0,
        3..=4 => 1,
        5..=9 => 2,
        _ => 3,
    };
    (distance <= tolerated).then_some(candidate)
}

/// Whether two words are the same but for case, dashes, underscores and blanks.
pub(crate) fn same_word(one: &str, two: &str) -> bool {
    let letters = |word: &str| -> String {
        word.chars()
            .filter(|c| !matches!(c, '-' | '_' | ' '))
            .map(|c| c.to_ascii_lowercase())
            .collect()
    };
    one.len() <= LONGEST && two.len() <= LONGEST && letters(one) == letters(two)
}

/// Whether `word` can only be a slip of the fingers for `near`: the same but for
/// case and dashes, or one letter off in a long word whose digits are right, with
/// no other candidate as near.
pub(crate) fn is_certain<'a>(
    word: &str,
    near: &str,
    candidates: impl Iterator<Item = &'a str>,
) -> bool {
    if same_word(word, near) {
        return true;
    }
    let digits = |word: &str| -> String { word.chars().filter(char::is_ascii_digit).collect() };
    let lower = word.to_ascii_lowercase();
    let slips = |candidate: &str| distance(&lower, &candidate.to_ascii_lowercase());
    (5..=LONGEST).contains(&word.len())
        && slips(near) == 1
        && digits(word) == digits(near)
        && candidates.filter(|other| slips(other) <= 1).count() == 1
}

/// How many letters must be inserted, deleted, replaced or swapped with their
/// neighbour.
pub(crate) fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().take(LONGEST).collect();
    let b: Vec<char> = b.chars().take(LONGEST).collect();
    let mut before: Vec<usize> = Vec::new();
    let mut previous: Vec<usize> = (0..=b.len()).collect();
    for (i, &letter) in a.iter().enumerate() {
        let mut current = vec![i + 1];
        for (j, &other) in b.iter().enumerate() {
            let at =
                |row: &[usize], index: usize| row.get(index).copied().unwrap_or(usize::MAX / 2);
            let replaced = at(&previous, j) + usize::from(letter != other);
            let mut best = replaced
                .min(at(&previous, j + 1) + 1)
                .min(at(&current, j) + 1);
            let swapped =
                i > 0 && j > 0 && a.get(i - 1) == Some(&other) && b.get(j - 1) == Some(&letter);
            if swapped {
                best = best.min(at(&before, j - 1) + 1);
            }
            current.push(best);
        }
        before = std::mem::replace(&mut previous, current);
    }
    previous.last().copied().unwrap_or(a.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_edits() {
        for (a, b, edits) in [
            ("", "abc", 3),
            ("cidr", "cdir", 1),
            ("selector", "selecter", 1),
            ("a", "a", 0),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(a, b), edits, "{a} {b}");
        }
    }

    #[test]
    fn knows_slips_from_other_words() {
        let fields = ["importV4", "importV6", "nodeSelector", "nets", "selector"];
        let certain = |word: &str, near: &str| is_certain(word, near, fields.into_iter());
        assert!(certain("node-selector", "nodeSelector"));
        assert!(certain("NODE_SELECTOR", "nodeSelector"));
        assert!(certain("selectr", "selector"));
        assert!(certain("slector", "selector"));
        assert!(!certain("importV5", "importV4"));
        assert!(!certain("net", "nets"));
        assert!(!certain("slecter", "selector"));
    }

    #[test]
    fn is_not_fanciful() {
        let fields = ["cidr", "selector", "nodeSelector", "order"];
        assert_eq!(closest("cdir", fields.into_iter()), Some("cidr"));
        assert_eq!(
            closest("NodeSelector", fields.into_iter()),
            Some("nodeSelector")
        );
        assert_eq!(closest("port", fields.into_iter()), None);
        assert_eq!(closest(&"x".repeat(1000), fields.into_iter()), None);
    }
}
