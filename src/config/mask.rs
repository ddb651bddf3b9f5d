//! Which personal data is masked, and how (contract C6).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// A kind of personal data that can be masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MaskKind {
    /// Addresses of e-mail.
    Email,
    /// Public addresses of the Internet Protocol, of version 4 and 6.
    Ip,
    /// Mobile numbers of mainland China.
    CnMobile,
    /// Identity card numbers of mainland China, with a valid check character.
    CnId,
    /// Numbers of payment cards, with a valid check digit.
    Card,
}

impl MaskKind {
    /// All kinds.
    pub const ALL: [Self; 5] = [Self::Email, Self::Ip, Self::CnMobile, Self::CnId, Self::Card];

    /// Its name on the command line and in the ledger.
    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Ip => "ip",
            Self::CnMobile => "cn-mobile",
            Self::CnId => "cn-id",
            Self::Card => "card",
        }
    }
}

impl fmt::Display for MaskKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Stands for the kind, in capitals, in a [`MaskConfig::text`].
const KIND: &str = "{kind}";

/// Which personal data is masked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct MaskConfig {
    /// The kinds that are masked. Default none.
    #[serde(rename = "mask")]
    pub kinds: Vec<MaskKind>,
    /// The text that stands in place of what is masked; `{kind}` in it becomes the kind in capitals. Default `[{kind}]`:
    /// `[EMAIL]`, `[CN-MOBILE]`.
    #[serde(rename = "mask_text")]
    pub text: String,
    /// The ledger holds the masked text all the same. Default no.
    pub ledger_unmasked: bool,
}

impl Default for MaskConfig {
    fn default() -> Self {
        Self { kinds: Vec::new(), text: format!("[{KIND}]"), ledger_unmasked: false }
    }
}

impl MaskConfig {
    /// Whether anything is masked.
    pub fn is_on(&self) -> bool {
        !self.kinds.is_empty()
    }

    /// The text that stands in place of what is of this kind.
    pub fn text_of(&self, kind: MaskKind) -> String {
        self.text.replace(KIND, &kind.name().to_ascii_uppercase())
    }

    /// Refuses what does not go together.
    pub(super) fn validate(&self) -> Result<()> {
        if self.text.contains(|c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
            let what = "mask-text: a mask stands on one line, without control characters";
            return Err(Error::Config(what.to_owned()));
        }
        Ok(())
    }
}
