//! Options as a table by key, and one table laid over another.

use anyhow::Context;
use serde::Serialize;
use toml::{Table, Value};

/// The options that are set, by key. A path that is not UTF-8 is the list of its bytes.
pub(crate) fn table(options: &impl Serialize) -> anyhow::Result<Table> {
    Table::try_from(options).with_context(|| match too_large(options) {
        Some((key, number)) => format!("{key} {number}: too large; the limit is {}", i64::MAX),
        None => "an option that TOML cannot hold".to_owned(),
    })
}

/// An option with a number that TOML has no room for.
fn too_large(options: &impl Serialize) -> Option<(String, u64)> {
    let options = serde_json::to_value(options).ok()?;
    let numbers = options.as_object()?.iter().filter_map(|(key, value)| Some((key, value.as_u64()?)));
    let mut too_large = numbers.filter(|(_, number)| i64::try_from(*number).is_err());
    too_large.next().map(|(key, number)| (key.clone(), number))
}

/// Lays a table over another, key by key; tables within them too.
pub(super) fn lay_over(lower: &mut Table, upper: Table) {
    for (key, value) in upper {
        match (lower.get_mut(&key), value) {
            (Some(Value::Table(lower)), Value::Table(upper)) => lay_over(lower, upper),
            (_, value) => {
                lower.insert(key, value);
            }
        }
    }
}
