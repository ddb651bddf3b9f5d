//! Numbers as people read them.

/// A number with its thousands grouped: 1,234,567.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of bytes in decimal units: 1.2 kB.
pub fn size(bytes: u64) -> String {
    let (unit, divisor) = match bytes {
        0..1_000 => return format!("{bytes} B"),
        1_000..1_000_000 => ("kB", 1_000),
        1_000_000..1_000_000_000 => ("MB", 1_000_000),
        _ => ("GB", 1_000_000_000),
    };
    format!("{}.{} {unit}", grouped(bytes / divisor), bytes % divisor * 10 / divisor)
}

/// A share of ten-thousandths, as it is typed for a limit: 0.0501. Rounded up if `is_above`, else down, so that it
/// stands on the right side of a limit of four decimals.
pub(crate) fn fraction(part: u64, whole: u64, is_above: bool) -> String {
    let (part, whole) = (u128::from(part) * 10_000, u128::from(whole.max(1)));
    let parts = if is_above { part.div_ceil(whole) } else { part / whole };
    format!("{}.{:04}", parts / 10_000, parts % 10_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([0, 999, 1_500, 12_345_678].map(size), ["0 B", "999 B", "1.5 kB", "12.3 MB"]);
        assert_eq!(size(1_234_000_000_000), "1,234.0 GB");
    }

    #[test]
    fn a_broken_limit_is_seen_to_be_broken() {
        assert_eq!(fraction(500_001, 10_000_000, true), "0.0501");
        assert_eq!(fraction(499_999, 10_000_000, false), "0.0499");
        assert_eq!((fraction(0, 0, false), fraction(5, 5, false)), ("0.0000".into(), "1.0000".into()));
    }
}
