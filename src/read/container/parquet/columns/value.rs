//! Single values as JSON, by what their column is for.

use chrono::{DateTime, NaiveDate, NaiveTime};
use parquet::basic::{ConvertedType, LogicalType, TimeUnit};
use parquet::data_type::Int96;
use parquet::schema::types::Type;

use super::column::Values;
use crate::read::container::json::json_string;

/// The meaning of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// Its physical values.
    Plain,
    Text,
    Unsigned,
    Decimal {
        scale: usize,
    },
    Date,
    Time(Unit),
    Timestamp {
        unit: Unit,
        is_utc: bool,
    },
    Uuid,
    Float16,
    Interval,
}

/// The unit of a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Millis,
    Micros,
    Nanos,
}

impl Unit {
    const fn of(unit: TimeUnit) -> Self {
        match unit {
            TimeUnit::MILLIS => Self::Millis,
            TimeUnit::MICROS => Self::Micros,
            TimeUnit::NANOS => Self::Nanos,
        }
    }

    fn in_second(self) -> i64 {
        match self {
            Self::Millis => 1_000,
            Self::Micros => 1_000_000,
            Self::Nanos => NANOS,
        }
    }
}

const NANOS: i64 = 1_000_000_000;

impl Meaning {
    fn of(column: &Type) -> Self {
        let info = column.get_basic_info();
        let scale = if let Type::PrimitiveType { scale, .. } = column { *scale } else { 0 };
        let scale = usize::try_from(scale).unwrap_or(0);
        if let Some(logical) = info.logical_type_ref() {
            return match logical {
                LogicalType::String | LogicalType::Enum | LogicalType::Json => Self::Text,
                LogicalType::Decimal(_) => Self::Decimal { scale },
                LogicalType::Date => Self::Date,
                LogicalType::Time(time) => Self::Time(Unit::of(time.unit)),
                LogicalType::Timestamp(time) => {
                    Self::Timestamp { unit: Unit::of(time.unit), is_utc: time.is_adjusted_to_u_t_c }
                }
                LogicalType::Integer(integer) if !integer.is_signed => Self::Unsigned,
                LogicalType::Uuid => Self::Uuid,
                LogicalType::Float16 => Self::Float16,
                _ => Self::Plain,
            };
        }
        match info.converted_type() {
            ConvertedType::UTF8 | ConvertedType::ENUM | ConvertedType::JSON => Self::Text,
            ConvertedType::DECIMAL => Self::Decimal { scale },
            ConvertedType::DATE => Self::Date,
            ConvertedType::TIME_MILLIS => Self::Time(Unit::Millis),
            ConvertedType::TIME_MICROS => Self::Time(Unit::Micros),
            ConvertedType::TIMESTAMP_MILLIS => Self::Timestamp { unit: Unit::Millis, is_utc: true },
            ConvertedType::TIMESTAMP_MICROS => Self::Timestamp { unit: Unit::Micros, is_utc: true },
            ConvertedType::UINT_8
            | ConvertedType::UINT_16
            | ConvertedType::UINT_32
            | ConvertedType::UINT_64 => Self::Unsigned,
            ConvertedType::INTERVAL => Self::Interval,
            _ => Self::Plain,
        }
    }
}

/// The value at `place` of a column as JSON; `None` if JSON has no number for it.
pub(super) fn json(values: &Values, place: usize, column: &Type) -> Option<String> {
    let meaning = Meaning::of(column);
    match values {
        Values::Bool(list) => Some(list.get(place)?.to_string()),
        Values::Int32(list) => {
            let value = *list.get(place)?;
            Some(match meaning {
                Meaning::Unsigned => value.cast_unsigned().to_string(),
                meaning => whole(i64::from(value), meaning),
            })
        }
        Values::Int64(list) => Some(whole(*list.get(place)?, meaning)),
        Values::Int96(list) => Some(int96(list.get(place)?)),
        Values::Float(list) => number(*list.get(place)?),
        Values::Double(list) => number(*list.get(place)?),
        Values::Bytes(list) => bytes(list.get(place)?.data(), meaning),
        Values::Fixed(list) => bytes(list.get(place)?.data(), meaning),
    }
}

/// A number as JSON spells it; infinity and what is no number have no spelling.
fn number<T: serde::Serialize>(value: T) -> Option<String> {
    serde_json::to_string(&value).ok().filter(|json| json != "null")
}

fn whole(value: i64, meaning: Meaning) -> String {
    let told = match meaning {
        Meaning::Unsigned => return value.cast_unsigned().to_string(),
        Meaning::Decimal { scale } => return decimal(&value.to_be_bytes(), scale),
        Meaning::Date => {
            let days = i32::try_from(value).ok();
            days.and_then(NaiveDate::from_epoch_days).map(|date| date.to_string())
        }
        Meaning::Time(unit) => {
            let (seconds, nanos) = split(value, unit);
            let seconds = u32::try_from(seconds).ok();
            let time =
                seconds.and_then(|seconds| NaiveTime::from_num_seconds_from_midnight_opt(seconds, nanos));
            time.map(|time| time.to_string())
        }
        Meaning::Timestamp { unit, is_utc } => {
            let (seconds, nanos) = split(value, unit);
            timestamp(seconds, nanos, is_utc)
        }
        _ => None,
    };
    // A time that no calendar has is the number that it is.
    told.map_or_else(|| value.to_string(), |told| json_string(&told))
}

/// A time as whole seconds and nanoseconds.
fn split(value: i64, unit: Unit) -> (i64, u32) {
    let in_second = unit.in_second();
    let nanos = value.rem_euclid(in_second) * (NANOS / in_second);
    (value.div_euclid(in_second), u32::try_from(nanos).unwrap_or(0))
}

/// Seconds since 1970 as ISO 8601 writes them.
fn timestamp(seconds: i64, nanos: u32, is_utc: bool) -> Option<String> {
    let time = DateTime::from_timestamp(seconds, nanos)?.naive_utc();
    let zone = if is_utc { "Z" } else { "" };
    Some(format!("{}{zone}", time.format("%Y-%m-%dT%H:%M:%S%.f")))
}

/// Nanoseconds of a day, and the day by its Julian number, as Spark, Hive and Impala write times.
fn int96(value: &Int96) -> String {
    const JULIAN_DAY_OF_1970: i64 = 2_440_588;
    const SECONDS_IN_DAY: i64 = 86_400;
    let [low, high, day] = value.data() else { return "null".to_owned() };
    let nanos = (u64::from(*high) << 32 | u64::from(*low)).cast_signed();
    let (seconds, nanos) = split(nanos, Unit::Nanos);
    let seconds = (i64::from(day.cast_signed()) - JULIAN_DAY_OF_1970) * SECONDS_IN_DAY + seconds;
    let told = timestamp(seconds, nanos, false);
    json_string(&told.unwrap_or_else(|| format!("{low:08x}{high:08x}{day:08x}")))
}

fn bytes(bytes: &[u8], meaning: Meaning) -> Option<String> {
    match (meaning, bytes) {
        (Meaning::Text, _) => Some(json_string(&String::from_utf8_lossy(bytes))),
        (Meaning::Decimal { scale }, _) if bytes.len() <= MAX_DECIMAL => Some(decimal(bytes, scale)),
        (Meaning::Float16, [low, high]) => number(half(u16::from_le_bytes([*low, *high]))),
        (Meaning::Uuid, _) if bytes.len() == 16 => {
            let groups = [&bytes[..4], &bytes[4..6], &bytes[6..8], &bytes[8..10], &bytes[10..]];
            Some(json_string(&groups.map(hex).join("-")))
        }
        (Meaning::Interval, _) if bytes.len() == 12 => {
            let number =
                |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
            let (months, days, millis) = (number(0), number(4), number(8));
            Some(format!(r#"{{"months":{months},"days":{days},"milliseconds":{millis}}}"#))
        }
        _ => Some(json_string(&hex(bytes))),
    }
}

fn hex(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(bytes)
}

/// Bytes of the longest decimal that is told as a number: 154 digits.
const MAX_DECIMAL: usize = 64;

/// A whole number of so many bytes, the highest first, in two's complement, divided by a power of ten.
fn decimal(bytes: &[u8], scale: usize) -> String {
    let is_negative = bytes.first().is_some_and(|byte| *byte >= 0x80);
    let mut magnitude = bytes.to_vec();
    if is_negative {
        let mut carry = true;
        for byte in magnitude.iter_mut().rev() {
            let (next, overflows) = (!*byte).overflowing_add(u8::from(carry));
            (*byte, carry) = (next, overflows);
        }
    }
    let mut digits = Vec::new();
    while magnitude.iter().any(|byte| *byte != 0) {
        let mut rest = 0;
        for byte in &mut magnitude {
            let value = rest << 8 | u32::from(*byte);
            *byte = u8::try_from(value / 10).unwrap_or(0); // the rest is less than ten
            rest = value % 10;
        }
        digits.push(char::from_digit(rest, 10).unwrap_or('0'));
    }
    digits.resize(digits.len().max(scale.min(MAX_SCALE) + 1), '0');
    let mut number: String = digits.into_iter().rev().collect();
    if scale > 0 {
        let point = number.len().saturating_sub(scale.min(MAX_SCALE));
        number.insert(point, '.');
    }
    if is_negative { format!("-{number}") } else { number }
}

/// More digits no decimal has.
const MAX_SCALE: usize = 1000;

/// A number of half precision (IEEE 754).
fn half(bits: u16) -> f32 {
    let sign = u32::from(bits & 0x8000) << 16;
    let (exponent, fraction) = (u32::from(bits >> 10 & 0x1f), u32::from(bits & 0x3ff));
    match (exponent, fraction) {
        // Less than the least normal number: a multiple of 2^-24.
        (0, _) => {
            #[expect(clippy::cast_precision_loss, reason = "ten bits")]
            let magnitude = fraction as f32 / 16_777_216.0;
            f32::from_bits(magnitude.to_bits() | sign)
        }
        (0x1f, _) => f32::from_bits(sign | 0x7f80_0000 | fraction << 13),
        _ => f32::from_bits(sign | (exponent + 112) << 23 | fraction << 13),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals() {
        for (value, scale, expected) in [
            (0_i64, 0, "0"),
            (0, 2, "0.00"),
            (5, 3, "0.005"),
            (-5, 3, "-0.005"),
            (12_345, 2, "123.45"),
            (-12_345, 0, "-12345"),
            (i64::MIN, 4, "-922337203685477.5808"),
        ] {
            assert_eq!(decimal(&value.to_be_bytes(), scale), expected);
        }
        let long = [&[0x7f][..], &[0xff; 15]].concat();
        assert_eq!(decimal(&long, 0), i128::MAX.to_string());
        assert_eq!(decimal(&[], 1), "0.0");
    }

    #[test]
    fn halves() {
        for (bits, expected) in [
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x3555, 0.333_251_95),
            (0x0001, 5.960_464_5e-8),
            (0x7bff, 65504.0),
        ] {
            assert_eq!(half(bits).to_bits(), f32::to_bits(expected), "{bits:x}");
        }
        assert!(half(0x7c00).is_infinite() && half(0x7e00).is_nan());
    }

    #[test]
    fn times() {
        let utc = Meaning::Timestamp { unit: Unit::Millis, is_utc: true };
        for (value, meaning, expected) in [
            (0, Meaning::Date, r#""1970-01-01""#),
            (-1, Meaning::Date, r#""1969-12-31""#),
            (86_399_999, Meaning::Time(Unit::Millis), r#""23:59:59.999""#),
            (-1, Meaning::Time(Unit::Millis), "-1"),
            (-1, utc, r#""1969-12-31T23:59:59.999Z""#),
            (1, Meaning::Timestamp { unit: Unit::Micros, is_utc: false }, r#""1970-01-01T00:00:00.000001""#),
            (i64::MAX, utc, "9223372036854775807"),
            (-1, Meaning::Unsigned, "18446744073709551615"),
        ] {
            assert_eq!(whole(value, meaning), expected, "{meaning:?}");
        }
        let mut day = Int96::new();
        day.set_data(0, 0, 5_373_484);
        assert_eq!(int96(&day), r#""9999-12-31T00:00:00""#);
    }
}
