//! CSV against the `csv` crate, and against what bytes can do.

use super::dialect::{Delimiters, Dialect};
use super::syntax::*;
use crate::units::{ByteSpan, count};
use memchr::memchr_iter;
use proptest::prelude::*;

const COMMA: Dialect = Dialect { delimiter: b',', has_quotes: true };
const TSV: Dialect = Dialect { delimiter: b'\t', has_quotes: false };

fn header_at(text: usize, id: Option<usize>) -> Header {
    Header { num_columns: 3, text, field: 0, id, start: 0, len: 0 }
}

fn preferring(preferred: u8) -> Delimiters {
    Delimiters { preferred, tsv_quotes: true }
}

fn walk(bytes: &[u8], header: &Header, dialect: Dialect, is_end: bool) -> (Vec<CsvRecord>, CsvWalk) {
    let mut all = Vec::new();
    let walk = records(bytes, header, dialect, is_end, |record| all.push(record));
    (all, walk)
}

/// The value of a field, which is the same in place and behind everything else.
fn value(bytes: &[u8], span: ByteSpan) -> Vec<u8> {
    let mut raw = bytes[span.range()].to_vec();
    let value = COMMA.unescape(&mut raw);
    let mut more = bytes.to_vec();
    let decoded = COMMA.decode(&mut more, span);
    assert_eq!(&more[..bytes.len()], bytes, "the record stays as it was");
    assert_eq!(more[decoded.range()], raw[value.range()]);
    assert!(decoded.end == more.len() || decoded.end <= span.end);
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
    let dialect = Dialect { delimiter, has_quotes: true };
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
                Some(CsvFault::OtherFields { .. }) => {
                    prop_assert!(false, "a record may have any number of fields");
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
        choose_dialect(head.as_bytes(), true, preferring(preferred), names).map(|(dialect, header)| {
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
    let cut = |head| choose_dialect(head, false, preferring(b','), names);
    assert_eq!(cut(b"id,text"), None, "the header may go on");
    assert_eq!(cut(b"id,text\r"), None, "an LF may follow");
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
        let chosen = choose_dialect(head.as_bytes(), true, preferring(b','), names);
        assert_eq!(chosen.map(|(_, header)| (header.field, header.text)), expected, "{head:?}");
    }
}

#[test]
fn lists_columns() {
    assert_eq!(columns(b"id, \"b\"\"c\" ,\n1,2", preferring(b',')), ["id", "\"b\"\"c\"", ""]);
    assert_eq!(columns(b"", preferring(b',')), [""; 0]);
    assert_eq!(columns("中,".repeat(30).as_bytes(), preferring(b',')).len(), 31);
    assert_eq!(columns(&[0xff; 3], preferring(b',')), ["\u{fffd}".repeat(3)]);
}

/// The hint of a spreadsheet names the delimiter, and no other is tried.
#[test]
fn hints() {
    let names = ColumnNames { texts: &["text"], id: "id" };
    let chosen = |head: &str, preferred| {
        choose_dialect(head.as_bytes(), true, preferring(preferred), names)
            .map(|(dialect, header)| (char::from(dialect.delimiter), header.text, header.start, header.len))
    };
    for (head, preferred, expected) in [
        ("sep=;\r\nid;text\r\n", b',', Some((';', 1, 7, 16))),
        ("SEP=,\nid,text\n", b'\t', Some((',', 1, 6, 14))),
        ("\"sep=|\"\nid|text\n", b',', Some(('|', 1, 8, 16))),
        ("sep=\t\rtext\n", b',', Some(('\t', 0, 6, 11))),
        ("sep=^\n\ntext\n", b',', Some(('^', 0, 6, 12))),
        ("sep=;\nid,text\n", b',', None),
        ("sep=\"\ntext\n", b',', None),
        ("sep=\ntext\n", b',', None),
        ("sep=;;\ntext\n", b',', None),
        ("text,sep=;\n", b',', Some((',', 0, 0, 11))),
    ] {
        assert_eq!(chosen(head, preferred), expected, "{head:?}");
    }
    assert_eq!(columns(b"sep=;\na;b,c\n", preferring(b',')), ["a", "b,c"]);
}

/// TSV knows no quotes: a row ends where its line ends, and has as many fields as the header.
#[test]
fn rows_without_quotes() {
    let bytes = b"1\t\"a\tx\r\n\n2\t\"b\"\"\ty\r3\tc\n4\td\te\tf\n5\t\t";
    let (found, walked) = walk(bytes, &header_at(1, Some(0)), TSV, true);
    let parts = |span: ByteSpan| String::from_utf8_lossy(&bytes[span.range()]).into_owned();
    let seen: Vec<_> = found.iter().map(|row| (parts(row.text), parts(row.id))).collect();
    let expected = [("\"a", "1"), ("\"b\"\"", "2"), ("", "3"), ("", "4"), ("", "5")];
    assert_eq!(seen, expected.map(|(text, id)| (text.to_owned(), id.to_owned())));
    let lines: Vec<_> = found.iter().map(|row| (row.lines_before, row.num_lines)).collect();
    assert_eq!(lines, [(0, 1), (2, 0), (2, 1), (3, 1), (4, 0)]);
    let faults: Vec<_> = found.iter().map(|row| row.fault.map(|fault| fault.to_string())).collect();
    let told = |number| Some(format!("it has {number} fields, and the header has 3"));
    assert_eq!(faults, [None, None, told(2), told(4), None]);
    assert_eq!(walked, CsvWalk { len: bytes.len(), num_lines: 4 });
    // What is not whole is not a row.
    for cut in [0, 1, 5, 7] {
        assert_eq!(walk(&bytes[..cut], &header_at(1, None), TSV, false).0.len(), 0, "{cut}");
    }
    let quoted = Dialect::new(b'\t', true);
    assert_eq!(walk(b"1\t\"a\nb\"\tx\n", &header_at(1, None), quoted, true).0.len(), 1);
    assert_eq!(Dialect::new(b'\t', false), TSV);
    assert_eq!(Dialect::new(b',', false), COMMA);
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
    #![proptest_config(crate::random::cases(512))]

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
        choose_dialect(&bytes, true, preferring(delimiter), names);
        columns(&bytes, preferring(delimiter));
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
    fn rows_without_quotes_are_lines(text in "[ab\t\"\r\n]{0,40}") {
        let bytes = text.as_bytes();
        let header = Header { num_columns: 2, ..header_at(1, Some(0)) };
        let (found, walk) = walk(bytes, &header, TSV, true);
        prop_assert_eq!(walk.len, bytes.len());
        let lines: Vec<&str> = text.split(['\r', '\n']).filter(|line| !line.is_empty()).collect();
        prop_assert_eq!(found.len(), lines.len());
        for (row, line) in found.iter().zip(lines) {
            let fields: Vec<&str> = line.split('\t').collect();
            prop_assert_eq!(row.fault.is_some(), fields.len() != 2);
            if row.fault.is_none() {
                prop_assert_eq!(&bytes[row.text.range()], fields[1].as_bytes());
                prop_assert_eq!(&bytes[row.id.range()], fields[0].as_bytes());
            }
        }
    }

    #[test]
    fn pieces_give_the_same_records(
        text in "[ab,\"\r\n\u{feff}]{0,40}",
        cut in any::<prop::sample::Index>(),
        has_quotes in any::<bool>(),
    ) {
        let (bytes, header) = (text.as_bytes(), header_at(1, Some(0)));
        let dialect = Dialect { delimiter: b',', has_quotes };
        let (whole, _) = walk(bytes, &header, dialect, true);
        let cut = cut.index(bytes.len() + 1);
        let (mut pieces, first) = walk(&bytes[..cut], &header, dialect, false);
        prop_assert!(first.len <= cut);
        let (rest, _) = walk(&bytes[first.len..], &header, dialect, true);
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
