//! Parquet: the text of each row changes, every other column, the schema, the metadata and the compression come back
//! as they were (contract O1, O4).
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::from_iter_instead_of_collect,
    reason = "texts of a few lines, made for a test"
)]
#![cfg(feature = "parquet")]

use std::sync::Arc;

use arrow_array::builder::{Int32Builder, ListBuilder, StringBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::Int32Type;
use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Date32Array, Decimal128Array, DictionaryArray, Float64Array,
    Int64Array, LargeStringArray, RecordBatch, StringArray, StringViewArray, StructArray,
    TimestampMicrosecondArray,
};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::Compression;
use parquet::file::metadata::{KeyValue, ParquetMetaData};
use parquet::file::properties::WriterProperties;
use tamis::Config;

use crate::support::json::text_of;
use crate::support::memory::{clean, clean_twice, file, files};
use crate::support::packs::{compress, decompress, tar, untar};

fn config() -> Config {
    Config { threads: 2, ..Config::default() }
}

fn properties(compression: Compression) -> WriterProperties {
    WriterProperties::builder()
        .set_compression(compression)
        .set_max_row_group_row_count(Some(500))
        .set_key_value_metadata(Some(vec![
            KeyValue::new("pandas".to_owned(), "{\"索引\":[]}".to_owned()),
            KeyValue::new("none".to_owned(), None),
        ]))
        .build()
}

fn written(batch: &RecordBatch, properties: WriterProperties) -> Vec<u8> {
    let mut writer = ArrowWriter::try_new(Vec::new(), batch.schema(), Some(properties)).expect("a writer");
    writer.write(batch).expect("memory");
    writer.into_inner().expect("memory")
}

fn read(bytes: &[u8]) -> (RecordBatch, Arc<ParquetMetaData>) {
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::copy_from_slice(bytes))
        .expect("a Parquet file");
    let (metadata, schema) = (Arc::clone(builder.metadata()), Arc::clone(builder.schema()));
    let batches: Vec<_> = builder.build().expect("a reader").map(|batch| batch.expect("rows")).collect();
    (arrow_select::concat::concat_batches(&schema, &batches).expect("one schema"), metadata)
}

fn row_text(n: usize) -> String {
    format!("第{n}行 of the table\n\nshared by all\n")
}

/// Columns of many types beside a text of this type.
fn batch(text: ArrayRef) -> RecordBatch {
    let n = text.len();
    let range = || 0..i64::try_from(n).expect("small");
    let mut lists = ListBuilder::new(Int32Builder::new());
    let mut words = ListBuilder::new(StringBuilder::new());
    for row in 0..n {
        (0..row % 4).for_each(|value| lists.values().append_option((value != 2).then_some(7)));
        lists.append(row % 5 > 0);
        words.values().append_value(format!("w{row}"));
        words.append(true);
    }
    let dictionary: DictionaryArray<Int32Type> =
        (0..n).map(|row| ["red", "green", "蓝"].get(row % 4).copied()).collect();
    let inner = StructArray::from(vec![
        (
            Arc::new(Field::new("a", DataType::Boolean, true)),
            Arc::new((0..n).map(|row| (row % 3 > 0).then_some(row % 2 == 0)).collect::<BooleanArray>())
                as ArrayRef,
        ),
        (
            Arc::new(Field::new("b", DataType::Float64, false)),
            Arc::new(Float64Array::from_iter_values((0..n).map(|row| row as f64 / 7.0))),
        ),
    ]);
    let decimal = Decimal128Array::from_iter_values(range().map(i128::from))
        .with_precision_and_scale(12, 3)
        .expect("a decimal");
    let time = TimestampMicrosecondArray::from_iter_values(range()).with_timezone("Asia/Shanghai");
    let columns: Vec<(&str, ArrayRef, bool)> = vec![
        ("id", Arc::new(Int64Array::from_iter_values(range())), false),
        ("list", Arc::new(lists.finish()), true),
        ("text", text, true),
        ("words", Arc::new(words.finish()), false),
        ("color", Arc::new(dictionary), true),
        ("inner", Arc::new(inner), false),
        ("price", Arc::new(decimal), false),
        ("time", Arc::new(time), false),
        ("day", Arc::new(Date32Array::from_iter((0..n).map(|row| (row % 2 == 0).then_some(9)))), true),
        ("blob", Arc::new(BinaryArray::from_iter_values((0..n).map(|row| [0xff, (row % 251) as u8]))), false),
    ];
    let fields: Vec<Field> = columns
        .iter()
        .map(|(name, column, nullable)| {
            Field::new(*name, column.data_type().clone(), *nullable)
                .with_metadata(std::collections::HashMap::from([("note".to_owned(), (*name).to_owned())]))
        })
        .collect();
    let schema = Schema::new(fields)
        .with_metadata(std::collections::HashMap::from([("origin".to_owned(), "tests".to_owned())]));
    RecordBatch::try_new(Arc::new(schema), columns.into_iter().map(|(_, column, _)| column).collect())
        .expect("a batch")
}

/// The texts of `n` rows: every seventh is null, every fifth repeats another.
fn values(n: usize) -> Vec<Option<String>> {
    (0..n).map(|row| (row % 7 != 3).then(|| row_text(if row % 5 == 4 { row - 1 } else { row }))).collect()
}

/// The rows that stay, and their texts.
fn expected(values: &[Option<String>]) -> Vec<(usize, String)> {
    let mut seen = std::collections::HashSet::new();
    let clean = |(row, value): (usize, &Option<String>)| {
        let lines: Vec<&str> = value
            .as_deref()?
            .lines()
            .filter(|line| !line.is_empty() && seen.insert((*line).to_owned()))
            .collect();
        (!lines.is_empty()).then(|| {
            (
                row,
                if lines.len() == 2 {
                    format!("{}\n\n{}\n", lines[0], lines[1])
                } else {
                    format!("{}\n", lines[0])
                },
            )
        })
    };
    values.iter().enumerate().filter_map(clean).collect()
}

/// Every type of text column, every compression, several row groups.
#[test]
fn everything_else_is_kept() {
    let values = values(1700);
    let texts: [ArrayRef; 3] = [
        Arc::new(StringArray::from(values.clone())),
        Arc::new(LargeStringArray::from(values.clone())),
        Arc::new(StringViewArray::from_iter(values.iter().map(Option::as_deref))),
    ];
    for (number, text) in texts.into_iter().enumerate() {
        let compression = [
            Compression::SNAPPY,
            Compression::ZSTD(parquet::basic::ZstdLevel::default()),
            Compression::UNCOMPRESSED,
        ][number];
        let batch = batch(text);
        let bytes = written(&batch, properties(compression));
        let run = clean_twice(&file("a.parquet", &bytes), &config());
        assert_eq!(run.summary.records.rejected, [("text_not_string".to_owned(), 243)].into());
        assert_eq!(run.rejected[0]["record"].as_u64(), Some(3));
        let (out, metadata) = read(&run.out["a.parquet"]);
        let (before, metadata_before) = read(&bytes);
        assert_eq!(out.schema(), before.schema());
        assert_eq!(metadata.file_metadata().schema(), metadata_before.file_metadata().schema());
        let rows = expected(&values);
        let indices = arrow_array::UInt64Array::from_iter_values(rows.iter().map(|(row, _)| *row as u64));
        for (index, field) in before.schema().fields().iter().enumerate() {
            if field.name() == "text" {
                continue;
            }
            let kept: BooleanArray =
                (0..before.num_rows() as u64).map(|row| Some(indices.values().contains(&row))).collect();
            let column = arrow_select::filter::filter(before.column(index), &kept).expect("a column");
            assert_eq!(&column, out.column(index), "{}", field.name());
        }
        let text = out.column(2);
        for (at, (_, expected)) in rows.iter().enumerate() {
            let found = match number {
                0 => text.as_string::<i32>().value(at),
                1 => text.as_string::<i64>().value(at),
                _ => text.as_string_view().value(at),
            };
            assert_eq!(found, expected);
        }
        let pairs = |metadata: &ParquetMetaData| {
            let pairs = metadata.file_metadata().key_value_metadata().expect("metadata").clone();
            // The schema, which was compared above, is spelled with the metadata in it.
            let others = pairs.into_iter().filter(|pair| pair.key != parquet::arrow::ARROW_SCHEMA_META_KEY);
            let mut pairs: Vec<_> = others.map(|pair| (pair.key, pair.value)).collect();
            pairs.sort();
            pairs
        };
        assert_eq!(pairs(&metadata), pairs(&metadata_before));
        for group in metadata.row_groups() {
            assert!(group.num_rows() <= 500);
            assert!(group.columns().iter().all(|column| column.compression() == compression));
        }
        let ids: Vec<_> = run.ledger.iter().map(|line| line["id"].as_u64()).collect();
        assert!(ids[0] == Some(1) && ids.iter().all(Option::is_some));
    }
}

/// Wrapped up in compression and in archives, and held against files of another kind.
#[test]
fn wrapped_up() {
    let text: ArrayRef = Arc::new(StringArray::from(values(40)));
    let bytes = written(&batch(text), properties(Compression::SNAPPY));
    let expected = clean(&file("a.parquet", &bytes), &config()).out.remove("a.parquet").expect("a file");
    let run = clean_twice(&file("a.parquet.zst", compress("zst", &bytes)), &config());
    assert!(decompress("zst", &run.out["a.parquet.zst"]) == expected);
    let run = clean_twice(&file("a.tar", tar(&[("x", bytes.clone())])), &config());
    assert!(untar(&run.out["a.tar"])["x"] == expected);
    assert!(run.reasons().iter().all(|rejection| *rejection == ("a.tar/x", "text_not_string")));
    let run = clean_twice(&files([("0.txt", "shared by all\n".into()), ("b", bytes)]), &config());
    assert_eq!(text_of(&run.ledger[0]["survivor"], "path"), "0.txt");
    assert_eq!(run.summary.documents.encodings, [("UTF-8".to_owned(), 35)].into());
}

/// Files without rows, without the column, with a column of something else, and damaged ones.
#[test]
fn files_that_hold_no_text() {
    let text: ArrayRef = Arc::new(StringArray::from(values(40)));
    let whole = batch(text);
    let run =
        clean(&file("a.parquet", written(&whole.slice(0, 0), properties(Compression::SNAPPY))), &config());
    assert_eq!((run.out.len(), run.summary.files.read, run.rejected.len()), (0, 1, 0));
    let bytes = written(&whole, properties(Compression::SNAPPY));
    for (field, reason, detail) in [
        ("body", "no_text", "its columns are id, list, text"),
        ("price", "text_not_string", "DECIMAL(12, 3)"),
    ] {
        let mut config = config();
        config.read.text_field = vec![field.to_owned()];
        let run = clean(&file("a.parquet", &bytes), &config);
        assert_eq!(run.reasons(), [("a.parquet", reason)]);
        assert!(text_of(&run.rejected[0], "detail").contains(detail), "{:?}", run.rejected);
    }
    let len = bytes.len();
    for cut in [8, len / 2, len - 1] {
        let run = clean(&files([("a.parquet", bytes[..cut].to_vec()), ("z.txt", "z\n".into())]), &config());
        assert_eq!((run.reasons(), run.text("z.txt")), (vec![("a.parquet", "not_parquet")], "z\n"));
    }
    let limited = {
        let mut config = config();
        config.read.max_document_size = Some(10);
        config
    };
    let run = clean(&file("a.parquet", &bytes), &limited);
    assert_eq!(run.summary.records.rejected["too_large"], 34);
}
