//! How a number is written, and what it is: its digits, decimal mark, sign and unit sign (contract N2).

/// What the marks inside a number are, and what remains of them.
///
/// Marks that part groups of three digits go; the decimal mark, a comma or a point, becomes a point. One comma before
/// three digits parts thousands (`3,000`), before any other number of digits it is a decimal mark (`1,5`). One point is
/// a decimal mark whatever follows it: which of the two `1.234` is, its language would have to tell. Where both stand,
/// the last one is the decimal mark (`1.234,5` and `1,234.5`). What is no number by these rules (a date, a version, a
/// list) stays as it is written.
pub(super) fn plain(written: &str) -> String {
    let marks: Vec<char> = written.chars().filter(|c| !is_digit(*c)).collect();
    let (Some(&first), Some(&last)) = (marks.first(), marks.last()) else { return written.to_owned() };
    let num_last = marks.iter().filter(|mark| **mark == last).count();
    let is_decimal = match last {
        ARABIC_DECIMAL => true,
        '.' => num_last == 1,
        ',' => num_last == 1 && (first != last || !is_grouped(written, ',')),
        _ => false,
    };
    let (whole, fraction) =
        if is_decimal { written.rsplit_once(last).unwrap_or((written, "")) } else { (written, "") };
    let mut groups = whole.chars().filter(|c| !is_digit(*c));
    let whole = match groups.next() {
        None => whole.to_owned(),
        Some(mark) if is_group_mark(mark) && groups.all(|other| other == mark) && is_grouped(whole, mark) => {
            whole.chars().filter(|c| is_digit(*c)).collect()
        }
        Some(_) => return written.to_owned(),
    };
    if is_decimal { format!("{whole}.{fraction}") } else { whole }
}

const ARABIC_DECIMAL: char = '\u{66b}';
const ARABIC_GROUP: char = '\u{66c}';

/// Digits are whatever is no mark: the decimal digits of any script.
fn is_digit(c: char) -> bool {
    !is_mark(u32::from(c))
}

/// Whether a character inside a number is a mark that counts; others are as if they were not there.
pub(super) fn is_mark(code: u32) -> bool {
    matches!(
        char::from_u32(code),
        Some('.' | ',' | ';' | '\'' | '\u{2019}' | '\u{2044}' | ARABIC_DECIMAL | ARABIC_GROUP)
    )
}

fn is_group_mark(mark: char) -> bool {
    matches!(mark, '.' | ',' | '\'' | '\u{2019}' | ARABIC_GROUP)
}

/// Whether these marks part groups of three digits, after a first group of one to three that is not a lone zero.
fn is_grouped(written: &str, mark: char) -> bool {
    let mut groups = written.split(mark).map(|group| group.chars().count());
    let first = groups.next().unwrap_or(0);
    (1..=3).contains(&first) && !written.starts_with(['0', '０']) && groups.all(|len| len == 3)
}

/// What a character beside a number makes of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beside {
    /// A minus sign, if it stands before a number and not between two.
    Minus,
    /// A sign after a number: per cent, per mille, degree.
    Unit,
    /// A currency sign, before a number or after it.
    Currency,
    Space,
    /// The sign between hours and minutes.
    Colon,
    /// The end of a sentence.
    Stop,
    Other,
}

/// The meaning of a folded character between tokens.
pub(super) fn beside(c: char) -> Beside {
    match c {
        ' ' => Beside::Space,
        '-' | '\u{2212}' => Beside::Minus,
        '%' | '‰' | '‱' | '°' => Beside::Unit,
        '$' | '\u{a2}'..='\u{a5}' | '\u{58f}' | '\u{60b}' | '\u{e3f}' | '\u{20a0}'..='\u{20cf}' => {
            Beside::Currency
        }
        ':' => Beside::Colon,
        '。' | '!' | '?' => Beside::Stop,
        _ => Beside::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_table() {
        for (written, expected) in [
            ("3000", "3000"),
            ("3,000", "3000"),
            ("3,000,000", "3000000"),
            ("3,000.50", "3000.50"),
            ("3.000,50", "3000.50"),
            ("1.234.567", "1234567"),
            ("3'000.5", "3000.5"),
            ("1,5", "1.5"),
            ("0,125", "0.125"),
            ("12,34", "12.34"),
            ("1234,567", "1234.567"),
            ("1.5", "1.5"),
            ("1.234", "1.234"),
            ("7.1234", "7.1234"),
            ("2024.03.05", "2024.03.05"),
            ("1.2.3", "1.2.3"),
            ("1,2,3", "1,2,3"),
            ("1;2", "1;2"),
            ("1,2.3", "1,2.3"),
            ("1.5,2.5", "1.5,2.5"),
            ("١٬٢٣٤٫٥", "١٢٣٤.٥"),
        ] {
            assert_eq!(plain(written), expected, "{written}");
        }
    }
}
