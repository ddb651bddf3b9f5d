//! Rows as JSON: the columns beside the text, put together again to the records that they were taken apart from.

use std::fmt::Write;
use std::ops::Range;

use parquet::basic::{ConvertedType, LogicalType, Repetition};
use parquet::schema::types::Type;

use super::Rows;
use super::column::Column;
use super::schema::repetition;
use super::value;
use crate::read::container::Field;
use crate::read::container::json::json_string;

/// Rows that are looked at one by one.
pub(super) struct JsonRows<'a> {
    rows: &'a Rows,
    leaves: Vec<Leaf<'a>>,
}

/// A column that holds values, and where in it rows and values stand.
struct Leaf<'a> {
    column: &'a Column,
    /// How many values stand before each level; empty where each level has one.
    values_before: Vec<usize>,
    /// The level at which each row begins, and the end; empty where each row has one.
    row_starts: Vec<usize>,
    max_definition: i16,
}

impl<'a> Leaf<'a> {
    fn new(column: &'a Column, max_definition: i16) -> Self {
        let mut before = 0;
        let values_before = column.definitions.iter().map(|definition| {
            let at = before;
            before += usize::from(*definition == max_definition);
            at
        });
        let values_before = values_before.collect();
        let mut row_starts = Vec::new();
        if !column.repetitions.is_empty() {
            let starts = column.repetitions.iter().enumerate().filter(|(_, repetition)| **repetition == 0);
            row_starts.extend(starts.map(|(level, _)| level));
            row_starts.push(column.repetitions.len());
        }
        Self { column, values_before, row_starts, max_definition }
    }

    /// The levels of a row.
    fn row(&self, row: usize) -> Range<usize> {
        match self.row_starts.get(row..row + 2) {
            Some(&[start, end]) => start..end,
            _ if self.row_starts.is_empty() => row..row + 1,
            _ => 0..0,
        }
    }

    /// How much of its path is there, at this level.
    fn definition(&self, level: usize) -> i16 {
        self.column.definitions.get(level).copied().unwrap_or(self.max_definition)
    }
}

/// A node of the schema, and where what is below it stands.
#[expect(clippy::struct_field_names, reason = "the schema's own node")]
#[derive(Clone, Copy)]
struct Node<'a> {
    node: &'a Type,
    /// Number of its first column of values.
    first: usize,
    /// The levels of its parent.
    definition: i16,
    repetition: i16,
}

impl Node<'_> {
    /// Its own levels.
    fn levels(&self) -> (i16, i16) {
        match repetition(self.node) {
            Repetition::REQUIRED => (self.definition, self.repetition),
            Repetition::OPTIONAL => (self.definition + 1, self.repetition),
            Repetition::REPEATED => (self.definition + 1, self.repetition + 1),
        }
    }
}

/// How many columns of values are below a node.
fn num_leaves(node: &Type) -> usize {
    if node.is_group() { node.get_fields().iter().map(|child| num_leaves(child)).sum() } else { 1 }
}

impl<'a> JsonRows<'a> {
    pub(super) fn new(rows: &'a Rows) -> Self {
        let schema = rows.metadata.file_metadata().schema_descr();
        let leaves = rows.columns.iter().zip(schema.columns());
        let leaves = leaves.map(|(column, descriptor)| Leaf::new(column, descriptor.max_def_level()));
        Self { rows, leaves: leaves.collect() }
    }

    /// The fields of a row but for its text and for nulls.
    pub(super) fn fields(&self, row: usize) -> Vec<Field> {
        let root = self.rows.metadata.file_metadata().schema_descr().root_schema();
        let ranges: Vec<_> = self.leaves.iter().map(|leaf| leaf.row(row)).collect();
        let mut fields = Vec::new();
        self.members(
            Node { node: root, first: 0, definition: 0, repetition: 0 },
            &ranges,
            &mut |name, value| {
                fields.push((name.to_owned(), value));
            },
        );
        fields
    }

    /// Shows each field of a group that is there.
    fn members(&self, group: Node<'_>, ranges: &[Range<usize>], show: &mut dyn FnMut(&str, String)) {
        let (definition, repetition) = (group.definition, group.repetition);
        let mut first = group.first;
        for child in group.node.get_fields() {
            let end = first + num_leaves(child);
            let below = &ranges[first - group.first..end - group.first];
            if first != self.rows.text || child.is_group() {
                let json = self.json(Node { node: child, first, definition, repetition }, below);
                if let Some(json) = json {
                    show(child.name(), json);
                }
            }
            first = end;
        }
    }

    /// The value of a node in the levels of one instance of its parent; `None` if it is null.
    fn json(&self, node: Node<'_>, ranges: &[Range<usize>]) -> Option<String> {
        let (definition, level) = node.levels();
        let is_there = |ranges: &[Range<usize>]| {
            let start = ranges.first().filter(|range| !range.is_empty())?.start;
            (self.leaves[node.first].definition(start) >= definition).then_some(())
        };
        let inner = Node { definition, repetition: level, ..node };
        if repetition(node.node) == Repetition::REPEATED {
            let items = is_there(ranges).map(|()| self.items(inner, ranges)).unwrap_or_default();
            return Some(list(items.iter().map(|ranges| self.content(inner, ranges))));
        }
        is_there(ranges)?;
        self.content(inner, ranges)
    }

    /// The levels of each item of a repeated node.
    fn items(&self, node: Node<'_>, ranges: &[Range<usize>]) -> Vec<Vec<Range<usize>>> {
        let starts = |leaf: usize, range: &Range<usize>| -> Vec<usize> {
            let repetitions = &self.leaves[node.first + leaf].column.repetitions;
            let is_start = |level: &usize| {
                *level == range.start || repetitions.get(*level).is_some_and(|at| *at <= node.repetition)
            };
            range.clone().filter(is_start).chain([range.end]).collect()
        };
        let starts: Vec<_> = ranges.iter().enumerate().map(|(leaf, range)| starts(leaf, range)).collect();
        let num_items = starts.iter().map(Vec::len).min().unwrap_or(1).saturating_sub(1);
        let item = |number| starts.iter().map(|starts| starts[number]..starts[number + 1]).collect();
        (0..num_items).map(item).collect()
    }

    /// The value of a node that is there; `node` has its own levels.
    fn content(&self, node: Node<'_>, ranges: &[Range<usize>]) -> Option<String> {
        if !node.node.is_group() {
            let leaf = &self.leaves[node.first];
            let level = ranges.first()?.start;
            let place = leaf.values_before.get(level).copied().unwrap_or(level);
            return value::json(&leaf.column.values, place, node.node);
        }
        if let Some(child) = repeated_child(node.node) {
            let child = Node { node: child, ..node };
            let (definition, repetition) = child.levels();
            let start = ranges.first()?.start;
            let is_empty = self.leaves[node.first].definition(start) < definition;
            let inner = Node { definition, repetition, ..child };
            let items = if is_empty { Vec::new() } else { self.items(inner, ranges) };
            if is_map(node.node) {
                return Some(self.map(inner, &items));
            }
            let items = items.iter().map(|ranges| match only_element(inner.node, node.node.name()) {
                Some(element) => self.json(Node { node: element, ..inner }, ranges),
                None => self.content(inner, ranges),
            });
            return Some(list(items));
        }
        let mut object = String::from("{");
        self.members(node, ranges, &mut |name, value| {
            let comma = if object.len() > 1 { "," } else { "" };
            let _ = write!(object, "{comma}{}:{value}", json_string(name));
        });
        object.push('}');
        Some(object)
    }

    /// The entries of a map: an object, each key a string as it is or as JSON.
    fn map(&self, entry: Node<'_>, items: &[Vec<Range<usize>>]) -> String {
        let mut object = String::from("{");
        for ranges in items {
            let mut members = Vec::new();
            self.members(entry, ranges, &mut |_, value| members.push(value));
            let mut members = members.into_iter();
            let key = members.next().unwrap_or_default();
            let key = if key.starts_with('"') { key } else { json_string(&key) };
            let comma = if object.len() > 1 { "," } else { "" };
            let _ = write!(object, "{comma}{key}:{}", members.next().unwrap_or_else(|| "null".to_owned()));
        }
        object.push('}');
        object
    }
}

fn list(items: impl Iterator<Item = Option<String>>) -> String {
    let items: Vec<_> = items.map(|item| item.unwrap_or_else(|| "null".to_owned())).collect();
    format!("[{}]", items.join(","))
}

fn annotation(node: &Type) -> (Option<&LogicalType>, ConvertedType) {
    let info = node.get_basic_info();
    (info.logical_type_ref(), info.converted_type())
}

fn is_map(node: &Type) -> bool {
    let (logical, converted) = annotation(node);
    matches!(logical, Some(LogicalType::Map))
        || matches!(converted, ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE)
}

/// The node that repeats in a list or a map.
fn repeated_child(node: &Type) -> Option<&Type> {
    let (logical, converted) = annotation(node);
    let is_list = matches!(logical, Some(LogicalType::List)) || converted == ConvertedType::LIST;
    let [child] = node.get_fields() else { return None };
    let is_repeated = repetition(child) == Repetition::REPEATED;
    let is_entry = child.is_group() && child.get_fields().len() == 2;
    (is_repeated && (is_list || (is_map(node) && is_entry))).then_some(&**child)
}

/// The element of a list whose items are nodes around one; the items of other lists are the elements themselves
/// (the Parquet format, "Lists: backward-compatibility rules").
fn only_element<'t>(item: &'t Type, list: &str) -> Option<&'t Type> {
    let is_item_itself = item.name() == "array" || item.name() == format!("{list}_tuple");
    if !item.is_group() || is_item_itself {
        return None;
    }
    let [element] = item.get_fields() else { return None };
    Some(&**element)
}
