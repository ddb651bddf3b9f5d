//! Paths of any bytes, as options.

use std::fmt;
use std::path::PathBuf;

use clap::builder::{MapValueParser, PathBufValueParser, TypedValueParser, ValueParserFactory};
use serde::de::{Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tamis::store::path::{bytes, from_bytes};

/// A path. In a table it is a text if it is UTF-8, and else the list of its bytes, so that no name is lost on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AnyPath(pub(crate) PathBuf);

impl ValueParserFactory for AnyPath {
    type Parser = MapValueParser<PathBufValueParser, fn(PathBuf) -> Self>;

    fn value_parser() -> Self::Parser {
        PathBufValueParser::new().map(Self)
    }
}

impl Serialize for AnyPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.to_str() {
            Some(text) => serializer.serialize_str(text),
            None => serializer.collect_seq(bytes(&self.0)),
        }
    }
}

impl<'de> Deserialize<'de> for AnyPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PathVisitor)
    }
}

struct PathVisitor;

impl<'de> Visitor<'de> for PathVisitor {
    type Value = AnyPath;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a path")
    }

    fn visit_str<E>(self, text: &str) -> Result<AnyPath, E> {
        Ok(AnyPath(PathBuf::from(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<AnyPath, A::Error> {
        let mut path = Vec::new();
        while let Some(byte) = list.next_element::<u8>()? {
            path.push(byte);
        }
        if path.is_empty() {
            return Err(A::Error::invalid_length(0, &self)); // it is a list of no paths
        }
        Ok(AnyPath(from_bytes(&path).to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_path_comes_back_from_a_table() {
        for path in [&b"a/b"[..], b"", "文 \u{1b}\n".as_bytes(), b"a\xff/\\xff"] {
            let path = AnyPath(from_bytes(path).to_owned());
            let value = toml::Value::try_from(&path).unwrap();
            assert_eq!(value.is_str(), path.0.to_str().is_some(), "{value}");
            assert_eq!(value.try_into::<AnyPath>().unwrap(), path);
        }
        let mixed = toml::Value::try_from([AnyPath("a".into()), AnyPath(from_bytes(b"\xff").to_owned())]);
        assert_eq!(mixed.unwrap().to_string(), "[\"a\", [255]]");
        for other in [toml::Value::Integer(3), toml::Value::Array(Vec::new())] {
            assert!(other.try_into::<AnyPath>().is_err());
        }
    }
}
