//! Quotes a text for the inside of a CSV field, and says which text needs quotes.

use std::io::{self, Write};

use memchr::{memchr_iter, memchr3};

/// Whether a field that stood without quotes cannot be read without them any more. A field that is empty may be the only
/// one of its record, which would be an empty line and no record.
pub(in crate::read::container) fn needs_quotes(field: &[u8], delimiter: u8) -> bool {
    field.is_empty() || field.starts_with(b"\"") || memchr3(delimiter, b'\r', b'\n', field).is_some()
}

/// Doubles the quotes in what is written through it (RFC 4180, section 2.7).
#[derive(Debug)]
pub(crate) struct Quoter<'a, W>(&'a mut W);

impl<'a, W: Write> Quoter<'a, W> {
    /// Quotes on the way to `out`.
    pub(crate) fn new(out: &'a mut W) -> Self {
        Self(out)
    }
}

impl<W: Write> Write for Quoter<'_, W> {
    fn write(&mut self, content: &[u8]) -> io::Result<usize> {
        let mut plain = 0;
        for quote in memchr_iter(b'"', content) {
            // The next run begins with the quote that this one ends with: so it stands twice.
            self.0.write_all(&content[plain..=quote])?;
            plain = quote;
        }
        self.0.write_all(&content[plain..])?;
        Ok(content.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::container::csv::dialect::Dialect;
    use crate::read::container::csv::syntax::{CsvRecord, Header, records};
    use crate::read::container::rewrite::{Escape, InPlace};
    use crate::read::slot::Slot;
    use proptest::prelude::*;

    fn rewritten(bytes: &[u8], column: usize, new: &str) -> (Vec<CsvRecord>, Vec<u8>) {
        let header = Header { num_columns: 0, text: column, field: 0, id: None, start: 0, len: 0 };
        let (mut found, mut out, mut end) = (Vec::new(), Vec::new(), 0);
        records(bytes, &header, Dialect::new(b',', false), true, |record| found.push(record));
        for record in &found {
            out.extend_from_slice(&bytes[end..record.raw.start]);
            if record.fault.is_some() {
                out.extend_from_slice(&bytes[record.raw.range()]);
            } else {
                let escape = Some(Escape::Csv { delimiter: b',' });
                let in_place = InPlace { escape, is_one_line: false };
                let slot = Slot { line: record.raw, value: record.text, ..Slot::default() };
                in_place.write(bytes, &slot, &mut out, |w| w.write_all(new.as_bytes())).unwrap();
            }
            end = record.raw.end;
        }
        out.extend_from_slice(&bytes[end..]);
        (found, out)
    }

    fn by_csv_crate(bytes: &[u8]) -> Vec<csv::ByteRecord> {
        let mut builder = csv::ReaderBuilder::new();
        let reader = builder.has_headers(false).flexible(true).from_reader(bytes);
        reader.into_byte_records().map(Result::unwrap).collect()
    }

    /// Quotes stand where they stood, or where the field cannot be read without (contract P4).
    #[test]
    fn keeps_everything_else() {
        let table = b"1,a b,'x'\r\n\r\n\"2\" ,\"c\"\"d\",\n3,e";
        for (new, unquoted, quoted) in [
            ("x\"y\n", "\"x\"\"y\n\"", "\"x\"\"y\n\""),
            ("x y", "x y", "\"x y\""),
            ("x \"y", "x \"y", "\"x \"\"y\""),
            ("\"x", "\"\"\"x\"", "\"\"\"x\""),
            ("x;y", "x;y", "\"x;y\""),
            ("x,y", "\"x,y\"", "\"x,y\""),
            ("x\ry", "\"x\ry\"", "\"x\ry\""),
            ("", "\"\"", "\"\""),
        ] {
            let (_, out) = rewritten(table, 1, new);
            let expected = format!("1,{unquoted},'x'\r\n\r\n\"2\" ,{quoted},\n3,{unquoted}");
            assert_eq!(String::from_utf8_lossy(&out), expected, "{new:?}");
        }
    }

    proptest! {
        #![proptest_config(crate::random::cases(512))]

        #[test]
        fn only_the_text_changes(
            text in "[ab,\"\r\n ]{0,40}",
            new in any::<String>(),
            end in prop::sample::select(&["", " ", ",", "\"", "\"\n"][..]),
            column in 0_usize..3,
        ) {
            let new = new + end;
            let bytes = text.as_bytes();
            let (found, out) = rewritten(bytes, column, &new);
            let (before, after) = (by_csv_crate(bytes), by_csv_crate(&out));
            prop_assert_eq!(before.len(), after.len());
            for ((old, now), record) in before.iter().zip(&after).zip(&found) {
                prop_assert_eq!(old.len(), now.len());
                for (index, (old, now)) in old.iter().zip(now).enumerate() {
                    let is_new = index == column && record.fault.is_none();
                    prop_assert_eq!(now, if is_new { new.as_bytes() } else { old });
                }
            }
            // The bytes outside the text fields are the same, and a second pass changes nothing.
            let (found_again, again) = rewritten(&out, column, &new);
            prop_assert_eq!(&again, &out);
            let others = |bytes: &[u8], records: &[CsvRecord]| {
                let (mut kept, mut end) = (Vec::new(), 0);
                for record in records.iter().filter(|record| record.fault.is_none()) {
                    kept.extend_from_slice(&bytes[end..record.text.start]);
                    end = record.text.end;
                }
                kept.extend_from_slice(&bytes[end..]);
                kept
            };
            prop_assert_eq!(others(bytes, &found), others(&out, &found_again));
        }

        #[test]
        fn quotes_as_the_csv_crate_does(pieces in prop::collection::vec("[a\"\n,]{0,6}", 0..4)) {
            let mut out = Vec::new();
            out.push(b'"');
            pieces.iter().try_for_each(|piece| Quoter::new(&mut out).write_all(piece.as_bytes())).unwrap();
            out.push(b'"');
            let mut builder = csv::WriterBuilder::new();
            let mut writer = builder.quote_style(csv::QuoteStyle::Always).from_writer(Vec::new());
            writer.write_record([pieces.concat()]).unwrap();
            out.push(b'\n');
            prop_assert_eq!(out, writer.into_inner().unwrap());
        }
    }
}
