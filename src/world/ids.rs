//! Seeded ids: `#` is a digit, `@` a capital letter, `*` either, `\` takes the next character as it is.

const DIGITS: &[u8] = b"0123456789";
const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const EITHER: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/// Longest pattern.
pub(super) const PATTERN_BYTES_MAX: usize = 200;

enum Place {
    Any(&'static [u8]),
    Exactly(char),
}

fn places(pattern: &str) -> impl Iterator<Item = Place> {
    let mut chars = pattern.chars();
    std::iter::from_fn(move || {
        Some(match chars.next()? {
            '#' => Place::Any(DIGITS),
            '@' => Place::Any(LETTERS),
            '*' => Place::Any(EITHER),
            '\\' => Place::Exactly(chars.next().unwrap_or('\\')),
            c => Place::Exactly(c),
        })
    })
}

/// Whether the pattern has a place that can vary.
pub(super) fn varies(pattern: &str) -> bool {
    places(pattern).any(|place| matches!(place, Place::Any(_)))
}

/// Whether an id is one that the pattern could have made.
pub(super) fn fits(pattern: &str, id: &str) -> bool {
    let mut chars = id.chars();
    places(pattern).all(|place| match (place, chars.next()) {
        (Place::Any(set), Some(c)) => u8::try_from(c).is_ok_and(|c| set.contains(&c)),
        (Place::Exactly(wanted), Some(c)) => c == wanted,
        (_, None) => false,
    }) && chars.next().is_none()
}

/// The `count`-th id of a world.
pub(super) fn mint(pattern: &str, table: &str, seed: u64, count: u64) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&seed.to_le_bytes()).update(&count.to_le_bytes()).update(table.as_bytes());
    let mut random = hasher.finalize_xof();
    places(pattern)
        .map(|place| match place {
            Place::Any(set) => {
                let mut byte = [0; 8];
                random.fill(&mut byte);
                char::from(set[(u64::from_le_bytes(byte) % set.len() as u64) as usize])
            }
            Place::Exactly(c) => c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minted_ids_fit_their_pattern_and_repeat() {
        for pattern in ["ORD_########_###", "@@@-***", "", "\\#1\\@", "日#"] {
            for count in 0..50 {
                let id = mint(pattern, "t", 7, count);
                assert!(fits(pattern, &id), "{id} against {pattern}");
                assert_eq!(id, mint(pattern, "t", 7, count));
            }
        }
        assert!(!fits("##", "1") && !fits("##", "123") && !fits("##", "1a") && !fits("\\#", "1"));
    }
}
