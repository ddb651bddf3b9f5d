//! Contract O4 in Parquet: columns beside the text come back value for value and type for type, whatever Arrow makes of
//! them; and the text may stand in any column of strings, or of bytes that are text.
#![cfg(feature = "parquet")]

use std::sync::Arc;

use parquet::basic::{Compression, Encoding, LogicalType};
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::{ByteArray, DataType, FixedLenByteArray, Int96};
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::{Type, TypePtr};
use tamis::Config;

use crate::support::json::text_of;
use crate::support::memory::{clean, clean_twice, file};
use crate::support::sandbox::Sandbox;

/// Values of a column with their levels; each row has one where there are no repetitions.
#[derive(Debug, Clone)]
struct Column {
    values: Values,
    definitions: Vec<i16>,
    repetitions: Vec<i16>,
}

#[derive(Debug, Clone, PartialEq)]
enum Values {
    Int32(Vec<i32>),
    Int64(Vec<i64>),
    Int96(Vec<Int96>),
    /// As bits: no number is equal to itself that is none.
    Double(Vec<u64>),
    Bytes(Vec<ByteArray>),
    Fixed(Vec<FixedLenByteArray>),
}

fn column(values: Values, definitions: &[i16], repetitions: &[i16]) -> Column {
    Column { values, definitions: definitions.to_vec(), repetitions: repetitions.to_vec() }
}

fn bytes<T: AsRef<[u8]>>(values: &[T]) -> Values {
    Values::Bytes(values.iter().map(|value| ByteArray::from(value.as_ref().to_vec())).collect())
}

fn schema(message: &str) -> TypePtr {
    Arc::new(parse_message_type(&format!("message table {{ {message} }}")).expect("a schema"))
}

fn written(schema: TypePtr, columns: &[Column], properties: WriterProperties) -> Vec<u8> {
    let mut file = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties)).expect("a writer");
    let mut group = file.next_row_group().expect("a row group");
    for Column { values, definitions, repetitions } in columns {
        let mut column = group.next_column().expect("a writer").expect("a column");
        let definitions = (!definitions.is_empty()).then_some(&**definitions);
        let repetitions = (!repetitions.is_empty()).then_some(&**repetitions);
        let doubles = |bits: &[u64]| bits.iter().map(|bits| f64::from_bits(*bits)).collect::<Vec<_>>();
        match (column.untyped(), values) {
            (ColumnWriter::Int32ColumnWriter(to), Values::Int32(list)) => {
                to.write_batch(list, definitions, repetitions)
            }
            (ColumnWriter::Int64ColumnWriter(to), Values::Int64(list)) => {
                to.write_batch(list, definitions, repetitions)
            }
            (ColumnWriter::Int96ColumnWriter(to), Values::Int96(list)) => {
                to.write_batch(list, definitions, repetitions)
            }
            (ColumnWriter::DoubleColumnWriter(to), Values::Double(list)) => {
                to.write_batch(&doubles(list), definitions, repetitions)
            }
            (ColumnWriter::ByteArrayColumnWriter(to), Values::Bytes(list)) => {
                to.write_batch(list, definitions, repetitions)
            }
            (ColumnWriter::FixedLenByteArrayColumnWriter(to), Values::Fixed(list)) => {
                to.write_batch(list, definitions, repetitions)
            }
            _ => panic!("another type"),
        }
        .expect("memory");
        column.close().expect("memory");
    }
    group.close().expect("memory");
    file.into_inner().expect("memory")
}

fn read_all<T: DataType>(reader: &mut ColumnReaderImpl<T>) -> (Vec<T::T>, Vec<i16>, Vec<i16>) {
    let (mut values, mut definitions, mut repetitions) = (Vec::new(), Vec::new(), Vec::new());
    reader
        .read_records(usize::MAX, Some(&mut definitions), Some(&mut repetitions), &mut values)
        .expect("values");
    (values, definitions, repetitions)
}

/// All columns of a file of one row group.
fn read(bytes: &[u8]) -> (SerializedFileReader<bytes::Bytes>, Vec<Column>) {
    let reader = SerializedFileReader::new(bytes::Bytes::copy_from_slice(bytes)).expect("a Parquet file");
    assert_eq!(reader.num_row_groups(), 1);
    let group = reader.get_row_group(0).expect("a row group");
    let one = |number| {
        let ((values, definitions), repetitions) = match group.get_column_reader(number).expect("a column") {
            ColumnReader::Int32ColumnReader(mut from) => {
                let (values, definitions, repetitions) = read_all(&mut from);
                ((Values::Int32(values), definitions), repetitions)
            }
            ColumnReader::Int64ColumnReader(mut from) => {
                let (values, definitions, repetitions) = read_all(&mut from);
                ((Values::Int64(values), definitions), repetitions)
            }
            ColumnReader::Int96ColumnReader(mut from) => {
                let (values, definitions, repetitions) = read_all(&mut from);
                ((Values::Int96(values), definitions), repetitions)
            }
            ColumnReader::DoubleColumnReader(mut from) => {
                let (values, definitions, repetitions) = read_all(&mut from);
                let bits = values.into_iter().map(f64::to_bits).collect();
                ((Values::Double(bits), definitions), repetitions)
            }
            ColumnReader::ByteArrayColumnReader(mut from) => {
                let (values, definitions, repetitions) = read_all(&mut from);
                ((Values::Bytes(values), definitions), repetitions)
            }
            ColumnReader::FixedLenByteArrayColumnReader(mut from) => {
                let (values, definitions, repetitions) = read_all(&mut from);
                ((Values::Fixed(values), definitions), repetitions)
            }
            _ => panic!("another type"),
        };
        Column { values, definitions, repetitions }
    };
    let columns = (0..group.num_columns()).map(one).collect();
    drop(group);
    (reader, columns)
}

fn config(fields: &[&str]) -> Config {
    let mut config = Config { threads: 2, ..Config::default() };
    if !fields.is_empty() {
        config.read.text_field = fields.iter().map(|&field| field.to_owned()).collect();
    }
    config
}

fn int96(nanos: u64, julian_day: u32) -> Int96 {
    let mut time = Int96::new();
    let low = u32::try_from(nanos & u64::from(u32::MAX)).expect("32 bits");
    time.set_data(low, u32::try_from(nanos >> 32).expect("32 bits"), julian_day);
    time
}

/// The message of the table below: types that Arrow knows in another form, or not at all.
const MESSAGE: &str = "
    required int64 id = 7;
    optional int96 seen;
    optional binary text (UTF8) = 3;
    required double score;
    optional fixed_len_byte_array(12) span (INTERVAL);
    required fixed_len_byte_array(3) price (DECIMAL(6, 2));
    optional group tags (LIST) { repeated group list { optional binary element (UTF8); } }
    optional group old (LIST) { repeated int32 array; }
    repeated int32 bare;
    required int32 short (INT_16);
    required binary json (JSON);
    required binary any;
";

/// Six rows: of the third and the fifth nothing stays, and the second keeps a line of two.
fn table() -> Vec<Column> {
    let half_to_infinity = [0.5, -0.0, f64::NAN, 0.0, f64::INFINITY, 1e300].map(f64::to_bits).to_vec();
    let fixed = |lists: &[&[u8]]| {
        Values::Fixed(lists.iter().map(|list| FixedLenByteArray::from(list.to_vec())).collect())
    };
    vec![
        column(Values::Int64((1..=6).collect()), &[], &[]),
        column(
            // 2020, 9999, 1500, none, a day before the calendar, and more than a day.
            Values::Int96(vec![
                int96(123_456_000, 2_458_850),
                int96(7_200_000_000_000, 5_373_484),
                int96(0, 2_268_924),
                int96(1, 0),
                int96(u64::MAX, u32::MAX),
            ]),
            &[1, 1, 1, 0, 1, 1],
            &[],
        ),
        column(bytes(&["one\n", "one\ntwo\n", "one\n", "three\n", "two\n", "four\n"]), &[1; 6], &[]),
        column(Values::Double(half_to_infinity), &[], &[]),
        column(fixed(&[&[1; 12], &[2; 12], &[3; 12]]), &[0, 1, 0, 1, 1, 0], &[]),
        column(
            fixed(&[b"\0\0\x01", b"\xff\xff\xff", b"\0\0\0", b"\0\x30\x39", b"abc", b"\x7f\xff\xff"]),
            &[],
            &[],
        ),
        // ["a", null], [], ["b"], null, ["c"], ["d", "e", "f"]
        column(
            bytes(&["a", "b", "c", "d", "e", "f"]),
            &[3, 2, 1, 3, 0, 3, 3, 3, 3],
            &[0, 1, 0, 0, 0, 0, 0, 1, 1],
        ),
        // null, [1], [2, 3], [], [4], null
        column(Values::Int32(vec![1, 2, 3, 4]), &[0, 2, 2, 2, 1, 2, 0], &[0, 0, 0, 1, 0, 0, 0]),
        // 1, -, 2 3, -, -, 4
        column(Values::Int32(vec![1, 2, 3, 4]), &[1, 0, 1, 1, 0, 0, 1], &[0, 0, 0, 1, 0, 0, 0]),
        column(Values::Int32(vec![-1, 2, -3, 4, -5, 6]), &[], &[]),
        column(bytes(&["{}", "[1]", "1", "null", "2", "\"x\""]), &[], &[]),
        column(bytes(&[&b"\xff"[..], b"", b"\0", b"\x80", b"x", b"y"]), &[], &[]),
    ]
}

/// The table, with a column of shapes whose type has a parameter that messages do not spell.
fn schema_with_shapes() -> TypePtr {
    let plain = schema(MESSAGE);
    let mut columns = plain.get_fields().to_vec();
    let shape = Type::primitive_type_builder("shape", parquet::basic::Type::BYTE_ARRAY);
    let shape = shape.with_logical_type(Some(LogicalType::geometry(Some("EPSG:4490".to_owned()))));
    columns
        .push(Arc::new(shape.with_repetition(parquet::basic::Repetition::REQUIRED).build().expect("a type")));
    Arc::new(Type::group_type_builder("table").with_fields(columns).build().expect("a schema"))
}

#[test]
fn columns_that_arrow_would_change() {
    let mut columns = table();
    columns.push(column(bytes(&["\u{1}point", "\u{1}other", "\0", "x", "y", "z"]), &[], &[]));
    for (compression, has_dictionary) in [
        (Compression::SNAPPY, true),
        (Compression::ZSTD(parquet::basic::ZstdLevel::default()), false),
        (Compression::GZIP(parquet::basic::GzipLevel::default()), true),
        (Compression::LZ4_RAW, false),
    ] {
        let properties = WriterProperties::builder()
            .set_compression(compression)
            .set_dictionary_enabled(has_dictionary)
            .set_column_encoding("any".into(), Encoding::DELTA_LENGTH_BYTE_ARRAY)
            .build();
        let input = written(schema_with_shapes(), &columns, properties);
        let run = clean_twice(&file("a.parquet", &input), &config(&[]));
        assert_eq!(run.reasons(), [("", ""); 0]);
        let (before, _) = read(&input);
        let (after, found) = read(&run.out["a.parquet"]);
        assert_eq!(after.metadata().file_metadata().schema(), before.metadata().file_metadata().schema());
        let encodings = |file: &SerializedFileReader<bytes::Bytes>, number| {
            file.metadata().row_group(0).column(number).encodings().collect::<Vec<_>>()
        };
        for number in 0..columns.len() {
            let column = after.metadata().row_group(0).column(number);
            assert_eq!(column.compression(), compression);
            assert_eq!(encodings(&after, number), encodings(&before, number), "{}", column.column_path());
        }
        // Rows 1, 2, 4 and 6 stay.
        let expected = kept();
        assert_eq!(found.len(), expected.len());
        for (number, (found, expected)) in found.iter().zip(expected).enumerate() {
            assert_eq!(found.values, expected.values, "{number}");
            assert_eq!(found.definitions, expected.definitions, "{number}");
            assert_eq!(found.repetitions, expected.repetitions, "{number}");
        }
    }
}

/// The rows of the table that stay.
fn kept() -> Vec<Column> {
    let mut all = table();
    let pick = |values: &Values, places: &[usize]| match values {
        Values::Int32(list) => Values::Int32(places.iter().map(|at| list[*at]).collect()),
        Values::Int64(list) => Values::Int64(places.iter().map(|at| list[*at]).collect()),
        Values::Int96(list) => Values::Int96(places.iter().map(|at| list[*at]).collect()),
        Values::Double(list) => Values::Double(places.iter().map(|at| list[*at]).collect()),
        Values::Bytes(list) => Values::Bytes(places.iter().map(|at| list[*at].clone()).collect()),
        Values::Fixed(list) => Values::Fixed(places.iter().map(|at| list[*at].clone()).collect()),
    };
    let rows = [0, 1, 3, 5];
    for number in [0, 3, 5, 9, 10, 11] {
        all[number].values = pick(&all[number].values, &rows);
    }
    all[1] = column(pick(&all[1].values, &[0, 1, 4]), &[1, 1, 0, 1], &[]);
    all[2] = column(bytes(&["one\n", "two\n", "three\n", "four\n"]), &[1; 4], &[]);
    all[4] = column(pick(&all[4].values, &[0, 1]), &[0, 1, 1, 0], &[]);
    all[6] = column(bytes(&["a", "d", "e", "f"]), &[3, 2, 1, 0, 3, 3, 3], &[0, 1, 0, 0, 0, 1, 1]);
    all[7] = column(Values::Int32(vec![1]), &[0, 2, 1, 0], &[0; 4]);
    all[8] = column(Values::Int32(vec![1, 4]), &[1, 0, 0, 1], &[0; 4]);
    all.push(column(bytes(&["\u{1}point", "\u{1}other", "x", "z"]), &[], &[]));
    all
}

/// Converted to JSON Lines, columns are told as what they are for.
#[test]
fn columns_as_json() {
    let sandbox = Sandbox::new();
    sandbox.file("in/a.parquet", written(schema(MESSAGE), &table(), WriterProperties::default()));
    sandbox.tamis(&["clean", "in", "--out", "out", "--to", "jsonl"]).exits(0);
    let out = sandbox.read_text("out/part-00000.jsonl");
    let expected = [
        concat!(
            r#"{"id":"1","path":"a.parquet","text":"one\n","seen":"2020-01-01T00:00:00.123456","score":0.5,"price":0.01,"#,
            r#""tags":["a",null],"bare":[1],"short":-1,"json":"{}","any":"ff"}"#
        ),
        concat!(
            r#"{"id":"2","path":"a.parquet","text":"two\n","seen":"9999-12-31T02:00:00","score":-0.0,"#,
            r#""span":{"months":16843009,"days":16843009,"milliseconds":16843009},"price":-0.01,"#,
            r#""tags":[],"old":[1],"bare":[],"short":2,"json":"[1]","any":""}"#
        ),
        concat!(
            r#"{"id":"4","path":"a.parquet","text":"three\n","score":0.0,"#,
            r#""span":{"months":33686018,"days":33686018,"milliseconds":33686018},"price":123.45,"#,
            r#""old":[],"bare":[],"short":4,"json":"null","any":"80"}"#
        ),
    ];
    // What every shard has beside them depends on the text and its place.
    let without = |line: &str| {
        let (_, id) = line.split_once(",\"id\"").expect("an id behind the uid");
        let (before, hash) = id.split_once(",\"sha256\":\"").expect("a hash");
        format!("{{\"id\"{before}{}", &hash[65..])
    };
    let lines: Vec<String> = out.lines().map(without).collect();
    assert_eq!(lines[..3], expected);
    assert!(lines[3].contains(r#""tags":["d","e","f"],"bare":[4],"short":6"#), "{}", lines[3]);
    sandbox.tamis(&["verify", "in", "--out", "out", "--to", "jsonl"]).exits(0);
}

/// Text in bytes that nobody says are text, in enumerations, and in columns of columns.
#[test]
fn text_in_other_columns() {
    let texts = ["one\nsame\n", "two\nsame\n", "three\n"];
    for message in ["required binary body;", "required binary body (ENUM);", "required binary body (UTF8);"] {
        let input = written(schema(message), &[column(bytes(&texts), &[], &[])], WriterProperties::default());
        let run = clean_twice(&file("a.parquet", &input), &config(&[]));
        let (_, found) = read(&run.out["a.parquet"]);
        assert_eq!(found[0].values, bytes(&["one\nsame\n", "two\n", "three\n"]), "{message}");
        assert_eq!(run.summary.records.fields, [("body".to_owned(), 3)].into());
    }
    let nested =
        "required group article { optional group meta { optional binary body (UTF8); required int32 n; } }";
    let columns = [
        column(bytes(&texts), &[2, 2, 1, 0, 2], &[]),
        column(Values::Int32(vec![1, 2, 3, 5]), &[1, 1, 1, 0, 1], &[]),
    ];
    let input = written(schema(nested), &columns, WriterProperties::default());
    let run = clean_twice(&file("a.parquet", &input), &config(&["body", "article.meta.body"]));
    assert_eq!(run.reasons(), [("a.parquet", "text_not_string"); 2]);
    let (_, found) = read(&run.out["a.parquet"]);
    assert_eq!(
        (&found[0].values, &*found[0].definitions),
        (&bytes(&["one\nsame\n", "two\n", "three\n"]), &[2; 3][..])
    );
    assert_eq!((&found[1].values, &*found[1].definitions), (&Values::Int32(vec![1, 2, 5]), &[1; 3][..]));
    assert_eq!(run.summary.records.fields, [("article.meta.body".to_owned(), 3)].into());
}

/// Bytes that are no text are rejected by themselves, with their place.
#[test]
fn bytes_that_are_no_text() {
    let texts: [&[u8]; 3] = [b"one\n", b"ab\xffcd", b"two\n"];
    let input = written(
        schema("required binary text;"),
        &[column(bytes(&texts), &[], &[])],
        WriterProperties::default(),
    );
    let run = clean_twice(&file("a.parquet", &input), &config(&[]));
    assert_eq!(run.reasons(), [("a.parquet", "not_utf8")]);
    assert_eq!((run.rejected[0]["record"].as_u64(), run.rejected[0]["byte"].as_u64()), (Some(1), Some(2)));
    assert_eq!(read(&run.out["a.parquet"]).1[0].values, bytes(&["one\n", "two\n"]));
    let mut config = config(&[]);
    config.read.encoding_errors = tamis::config::EncodingErrors::Replace;
    let run = clean_twice(&file("a.parquet", &input), &config);
    assert_eq!(read(&run.out["a.parquet"]).1[0].values, bytes(&["one\n", "ab\u{fffd}cd", "two\n"]));
    assert_eq!(run.summary.documents.replaced, 1);
}

/// Bytes in another encoding are text if that encoding is given.
#[test]
fn bytes_in_a_given_encoding() {
    let hanzi = encoding_rs::GB18030.encode("第一行\n").0.into_owned();
    let texts: [&[u8]; 3] = [b"one\n", &hanzi, "第二行\n".as_bytes()];
    let input = written(
        schema("required binary text;"),
        &[column(bytes(&texts), &[], &[])],
        WriterProperties::default(),
    );
    let sandbox = Sandbox::new();
    sandbox.file("in/a.parquet", &input);
    sandbox.tamis(&["clean", "in", "--out", "out", "--encoding", "gb18030"]).exits(0);
    let (_, found) = read(&sandbox.read("out/a.parquet"));
    assert_eq!(found[0].values, bytes(&["one\n", "第一行\n", "第二行\n"]));
}

/// Columns that are no strings are named with what they hold.
#[test]
fn columns_that_are_no_text() {
    for (message, expected) in [
        (
            "required group text (LIST) { repeated group list { required binary element (UTF8); } }",
            "columns of its own",
        ),
        ("repeated binary text (UTF8);", "lists"),
        ("required binary text (JSON);", "JSON"),
        ("required binary text (DECIMAL(5, 1));", "DECIMAL(5, 1)"),
    ] {
        let levels: &[i16] = if message.contains("repeated") { &[1] } else { &[] };
        let zeros = &vec![0; levels.len()];
        let column = column(bytes(&["x"]), levels, zeros);
        let input = written(schema(message), &[column], WriterProperties::default());
        let run = clean(&file("a.parquet", &input), &config(&["text", "content"]));
        assert_eq!(run.reasons(), [("a.parquet", "text_not_string")], "{message}");
        assert_eq!(
            text_of(&run.rejected[0], "detail"),
            format!("the column text holds {expected}, not strings")
        );
    }
}

/// The columns that rows are sorted by are told again, unless one is the text.
#[test]
fn the_order_of_rows_is_said_again() {
    use parquet::file::metadata::SortingColumn;
    let by = |column_idx| Some(vec![SortingColumn { column_idx, descending: false, nulls_first: true }]);
    let message = "required int32 n; required binary text (UTF8);";
    let columns = [column(Values::Int32(vec![1, 2]), &[], &[]), column(bytes(&["a\n", "b\n"]), &[], &[])];
    for (sorting, expected) in [(by(0), by(0)), (by(1), None), (None, None)] {
        let properties = WriterProperties::builder().set_sorting_columns(sorting).build();
        let run =
            clean_twice(&file("a.parquet", written(schema(message), &columns, properties)), &config(&[]));
        let (after, _) = read(&run.out["a.parquet"]);
        assert_eq!(after.metadata().row_group(0).sorting_columns(), expected.as_ref());
    }
}

/// A few bytes claim millions of values in one row, which would all be held at once.
#[test]
fn a_row_that_expands_without_end() {
    const VALUES: usize = 5_000_000;
    let mut repetitions = vec![1; VALUES];
    repetitions[0] = 0;
    let message = "required binary text (UTF8); repeated int32 n;";
    let columns = [
        column(bytes(&["one\n"]), &[], &[]),
        column(Values::Int32(vec![7; VALUES]), &vec![1; VALUES], &repetitions),
    ];
    let input = written(schema(message), &columns, WriterProperties::default());
    assert!(input.len() < 64 * 1024, "{}", input.len());
    let run = clean(&file("a.parquet", &input), &config(&[]));
    assert_eq!(run.reasons(), [("a.parquet", "bomb")]);
}
