//! Options that take several values, and are written without a list where there is one.

use std::fmt;

use serde::Serialize;
use serde::de::{self, Deserializer, SeqAccess, Visitor};
use serde::ser::Serializer;

/// Deserializes a list of texts, or one of them without a list around it, or none.
///
/// # Errors
/// If it is neither.
pub fn one_or_several<'de, D: Deserializer<'de>, T: From<Vec<String>>>(
    deserializer: D,
) -> Result<T, D::Error> {
    struct OneOrSeveral;

    impl<'de> Visitor<'de> for OneOrSeveral {
        type Value = Vec<String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a string, or a list of strings")
        }

        fn visit_str<E: de::Error>(self, one: &str) -> Result<Vec<String>, E> {
            Ok(vec![one.to_owned()])
        }

        fn visit_unit<E: de::Error>(self) -> Result<Vec<String>, E> {
            Ok(Vec::new())
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<String>, A::Error> {
            let mut several = Vec::new();
            while let Some(one) = list.next_element()? {
                several.push(one);
            }
            Ok(several)
        }
    }

    deserializer.deserialize_any(OneOrSeveral).map(T::from)
}

/// Serializes a list of one text without a list around it, and an empty one as nothing.
///
/// # Errors
/// Those of the serializer.
pub fn several_or_one<S: Serializer, T>(values: &T, serializer: S) -> Result<S::Ok, S::Error>
where
    T: Clone + Into<Several>,
{
    let Several(values) = values.clone().into();
    match &*values {
        [] => serializer.serialize_none(),
        [one] => one.serialize(serializer),
        several => several.serialize(serializer),
    }
}

/// A list of texts that may be missing.
#[derive(Debug)]
pub struct Several(Vec<String>);

impl From<Vec<String>> for Several {
    fn from(values: Vec<String>) -> Self {
        Self(values)
    }
}

impl From<Option<Vec<String>>> for Several {
    fn from(values: Option<Vec<String>>) -> Self {
        Self(values.unwrap_or_default())
    }
}
