//! The fields that may hold a record's text, for each file: the first that a record has counts (contract O4).

use std::fmt::{self, Write};
use std::sync::Arc;

use super::fault::Fault;
use crate::config::{DEFAULT_TEXT_FIELDS, TextFieldOption};
use crate::discover::PathGlobs;
use crate::error::{Error, RejectReason, Result};

/// Names that a fault lists: enough to see a misspelled one, few enough to read.
const MAX_LISTED: usize = 20;

/// Characters that it shows of each.
const MAX_NAME: usize = 40;

/// The names that are tried for a record's text in one file, in order: each a field of the record, or a dotted path
/// (`article.body` is the field `body` of the object in the field `article`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct FieldNames(Vec<String>);

impl FieldNames {
    /// The name of this number; empty where there is none.
    pub(crate) fn get(&self, number: u32) -> &str {
        let number = usize::try_from(number).unwrap_or(usize::MAX);
        self.0.get(number).map_or("", String::as_str)
    }

    /// The names with their numbers.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &str)> + Clone {
        (0..).zip(self.0.iter().map(String::as_str))
    }

    /// The fault of a record, or a table, that has none of them, but these; they are `what`: fields or columns.
    pub(super) fn missing(&self, what: &str, found: Vec<String>) -> Fault {
        let mut detail = format!("no {what} {self}");
        let num_found = found.len();
        let shown = found.into_iter().take(MAX_LISTED).map(|name| match name.char_indices().nth(MAX_NAME) {
            Some((end, _)) => format!("{}…", &name[..end]),
            None => name,
        });
        let mut shown: Vec<_> = shown.collect();
        if num_found > MAX_LISTED {
            shown.push(format!("… {} more", num_found - MAX_LISTED));
        }
        if num_found > 0 {
            let are = if num_found == 1 { " is" } else { "s are" };
            // Writing to a String cannot fail.
            let _ = write!(detail, "; its {what}{are} {}", shown.join(", "));
        }
        Fault::new(RejectReason::NoText, detail)
    }
}

impl fmt::Display for FieldNames {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.split_last() {
            Some((last, [])) => f.write_str(last),
            Some((last, others)) => write!(f, "{} or {last}", others.join(", ")),
            None => Ok(()),
        }
    }
}

/// The part of a path behind `key`, if the path begins with it: empty where it is the whole path. A key may hold dots
/// itself.
pub(super) fn behind<'p>(path: &'p str, key: &str) -> Option<&'p str> {
    // Most keys are told apart by their first byte.
    if path.as_bytes().first() != key.as_bytes().first() {
        return None;
    }
    let rest = path.strip_prefix(key)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix('.') }
}

/// `--text-field`: the names for each file.
#[derive(Debug)]
pub(super) struct TextFields {
    /// Those for files that no glob names.
    others: Arc<FieldNames>,
    globs: PathGlobs,
    /// Those of each glob.
    of_globs: Vec<Vec<String>>,
}

impl TextFields {
    /// # Errors
    /// [`Error::Config`] names the value that is wrong.
    pub(super) fn new(values: &[String]) -> Result<Self> {
        let (mut others, mut globs, mut of_globs) = (Vec::new(), Vec::new(), Vec::new());
        for value in values {
            let option = TextFieldOption::parse(value)
                .map_err(|wrong| Error::Config(format!("text-field {value:?}: {wrong}")))?;
            match option.glob {
                None => others.extend(option.names),
                Some(glob) => {
                    globs.push(glob);
                    of_globs.push(option.names);
                }
            }
        }
        if others.is_empty() {
            others = DEFAULT_TEXT_FIELDS.map(str::to_owned).to_vec();
        }
        Ok(Self {
            others: Arc::new(FieldNames(others)),
            globs: PathGlobs::new("text-field", &globs)?,
            of_globs,
        })
    }

    /// The names for files that no glob names.
    pub(super) fn others(&self) -> Arc<FieldNames> {
        Arc::clone(&self.others)
    }

    /// The names for the file of this path, if a glob names it.
    pub(super) fn of(&self, path: &[u8]) -> Option<Arc<FieldNames>> {
        let numbers = self.globs.matches(path);
        let names = numbers.into_iter().flat_map(|number| self.of_globs[number].iter().cloned());
        let names: Vec<_> = names.collect();
        (!names.is_empty()).then(|| Arc::new(FieldNames(names)))
    }
}

/// How many records have their text in which field.
#[derive(Debug, Clone, Default)]
pub(crate) struct FieldCounts {
    /// The names that were tried.
    pub(crate) names: Arc<FieldNames>,
    counts: Vec<u64>,
}

impl FieldCounts {
    /// No record yet of a file in which these names are tried.
    pub(super) fn new(names: &Arc<FieldNames>) -> Self {
        Self { names: Arc::clone(names), counts: Vec::new() }
    }

    /// Counts a record whose text is in the field of this number.
    pub(super) fn count(&mut self, number: u32) {
        let number = usize::try_from(number).unwrap_or(usize::MAX);
        if self.counts.len() <= number && number < self.names.0.len() {
            self.counts.resize(self.names.0.len(), 0);
        }
        if let Some(count) = self.counts.get_mut(number) {
            *count += 1;
        }
    }

    /// The fields in which texts were found, with how many.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        let counts = self.names.iter().zip(&self.counts);
        counts.filter(|(_, count)| **count > 0).map(|((_, name), count)| (name, *count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_by_file() {
        let fields = |values: &[&str]| {
            let values: Vec<_> = values.iter().map(|&value| value.to_owned()).collect();
            TextFields::new(&values).unwrap()
        };
        let of = |values: &[&str], path: &str| {
            let fields = fields(values);
            fields.of(path.as_bytes()).unwrap_or_else(|| fields.others()).to_string()
        };
        for (values, path, expected) in [
            (&["a"][..], "x.jsonl", "a"),
            (&["a", "b,c"], "x.jsonl", "a, b or c"),
            (&["a", "*.csv=b"], "x.jsonl", "a"),
            (&["a", "*.csv=b"], "x.csv.gz", "b"),
            (&["x/**=c", "*.csv=b,d", "a"], "x/x.csv", "c, b or d"),
            (&["*.csv=b"], "x.jsonl", "text, content, body, article, 正文 or 内容"),
            (&[], "x.jsonl", "text, content, body, article, 正文 or 内容"),
        ] {
            assert_eq!(of(values, path), expected, "{values:?} {path}");
        }
        assert!(matches!(TextFields::new(&["a[=b".to_owned()]), Err(Error::Config(_))));
    }

    #[test]
    fn what_is_there_instead_is_listed() {
        let names = TextFields::new(&["a,b".to_owned()]).unwrap().others();
        let told = |found: Vec<String>| names.missing("column", found).detail;
        assert_eq!(told(Vec::new()), "no column a or b");
        assert_eq!(told(vec!["id".to_owned()]), "no column a or b; its column is id");
        let many = told(vec!["中".repeat(41); 30]);
        let shown = vec!["中".repeat(40) + "…"; 20].join(", ");
        assert_eq!(many, format!("no column a or b; its columns are {shown}, … 10 more"));
    }

    #[test]
    fn counts_by_name() {
        let names = TextFields::new(&["a,b".to_owned()]).unwrap().others();
        let mut counts = FieldCounts::new(&names);
        assert_eq!(counts.iter().count(), 0);
        for number in [1, 1, 7] {
            counts.count(number);
        }
        assert_eq!(counts.iter().collect::<Vec<_>>(), [("b", 2)]);
    }
}
