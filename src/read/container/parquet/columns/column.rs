//! Values of one column as they stand in the file: physical values, and the levels that say where something is missing
//! or repeated (Dremel; the Parquet format, "Nested Encoding").

use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::column::writer::{ColumnWriter, ColumnWriterImpl};
use parquet::data_type::{ByteArray, DataType, FixedLenByteArray, Int96};
use parquet::errors::Result;
use parquet::schema::types::ColumnDescriptor;

/// The values of some rows in a column.
#[derive(Debug, Clone)]
pub(super) struct Column {
    /// Those that are there.
    pub(super) values: Values,
    /// How much of its path is there, for each value and each gap; empty in a column without gaps.
    pub(super) definitions: Vec<i16>,
    /// On which level each of them repeats; empty in a column of one value a row.
    pub(super) repetitions: Vec<i16>,
}

/// Values by their physical type.
#[derive(Debug, Clone)]
pub(super) enum Values {
    Bool(Vec<bool>),
    Int32(Vec<i32>),
    Int64(Vec<i64>),
    Int96(Vec<Int96>),
    Float(Vec<f32>),
    Double(Vec<f64>),
    Bytes(Vec<ByteArray>),
    Fixed(Vec<FixedLenByteArray>),
}

/// Does the same with values of any type.
macro_rules! with_values {
    ($values:expr, $list:ident => $result:expr) => {
        match $values {
            Values::Bool($list) => $result,
            Values::Int32($list) => $result,
            Values::Int64($list) => $result,
            Values::Int96($list) => $result,
            Values::Float($list) => $result,
            Values::Double($list) => $result,
            Values::Bytes($list) => $result,
            Values::Fixed($list) => $result,
        }
    };
}

impl Values {
    /// Those that `keep` says of.
    fn filtered(&self, keep: &[bool]) -> Self {
        fn of<T: Clone>(list: &[T], keep: &[bool]) -> Vec<T> {
            list.iter().zip(keep).filter(|(_, is_kept)| **is_kept).map(|(value, _)| value.clone()).collect()
        }
        match self {
            Self::Bool(list) => Self::Bool(of(list, keep)),
            Self::Int32(list) => Self::Int32(of(list, keep)),
            Self::Int64(list) => Self::Int64(of(list, keep)),
            Self::Int96(list) => Self::Int96(of(list, keep)),
            Self::Float(list) => Self::Float(of(list, keep)),
            Self::Double(list) => Self::Double(of(list, keep)),
            Self::Bytes(list) => Self::Bytes(of(list, keep)),
            Self::Fixed(list) => Self::Fixed(of(list, keep)),
        }
    }

    fn len(&self) -> usize {
        with_values!(self, list => list.len())
    }
}

impl Column {
    /// The next `num_rows` rows of a column; how many there were. At the end of a row group there are fewer.
    pub(super) fn read(
        reader: &mut ColumnReader,
        descriptor: &ColumnDescriptor,
        num_rows: usize,
    ) -> Result<(Self, usize)> {
        let (mut definitions, mut repetitions) = (Vec::new(), Vec::new());
        let levels = Levels {
            definitions: (descriptor.max_def_level() > 0).then_some(&mut definitions),
            repetitions: (descriptor.max_rep_level() > 0).then_some(&mut repetitions),
        };
        let (values, num_read) = match reader {
            ColumnReader::BoolColumnReader(reader) => read(reader, levels, num_rows, Values::Bool)?,
            ColumnReader::Int32ColumnReader(reader) => read(reader, levels, num_rows, Values::Int32)?,
            ColumnReader::Int64ColumnReader(reader) => read(reader, levels, num_rows, Values::Int64)?,
            ColumnReader::Int96ColumnReader(reader) => read(reader, levels, num_rows, Values::Int96)?,
            ColumnReader::FloatColumnReader(reader) => read(reader, levels, num_rows, Values::Float)?,
            ColumnReader::DoubleColumnReader(reader) => read(reader, levels, num_rows, Values::Double)?,
            ColumnReader::ByteArrayColumnReader(reader) => read(reader, levels, num_rows, Values::Bytes)?,
            ColumnReader::FixedLenByteArrayColumnReader(reader) => {
                read(reader, levels, num_rows, Values::Fixed)?
            }
        };
        Ok((Self { values, definitions, repetitions }, num_read))
    }

    /// A column of these texts, none of which is missing.
    pub(super) fn of_texts<'t>(texts: impl Iterator<Item = &'t str>, max_definition: i16) -> Self {
        let values: Vec<ByteArray> = texts.map(ByteArray::from).collect();
        let num_levels = if max_definition > 0 { values.len() } else { 0 };
        let definitions = vec![max_definition; num_levels];
        Self { values: Values::Bytes(values), definitions, repetitions: Vec::new() }
    }

    /// A column of texts of which some are missing.
    pub(super) fn of_optional<'t>(texts: impl Iterator<Item = Option<&'t str>>) -> Self {
        let (mut values, mut definitions) = (Vec::new(), Vec::new());
        for text in texts {
            definitions.push(i16::from(text.is_some()));
            values.extend(text.map(ByteArray::from));
        }
        Self { values: Values::Bytes(values), definitions, repetitions: Vec::new() }
    }

    /// A column of texts without a row.
    pub(super) fn empty() -> Self {
        Self { values: Values::Bytes(Vec::new()), definitions: Vec::new(), repetitions: Vec::new() }
    }

    /// Adds a row to a column of texts: a value or a gap, and its level in a column that has gaps.
    pub(super) fn push(&mut self, value: Option<&ByteArray>, definition: Option<i16>) {
        if let (Values::Bytes(list), Some(value)) = (&mut self.values, value) {
            list.push(value.clone()); // a handle
        }
        self.definitions.extend(definition);
    }

    /// Replaces a value of a column of texts.
    pub(super) fn set(&mut self, place: usize, text: &str) {
        if let Values::Bytes(list) = &mut self.values
            && let Some(value) = list.get_mut(place)
        {
            *value = ByteArray::from(text);
        }
    }

    /// Appends the values to a column of a file.
    pub(super) fn write(&self, writer: &mut ColumnWriter<'_>) -> Result<()> {
        match (&self.values, writer) {
            (Values::Bool(list), ColumnWriter::BoolColumnWriter(writer)) => self.write_values(list, writer),
            (Values::Int32(list), ColumnWriter::Int32ColumnWriter(writer)) => self.write_values(list, writer),
            (Values::Int64(list), ColumnWriter::Int64ColumnWriter(writer)) => self.write_values(list, writer),
            (Values::Int96(list), ColumnWriter::Int96ColumnWriter(writer)) => self.write_values(list, writer),
            (Values::Float(list), ColumnWriter::FloatColumnWriter(writer)) => self.write_values(list, writer),
            (Values::Double(list), ColumnWriter::DoubleColumnWriter(writer)) => {
                self.write_values(list, writer)
            }
            (Values::Bytes(list), ColumnWriter::ByteArrayColumnWriter(writer)) => {
                self.write_values(list, writer)
            }
            (Values::Fixed(list), ColumnWriter::FixedLenByteArrayColumnWriter(writer)) => {
                self.write_values(list, writer)
            }
            _ => Err(parquet::errors::ParquetError::General("the column has another type".to_owned())),
        }
    }

    fn write_values<T: DataType>(&self, values: &[T::T], writer: &mut ColumnWriterImpl<'_, T>) -> Result<()> {
        let given = |levels: &'_ Vec<i16>| !levels.is_empty();
        let definitions = given(&self.definitions).then_some(&*self.definitions);
        let repetitions = given(&self.repetitions).then_some(&*self.repetitions);
        writer.write_batch(values, definitions, repetitions).map(drop)
    }

    /// Values and gaps, in all rows.
    pub(super) fn num_levels(&self) -> usize {
        if self.definitions.is_empty() { self.values.len() } else { self.definitions.len() }
    }

    /// Whether there is a value, and no gap, at this level.
    pub(super) fn is_value(&self, level: usize, max_definition: i16) -> bool {
        self.definitions.get(level).is_none_or(|definition| *definition == max_definition)
    }

    /// Where the value of each row stands among the values, in a column of one value a row.
    pub(super) fn places(&self, max_definition: i16) -> impl Iterator<Item = Option<usize>> + '_ {
        let mut next = 0;
        (0..self.num_levels()).map(move |level| {
            let place = self.is_value(level, max_definition).then_some(next);
            next += usize::from(place.is_some());
            place
        })
    }

    /// The rows that `keep` says of.
    pub(super) fn filtered(&self, keep: &[bool], max_definition: i16) -> Self {
        let (mut definitions, mut repetitions) = (Vec::new(), Vec::new());
        let mut is_kept = Vec::with_capacity(self.values.len());
        let mut next = 0;
        let mut in_row = false;
        for level in 0..self.num_levels() {
            let repetition = self.repetitions.get(level).copied();
            if repetition.is_none_or(|repetition| repetition == 0) {
                in_row = keep.get(next).copied().unwrap_or(false);
                next += 1;
            }
            if self.is_value(level, max_definition) {
                is_kept.push(in_row);
            }
            if in_row {
                definitions.extend(self.definitions.get(level));
                repetitions.extend(repetition);
            }
        }
        Self { values: self.values.filtered(&is_kept), definitions, repetitions }
    }

    /// Bytes of memory that it takes, about.
    pub(super) fn weight(&self) -> usize {
        let levels = 2 * (self.definitions.len() + self.repetitions.len());
        let values = match &self.values {
            Values::Bytes(list) => list.iter().map(|value| size_of::<ByteArray>() + value.len()).sum(),
            Values::Fixed(list) => list.iter().map(|value| size_of::<ByteArray>() + value.len()).sum(),
            Values::Int96(list) => list.len() * size_of::<Int96>(),
            values => values.len() * size_of::<u64>(),
        };
        levels + values
    }
}

/// Where levels are read to, in columns that have some.
struct Levels<'a> {
    definitions: Option<&'a mut Vec<i16>>,
    repetitions: Option<&'a mut Vec<i16>>,
}

fn read<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    levels: Levels<'_>,
    num_rows: usize,
    of: fn(Vec<T::T>) -> Values,
) -> Result<(Values, usize)> {
    let mut values = Vec::new();
    let (num_read, ..) =
        reader.read_records(num_rows, levels.definitions, levels.repetitions, &mut values)?;
    Ok((of(values), num_read))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_left_out_with_all_that_belongs_to_them() {
        // [1, null], [], null, [2], [3, 4]
        let lists = Column {
            values: Values::Int32(vec![1, 2, 3, 4]),
            definitions: vec![3, 2, 1, 0, 3, 3, 3],
            repetitions: vec![0, 1, 0, 0, 0, 0, 1],
        };
        let shown = |keep: [bool; 5]| {
            let Column { values, definitions, repetitions } = lists.filtered(&keep, 3);
            let Values::Int32(values) = values else { panic!("another type") };
            (values, definitions, repetitions)
        };
        assert_eq!(
            shown([true; 5]),
            (vec![1, 2, 3, 4], vec![3, 2, 1, 0, 3, 3, 3], vec![0, 1, 0, 0, 0, 0, 1])
        );
        assert_eq!(
            shown([true, false, true, false, true]),
            (vec![1, 3, 4], vec![3, 2, 0, 3, 3], vec![0, 1, 0, 0, 1])
        );
        assert_eq!(shown([false, true, false, true, false]), (vec![2], vec![1, 3], vec![0, 0]));
        let plain = Column {
            values: Values::Bool(vec![true, false, true]),
            definitions: Vec::new(),
            repetitions: Vec::new(),
        };
        let kept = plain.filtered(&[false, true, true], 0);
        assert!(matches!(kept.values, Values::Bool(list) if list == [false, true]));
    }
}
