//! The limits and reports of `check`: flags of `check`, and keys of the table `[check]` of `tamis.toml`.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::{Args, ValueHint};
use serde::{Deserialize, Serialize};
use tamis::config::Share;
use tamis::report::{Limits, ReportFormat};
use tamis::store::path::{bytes, from_bytes, printable};

use super::path::AnyPath;

/// Options about the limits of a check and its reports.
#[derive(Debug, Clone, Default, PartialEq, Args, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(crate) struct GateOptions {
    /// Allow this share of the text to be duplicate [default: no limit].
    ///
    /// The share counts bytes of duplicates and near-duplicates. If it is given, --max-duplicates and
    /// --max-near-duplicates are off unless they are given too.
    #[arg(long, value_name = "SHARE", help_heading = "Limits")]
    max_duplicate_ratio: Option<Ratio>,

    /// Allow up to N duplicate paragraphs [default: 0].
    #[arg(long, value_name = "N", help_heading = "Limits")]
    max_duplicates: Option<u64>,

    /// Allow up to N near-duplicate documents and paragraphs [default: 0].
    #[arg(long, value_name = "N", help_heading = "Limits")]
    max_near_duplicates: Option<u64>,

    /// Allow up to N documents with a passage of a benchmark [default: 0].
    #[arg(hide_short_help = true, long, value_name = "N", help_heading = "Limits")]
    max_contaminated: Option<u64>,

    /// Allow up to N pieces of personal data, of the kinds that --mask names [default: 0].
    #[arg(hide_short_help = true, long, value_name = "N", help_heading = "Limits")]
    max_masked: Option<u64>,

    /// Allow up to N documents that keep no paragraph [default: 0].
    #[arg(long, value_name = "N", help_heading = "Limits")]
    max_emptied: Option<u64>,

    /// Allow up to N rejected inputs and records [default: 0].
    #[arg(long, value_name = "N", help_heading = "Limits")]
    max_rejected: Option<u64>,

    /// Accept inputs without any document [default: this is an error].
    #[arg(hide_short_help = true, long, num_args = 0..=1, require_equals = true, default_missing_value = "true", value_name = "BOOL", hide_possible_values = true, help_heading = "Limits")]
    allow_empty: Option<bool>,

    /// Allow the paragraphs that FILE lists to repeat.
    ///
    /// Each line is the text of a paragraph, or `pattern: ` and a text in which `*` matches anything.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Limits")]
    pub(crate) allow: Option<AnyPath>,

    /// Accept what FILE lists: only new problems count.
    ///
    /// --write-baseline makes the file.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "What is new")]
    pub(crate) baseline: Option<AnyPath>,

    /// Accept what the inputs had at the git revision REV: only new problems count.
    #[arg(long, value_name = "REV", conflicts_with = "baseline", help_heading = "What is new")]
    pub(crate) since_ref: Option<String>,

    /// Report format: text, json, github, sarif, junit, gitlab, markdown, html [default: text].
    ///
    /// A report goes to standard output, or to FILE. Repeatable, for several reports.
    #[arg(long, value_name = "FORMAT[=FILE]", help_heading = "Reporting")]
    pub(crate) format: Option<Vec<Target>>,
}

/// The options that say what was there before. One of them takes the place of all.
pub(crate) const BEFORE: [&str; 2] = ["baseline", "since-ref"];

impl GateOptions {
    /// Report files that a file names are relative to it.
    pub(super) fn resolve(&mut self, base: &Path) {
        for target in self.format.iter_mut().flatten() {
            target.file = target.file.take().map(|file| base.join(file));
        }
    }

    /// Whether inputs without a document are let pass.
    pub(crate) fn allows_empty(&self) -> bool {
        self.allow_empty.unwrap_or(false)
    }

    /// The limits; nothing is let pass that is not said to be.
    pub(crate) fn limits(&self) -> Limits {
        let ratio = self.max_duplicate_ratio.map(|Ratio(share)| share);
        let count = |limit: Option<u64>| limit.or(if ratio.is_some() { None } else { Some(0) });
        Limits {
            duplicate_ratio: ratio,
            duplicates: count(self.max_duplicates),
            near_duplicates: count(self.max_near_duplicates),
            contaminated: Some(self.max_contaminated.unwrap_or(0)),
            masked: Some(self.max_masked.unwrap_or(0)),
            emptied: Some(self.max_emptied.unwrap_or(0)),
            rejected: Some(self.max_rejected.unwrap_or(0)),
        }
    }
}

/// A share that may be 0.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "toml::Value", into = "f64")]
pub(crate) struct Ratio(pub(crate) Share);

impl FromStr for Ratio {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let is_zero = text.starts_with('0') && text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
        if is_zero && text.matches('.').count() <= 1 {
            return Ok(Self(Share::ZERO));
        }
        text.parse().map(Self).map_err(|_| {
            format!(
                "{text:?} is not a share; write a number from 0 to 1, such as 0.05, with up to 4 decimals"
            )
        })
    }
}

impl TryFrom<toml::Value> for Ratio {
    type Error = String;

    fn try_from(value: toml::Value) -> Result<Self, String> {
        match value {
            toml::Value::String(text) => text.parse(),
            toml::Value::Integer(number) => number.to_string().parse(),
            toml::Value::Float(number) => number.to_string().parse(),
            other => other.to_string().parse(),
        }
    }
}

impl From<Ratio> for f64 {
    fn from(Ratio(share): Ratio) -> Self {
        share.as_f64()
    }
}

/// A format, and where it goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "AnyPath", into = "AnyPath")]
pub(crate) struct Target {
    pub(crate) format: ReportFormat,
    /// `None` is standard output.
    pub(crate) file: Option<PathBuf>,
}

impl FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::try_from(AnyPath(text.into()))
    }
}

impl TryFrom<AnyPath> for Target {
    type Error = String;

    /// `FORMAT`, or `FORMAT=FILE` with a file of any name.
    fn try_from(AnyPath(text): AnyPath) -> Result<Self, String> {
        let spelled = bytes(&text);
        let (name, file) = match spelled.iter().position(|byte| *byte == b'=') {
            None => (spelled, None),
            Some(at) => match &spelled[at + 1..] {
                b"" => {
                    return Err(format!("{}: name the file after `=`, or leave `=` out", printable(&text)));
                }
                b"-" => (&spelled[..at], None),
                file => (&spelled[..at], Some(from_bytes(file).to_owned())),
            },
        };
        Ok(Self { format: String::from_utf8_lossy(name).parse()?, file })
    }
}

impl From<Target> for AnyPath {
    fn from(Target { format, file }: Target) -> Self {
        let mut text = OsString::from(format.name());
        if let Some(file) = file {
            text.push("=");
            text.push(file);
        }
        Self(text.into())
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.format.name())?;
        self.file.as_deref().map_or(Ok(()), |file: &Path| write!(f, "={}", printable(file)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_let_pass_that_is_not_said_to_be() {
        let none = GateOptions::default().limits();
        assert_eq!((none.duplicates, none.near_duplicates, none.duplicate_ratio), (Some(0), Some(0), None));
        assert_eq!((none.emptied, none.rejected), (Some(0), Some(0)));
        let ratio = Some("0.05".parse().unwrap());
        let by_ratio = GateOptions { max_duplicate_ratio: ratio, ..GateOptions::default() };
        assert_eq!((by_ratio.limits().duplicates, by_ratio.limits().near_duplicates), (None, None));
        let both = GateOptions { max_duplicates: Some(3), ..by_ratio };
        assert_eq!((both.limits().duplicates, both.limits().near_duplicates), (Some(3), None));
    }

    #[test]
    fn ratios() {
        for text in ["0", "0.0", "0.05", "1", "1.0"] {
            assert!(text.parse::<Ratio>().is_ok(), "{text}");
        }
        for text in ["", ".", "-0", "5%", "1.5", "0.0.0", "0.00001", "x"] {
            assert!(text.parse::<Ratio>().is_err(), "{text}");
        }
    }

    #[test]
    fn targets() {
        let target = |text: &str| text.parse::<Target>();
        assert_eq!(target("sarif=a=b.sarif").unwrap().file, Some(PathBuf::from("a=b.sarif")));
        assert_eq!((target("json").unwrap().file, target("json=-").unwrap().file), (None, None));
        assert!(target("json=").unwrap_err().contains("name the file"));
        assert!(target("yaml").unwrap_err().contains("sarif"), "the known ones are named");
    }
}
