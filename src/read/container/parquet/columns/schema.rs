//! The columns that matter, found in a schema: the one that holds the text, and the one that names a row.

use parquet::basic::{ConvertedType, LogicalType, Repetition, Type as Physical};
use parquet::schema::types::{ColumnDescriptor, SchemaDescriptor, Type};

use crate::error::RejectReason;
use crate::read::fault::Fault;
use crate::read::text_fields::{FieldNames, behind};

/// The column that holds the text.
#[derive(Debug, Clone, Copy)]
pub(super) struct TextColumn {
    /// Its index among the columns that hold values.
    pub(super) index: usize,
    /// The number of its name.
    pub(super) field: u32,
}

/// The column of the first of these names that the schema has.
pub(super) fn text_column(schema: &SchemaDescriptor, names: &FieldNames) -> Result<TextColumn, Fault> {
    let root = schema.root_schema();
    let found = names.iter().find_map(|(field, name)| Some((field, name, find(root, name)?)));
    let Some((field, name, path)) = found else {
        let found = root.get_fields().iter().map(|column| column.name().to_owned()).collect();
        return Err(names.missing("column", found));
    };
    let is_it = |column: &ColumnDescriptor| {
        let parts = column.path().parts();
        parts.len() == path.len() && parts.iter().zip(&path).all(|(part, name)| part == name)
    };
    let not_strings = |what: String| {
        Fault::new(RejectReason::TextNotString, format!("the column {name} holds {what}, not strings"))
    };
    let Some(index) = schema.columns().iter().position(|column| is_it(column)) else {
        return Err(not_strings("columns of its own".to_owned()));
    };
    let column = schema.column(index);
    if column.max_rep_level() > 0 {
        return Err(not_strings("lists".to_owned()));
    }
    if is_text(&column) { Ok(TextColumn { index, field }) } else { Err(not_strings(type_name(&column))) }
}

/// The path of the column that a name leads to, below `group`: a column that has the whole name, or more of it, wins.
fn find<'s>(group: &'s Type, name: &str) -> Option<Vec<&'s str>> {
    let mut columns: Vec<_> =
        group.get_fields().iter().filter_map(|column| Some((column, behind(name, column.name())?))).collect();
    columns.sort_by_key(|(_, rest)| rest.len());
    columns.into_iter().find_map(|(column, rest)| {
        if rest.is_empty() {
            return Some(vec![column.name()]);
        }
        let mut path = find(group_of(column)?, rest)?;
        path.insert(0, column.name());
        Some(path)
    })
}

/// A column that has columns of its own.
fn group_of(column: &Type) -> Option<&Type> {
    column.is_group().then_some(column)
}

/// Whether the values of a column are texts, or bytes that may be.
fn is_text(column: &ColumnDescriptor) -> bool {
    if column.physical_type() != Physical::BYTE_ARRAY {
        return false;
    }
    match column.logical_type_ref() {
        Some(logical) => matches!(logical, LogicalType::String | LogicalType::Enum),
        None => {
            matches!(column.converted_type(), ConvertedType::NONE | ConvertedType::UTF8 | ConvertedType::ENUM)
        }
    }
}

/// The type of a column, as schemas spell it.
fn type_name(column: &ColumnDescriptor) -> String {
    match (column.logical_type_ref(), column.converted_type()) {
        (Some(LogicalType::Decimal(_)), _) | (None, ConvertedType::DECIMAL) => {
            format!("DECIMAL({}, {})", column.type_precision(), column.type_scale())
        }
        (Some(logical), _) => {
            let name = format!("{logical:?}");
            name.split(['(', ' ', '{']).next().unwrap_or_default().to_uppercase()
        }
        (None, ConvertedType::NONE) => column.physical_type().to_string(),
        (None, converted) => converted.to_string(),
    }
}

/// The column of the top level that names a row: of texts or whole numbers; nothing else names one.
pub(super) fn id_column(schema: &SchemaDescriptor, name: &str) -> Option<usize> {
    let is_it = |column: &ColumnDescriptor| {
        let is_named = matches!(column.path().parts(), [only] if only == name) && column.max_rep_level() == 0;
        let is_number = matches!(column.physical_type(), Physical::INT32 | Physical::INT64)
            && match column.logical_type_ref() {
                Some(logical) => matches!(logical, LogicalType::Integer(_)),
                None => is_whole(column.converted_type()),
            };
        is_named && (is_number || is_text(column))
    };
    schema.columns().iter().position(|column| is_it(column))
}

fn is_whole(converted: ConvertedType) -> bool {
    converted == ConvertedType::NONE || is_unsigned_converted(converted) || {
        use ConvertedType::{INT_8, INT_16, INT_32, INT_64};
        matches!(converted, INT_8 | INT_16 | INT_32 | INT_64)
    }
}

fn is_unsigned_converted(converted: ConvertedType) -> bool {
    use ConvertedType::{UINT_8, UINT_16, UINT_32, UINT_64};
    matches!(converted, UINT_8 | UINT_16 | UINT_32 | UINT_64)
}

/// Whether the whole numbers of a column have no sign.
pub(super) fn is_unsigned(column: &ColumnDescriptor) -> bool {
    match column.logical_type_ref() {
        Some(LogicalType::Integer(integer)) => !integer.is_signed,
        Some(_) => false,
        None => is_unsigned_converted(column.converted_type()),
    }
}

/// How often a node of the schema stands in its parent; the root stands there once.
pub(super) fn repetition(node: &Type) -> Repetition {
    let info = node.get_basic_info();
    if info.has_repetition() { info.repetition() } else { Repetition::REQUIRED }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parquet::schema::parser::parse_message_type;
    use std::sync::Arc;

    fn found(message: &str, fields: &[&str]) -> Result<(usize, u32), String> {
        let mut config = crate::Config::default();
        config.read.text_field = fields.iter().map(|&field| field.to_owned()).collect();
        let context = crate::read::context::ReadContext::new(&config).unwrap();
        let message = format!("message m {{ {message} }}");
        let schema = SchemaDescriptor::new(Arc::new(parse_message_type(&message).unwrap()));
        let found = text_column(&schema, &context.text_fields);
        found.map(|text| (text.index, text.field)).map_err(|fault| fault.detail)
    }

    #[test]
    fn columns_by_name() {
        let nested = "required int64 id; optional group article { optional binary title (UTF8); \
                      optional binary body (UTF8); repeated binary tags (UTF8); optional binary x.y; }";
        for (message, fields, expected) in [
            ("optional binary content (UTF8); optional binary text (UTF8);", &[][..], Ok((1, 0))),
            ("optional binary content (UTF8); required binary b (STRING);", &[], Ok((0, 1))),
            ("required binary b (ENUM); required binary a;", &["a", "b"], Ok((1, 0))),
            (nested, &["article.body"], Ok((2, 0))),
            (nested, &["article.text", "article.title"], Ok((1, 1))),
            (nested, &["article.x.y"], Ok((4, 0))),
            (nested, &["article.tags"], Err("the column article.tags holds lists, not strings")),
            (nested, &["article"], Err("the column article holds columns of its own, not strings")),
            (nested, &["id"], Err("the column id holds INT64, not strings")),
            (nested, &["x"], Err("no column x; its columns are id, article")),
            (
                "required int32 text (DECIMAL(9, 2));",
                &[],
                Err("the column text holds DECIMAL(9, 2), not strings"),
            ),
            ("required binary text (JSON);", &[], Err("the column text holds JSON, not strings")),
            ("required int96 text;", &[], Err("the column text holds INT96, not strings")),
            (
                "required int64 text (TIMESTAMP(MILLIS,true));",
                &[],
                Err("the column text holds TIMESTAMP, not strings"),
            ),
        ] {
            assert_eq!(found(message, fields), expected.map_err(str::to_owned), "{message} {fields:?}");
        }
    }

    #[test]
    fn what_names_a_row() {
        let id = |message: &str| {
            let message = format!("message m {{ {message} }}");
            let schema = SchemaDescriptor::new(Arc::new(parse_message_type(&message).unwrap()));
            id_column(&schema, "id")
        };
        for (message, expected) in [
            ("optional int64 id;", Some(0)),
            ("required int32 x; required int32 id (UINT_16);", Some(1)),
            ("optional binary id (UTF8);", Some(0)),
            ("optional double id;", None),
            ("optional int32 id (DATE);", None),
            ("repeated int32 id;", None),
            ("optional group a { optional int32 id; }", None),
        ] {
            assert_eq!(id(message), expected, "{message}");
        }
    }
}
