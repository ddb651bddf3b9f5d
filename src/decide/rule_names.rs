//! A rule is written and read by its name.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::rules::Rule;

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(RuleName)
    }
}

/// Takes a rule's name where it stands: there is one in each line of a ledger.
struct RuleName;

impl serde::de::Visitor<'_> for RuleName {
    type Value = Rule;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a rule")
    }

    fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Rule, E> {
        Rule::named(name).ok_or_else(|| E::custom(format_args!("unknown rule {name:?}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_and_no_two_rules_share_one() {
        for rule in Rule::ALL {
            assert_eq!(Rule::named(rule.name()), Some(rule));
            let json = serde_json::to_string(&rule).unwrap();
            assert_eq!(json, format!("{:?}", rule.name()));
            assert_eq!(serde_json::from_str::<Rule>(&json).unwrap(), rule);
        }
        assert_eq!(Rule::named("later"), None);
        assert!(serde_json::from_str::<Rule>("\"later\"").unwrap_err().to_string().contains("unknown rule"));
    }
}
