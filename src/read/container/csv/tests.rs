//! CSV against the `csv` crate, and against what bytes can do.

use super::syntax::*;
use crate::units::{ByteSpan, count};
use memchr::memchr_iter;
use proptest::prelude::*;

const COMMA: Dialect = Dialect { delimiter: b',' };

fn header_at(text: usize, id: Option<usize>) -> Header {
    Header { num_columns: 3, text, field: 0, id, len: 0 }
}

fn walk(bytes: &[u8], header: &Header, dialect: Dialect, is_end: bool) -> (Vec<CsvRecord>, CsvWalk) {
    let mut all = Vec::new();
    let walk = records(bytes, header, dialect, is_end, |record| all.push(record));
    (all, walk)
}

fn value(bytes: &[u8], span: ByteSpan) -> Vec<u8> {
    let mut raw = bytes[span.range()].to_vec();
    let value = unescape(&mut raw);
    raw[value.range()].to_vec()
}

fn by_csv_crate(bytes: &[u8], delimiter: u8) -> Vec<csv::ByteRecord> {
    let mut builder = csv::ReaderBuilder::new();
    let builder = builder.has_headers(false).flexible(true).delimiter(delimiter);
    builder.from_reader(bytes).into_byte_records().map(Result::unwrap).collect()
}

/// Every record and field of `bytes` is what the `csv` crate reads.
fn agrees(bytes: &[u8], delimiter: u8) -> Result<(), TestCaseError> {
    let expected = by_csv_crate(bytes, delimiter);
    let num_columns = expected.iter().map(csv::ByteRecord::len).max().unwrap_or(1);
    let dialect = Dialect { delimiter };
    for column in 0..num_columns {
        let (found, walk) = walk(bytes, &header_at(column, Some(column)), dialect, true);
        prop_assert_eq!(walk.len, bytes.len());
        prop_assert_eq!(walk.num_lines, count(memchr_iter(b'\n', bytes).count()));
        prop_assert_eq!(found.len(), expected.len());
        for (record, expected) in found.iter().zip(&expected) {
            match record.fault {
                None => {
                    prop_assert_eq!(&value(bytes, record.text)[..], &expected[column]);
                    prop_assert_eq!(record.text, record.id);
                }
                Some(CsvFault::TooFewFields { num_fields, .. }) => {
                    prop_assert_eq!(num_fields, expected.len());
                    prop_assert!(num_fields <= column);
                }
                Some(CsvFault::UnclosedQuote { byte }) => {
                    prop_assert_eq!(record.raw.end, bytes.len());
                    let open = ByteSpan::new(record.raw.start + byte, bytes.len());
                    prop_assert_eq!(&value(bytes, open)[..], &expected[expected.len() - 1]);
                }
            }
        }
    }
    Ok(())
}

#[test]
fn delimiters() {
    let names = ColumnNames { texts: &["text"], id: "id" };
    let chosen = |head: &str, preferred| {
        choose_delimiter(head.as_bytes(), true, preferred, names).map(|(dialect, header)| {
            (char::from(dialect.delimiter), header.num_columns, header.text, header.id, header.len)
        })
    };
    for (head, preferred, expected) in [
        ("id,text,url\n1,2,3\n", b',', Some((',', 3, 1, Some(0), 12))),
        ("id\ttext\r\n", b'\t', Some(('\t', 2, 1, Some(0), 9))),
        ("id\ttext\r\n", b',', Some(('\t', 2, 1, Some(0), 9))),
        ("\"id\"; \"\"\"text\"\"\";\"text\"\n", b',', Some((';', 3, 2, Some(0), 24))),
        ("a|text", b',', Some(('|', 2, 1, None, 6))),
        ("a^text\r", b'^', Some(('^', 2, 1, None, 7))),
        ("\r\n\n text \n", b',', Some((',', 1, 0, None, 10))),
        ("text,text\n", b',', Some((',', 2, 0, None, 10))),
        ("Text\n", b',', None),
        ("", b',', None),
        ("text,\"id\n", b',', None),
        ("id,text\n", b'"', Some((',', 2, 1, Some(0), 8))),
        ("text\n", b'\n', Some((',', 1, 0, None, 5))),
    ] {
        assert_eq!(chosen(head, preferred), expected, "{head:?}");
    }
    assert_eq!(choose_delimiter(b"id,text", false, b',', names), None, "the header may go on");
    assert_eq!(choose_delimiter(b"id,text\r", false, b',', names), None, "an LF may follow");
}

#[test]
fn the_first_name_that_is_a_column() {
    let names = ColumnNames { texts: &["text", "content", "正文"], id: "id" };
    for (head, expected) in [
        ("content,id,text\n", Some((0, 2))),
        ("正文,content,content\n", Some((1, 1))),
        ("正文\tid\n", Some((2, 0))),
        ("body,id\n", None),
    ] {
        let chosen = choose_delimiter(head.as_bytes(), true, b',', names);
        assert_eq!(chosen.map(|(_, header)| (header.field, header.text)), expected, "{head:?}");
    }
}

#[test]
fn lists_columns() {
    assert_eq!(columns(b"id, \"b\"\"c\" ,\n1,2", b','), ["id", "\"b\"\"c\"", ""]);
    assert_eq!(columns(b"", b','), [""; 0]);
    assert_eq!(columns("中,".repeat(30).as_bytes(), b',').len(), 31);
    assert_eq!(columns(&[0xff; 3], b','), ["\u{fffd}".repeat(3)]);
}

#[test]
fn spans() {
    let bytes = b"\n1,\"a\n\"\"b\"\"\",x\r\n\r\n2,c,\"y\"\r3\n4,\"d";
    let (found, walk) = walk(bytes, &header_at(1, Some(0)), COMMA, true);
    let parts = |span: ByteSpan| String::from_utf8_lossy(&bytes[span.range()]).into_owned();
    let seen: Vec<_> = found.iter().map(|r| (parts(r.raw), parts(r.text), parts(r.id))).collect();
    let expected = [
        ("1,\"a\n\"\"b\"\"\",x\r\n", "\"a\n\"\"b\"\"\"", "1"),
        ("2,c,\"y\"\r", "c", "2"),
        ("3\n", "", "3"),
        ("4,\"d", "", "4"),
    ];
    assert_eq!(seen, expected.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned())));
    let lines: Vec<_> = found.iter().map(|r| (r.lines_before, r.num_lines)).collect();
    assert_eq!(lines, [(1, 2), (4, 0), (4, 1), (5, 0)]);
    assert_eq!(found[2].fault, Some(CsvFault::TooFewFields { num_fields: 1, num_columns: 3 }));
    assert_eq!(found[3].fault, Some(CsvFault::UnclosedQuote { byte: 2 }));
    assert_eq!(walk, CsvWalk { len: bytes.len(), num_lines: 5 });
    assert_eq!(found[2].fault.map(|f| f.to_string()).as_deref(), Some("no text: it has 1 of 3 fields"));
}

#[test]
fn unescapes() {
    for (raw, expected) in [
        ("", ""),
        ("a\"b\"\"", "a\"b\"\""),
        ("\"\"", ""),
        ("\"", ""),
        ("\"\"\"\"", "\""),
        ("\"a\"\"b\"", "a\"b"),
        ("\"a\"b\"\"c\"", "ab\"\"c\""),
        ("\"a\"\"", "a\""),
        (" \"a\"", " \"a\""),
    ] {
        assert_eq!(value(raw.as_bytes(), ByteSpan::new(0, raw.len())), expected.as_bytes(), "{raw}");
    }
}

#[test]
fn a_byte_order_mark_in_the_middle_is_text() {
    let bytes = "\u{feff}a,b\n".as_bytes();
    let (found, _) = walk(bytes, &header_at(0, None), COMMA, true);
    assert_eq!(value(bytes, found[0].text), "\u{feff}a".as_bytes());
}

#[test]
fn a_field_longer_than_the_scratch_room() {
    let bytes = [b"\"", &b"x\"\"".repeat(5000)[..], b"\",z\nq,w\n"].concat();
    agrees(&bytes, b',').unwrap();
}

fn delimiter() -> impl Strategy<Value = u8> {
    any::<u8>().prop_map(|byte| if matches!(byte, b'"' | b'\r' | b'\n') { b';' } else { byte })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_syntax_is_read_as_the_csv_crate_reads_it(text in "[ab,;\"\"\r\n\t ]{0,40}") {
        agrees(text.as_bytes(), b',')?;
        agrees(text.as_bytes(), b'\t')?;
    }

    #[test]
    fn any_bytes_are_read_as_the_csv_crate_reads_them(bytes in any::<Vec<u8>>(), delimiter in delimiter()) {
        prop_assume!(!bytes.starts_with(b"\xef\xbb\xbf"));
        agrees(&bytes, delimiter)?;
        let names = ColumnNames { texts: &["text"], id: "id" };
        choose_delimiter(&bytes, true, delimiter, names);
        columns(&bytes, delimiter);
    }

    #[test]
    fn generated_tables(rows in prop::collection::vec([any::<String>(), any::<String>()], 0..8)) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let bytes = writer.into_inner().unwrap();
        let (found, _) = walk(&bytes, &header_at(1, Some(0)), COMMA, true);
        prop_assert_eq!(found.len(), rows.len());
        for (record, [id, text]) in found.iter().zip(&rows) {
            prop_assert_eq!(record.fault, None);
            prop_assert_eq!(value(&bytes, record.id), id.as_bytes());
            prop_assert_eq!(value(&bytes, record.text), text.as_bytes());
        }
    }

    #[test]
    fn pieces_give_the_same_records(text in "[ab,\"\r\n\u{feff}]{0,40}", cut in any::<prop::sample::Index>()) {
        let (bytes, header) = (text.as_bytes(), header_at(1, Some(0)));
        let (whole, _) = walk(bytes, &header, COMMA, true);
        let cut = cut.index(bytes.len() + 1);
        let (mut pieces, first) = walk(&bytes[..cut], &header, COMMA, false);
        prop_assert!(first.len <= cut);
        let (rest, _) = walk(&bytes[first.len..], &header, COMMA, true);
        let shift = |span: ByteSpan| if span.is_empty() { span } else { span.shifted(first.len) };
        pieces.extend(rest.into_iter().map(|record| CsvRecord {
            raw: record.raw.shifted(first.len),
            text: shift(record.text),
            id: shift(record.id),
            lines_before: record.lines_before + first.num_lines,
            ..record
        }));
        let comparable = |records: &[CsvRecord]| -> Vec<_> {
            let bytes_of = |span: ByteSpan| bytes[span.range()].to_vec();
            records
                .iter()
                .map(|r| (r.raw, bytes_of(r.text), bytes_of(r.id), r.lines_before, r.num_lines, r.fault))
                .collect()
        };
        prop_assert_eq!(comparable(&pieces), comparable(&whole));
    }
}
