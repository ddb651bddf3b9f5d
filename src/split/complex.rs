//! `Line_Break` SA: scripts whose words are found by a dictionary only, as neither spaces nor anything else parts them.
//!
//! Source: Unicode 15.1, `LineBreak.txt`; UAX #14, table 1 (Complex Context Dependent). A test holds the table to a crate
//! that knows the whole property.

/// The characters of `Line_Break` SA: letters and marks of Thai, Lao, Myanmar, Khmer, Tai Le, New Tai Lue, Tai Tham,
/// Tai Viet and Ahom, and a few of their signs.
const COMPLEX: [(char, char); 35] = [
    ('\u{e01}', '\u{e3a}'),
    ('\u{e40}', '\u{e4e}'),
    ('\u{e81}', '\u{e82}'),
    ('\u{e84}', '\u{e84}'),
    ('\u{e86}', '\u{e8a}'),
    ('\u{e8c}', '\u{ea3}'),
    ('\u{ea5}', '\u{ea5}'),
    ('\u{ea7}', '\u{ebd}'),
    ('\u{ec0}', '\u{ec4}'),
    ('\u{ec6}', '\u{ec6}'),
    ('\u{ec8}', '\u{ece}'),
    ('\u{edc}', '\u{edf}'),
    ('\u{1000}', '\u{103f}'),
    ('\u{1050}', '\u{108f}'),
    ('\u{109a}', '\u{109f}'),
    ('\u{1780}', '\u{17d3}'),
    ('\u{17d7}', '\u{17d7}'),
    ('\u{17dc}', '\u{17dd}'),
    ('\u{1950}', '\u{196d}'),
    ('\u{1970}', '\u{1974}'),
    ('\u{1980}', '\u{19ab}'),
    ('\u{19b0}', '\u{19c9}'),
    ('\u{19da}', '\u{19da}'),
    ('\u{19de}', '\u{19df}'),
    ('\u{1a20}', '\u{1a5e}'),
    ('\u{1a60}', '\u{1a7c}'),
    ('\u{1aa0}', '\u{1aad}'),
    ('\u{a9e0}', '\u{a9ef}'),
    ('\u{a9fa}', '\u{a9fe}'),
    ('\u{aa60}', '\u{aac2}'),
    ('\u{aadb}', '\u{aadf}'),
    ('\u{11700}', '\u{1171a}'),
    ('\u{1171d}', '\u{1172b}'),
    ('\u{1173a}', '\u{1173b}'),
    ('\u{1173f}', '\u{11746}'),
];

/// Whether `c` is of `Line_Break` SA.
pub(crate) fn is_complex(c: char) -> bool {
    let after = COMPLEX.partition_point(|(first, _)| *first <= c);
    after.checked_sub(1).is_some_and(|place| c <= COMPLEX[place].1)
}

#[cfg(test)]
mod tests {
    use super::is_complex;
    use unicode_linebreak::{BreakClass, break_property};

    #[test]
    fn the_table_is_that_of_a_crate() {
        for c in (0..=0x10_ffff_u32).filter_map(char::from_u32) {
            let expected = break_property(u32::from(c)) == BreakClass::ComplexContext;
            assert_eq!(is_complex(c), expected, "U+{:04X}", u32::from(c));
        }
    }
}
