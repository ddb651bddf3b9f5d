//! `--encoding` and `--encoding-fallback`: the encodings that the user names.

use encoding_rs::Encoding;

use super::encoding::{UnknownLabel, by_label};
use crate::discover::PathGlobs;
use crate::error::{Error, Result};

/// `--encoding`: an encoding for each file.
#[derive(Debug)]
pub(super) struct GivenEncodings {
    /// That of files that no glob names.
    other: Option<&'static Encoding>,
    globs: PathGlobs,
    /// That of each glob.
    of_globs: Vec<&'static Encoding>,
}

impl GivenEncodings {
    /// Reads values `NAME` and `GLOB=NAME`. Of several without a glob the last counts.
    ///
    /// # Errors
    /// [`Error::Config`] names the value that is wrong.
    pub(super) fn new(values: &[String]) -> Result<Self> {
        let (mut other, mut globs, mut of_globs) = (None, Vec::new(), Vec::new());
        for value in values {
            // No name of an encoding has an equals sign.
            let (glob, name) = match value.rsplit_once('=') {
                Some((glob, name)) => (Some(glob), name),
                None => (None, &**value),
            };
            let encoding = known("encoding", name)?;
            match glob {
                None => other = Some(encoding),
                Some("") => {
                    return Err(Error::Config(format!(
                        "encoding {value:?}: a glob comes before the equals sign; write '*.txt=gb18030', or the name alone"
                    )));
                }
                Some(glob) => {
                    globs.push(glob.to_owned());
                    of_globs.push(encoding);
                }
            }
        }
        Ok(Self { other, globs: PathGlobs::new("encoding", &globs)?, of_globs })
    }

    /// The encoding of files that no glob names.
    pub(super) fn other(&self) -> Option<&'static Encoding> {
        self.other
    }

    /// The encoding of the file of this relative path by the first glob that matches it.
    pub(super) fn of(&self, path: &[u8]) -> Option<&'static Encoding> {
        self.globs.matches(path).first().map(|&number| self.of_globs[number])
    }
}

/// The encoding of this name, which stands in an option.
///
/// # Errors
/// [`Error::Config`] says what to write, or how to convert files that are in an encoding that is not read.
pub(super) fn known(option: &str, label: &str) -> Result<&'static Encoding> {
    by_label(label).map_err(|unknown| {
        Error::Config(match unknown {
            UnknownLabel::Foreign(name) => format!(
                "{option} {label:?}: tamis does not read this encoding; convert the files first, for example with iconv \
                 -f {name} -t UTF-8"
            ),
            UnknownLabel::None => format!(
                "{option} {label:?}: unknown encoding; write a name such as gb18030, big5, shift_jis or utf-16le"
            ),
        })
    })
}

#[cfg(test)]
mod tests {
    use encoding_rs::{BIG5, GB18030, SHIFT_JIS};

    use super::*;

    #[test]
    fn the_first_glob_that_matches_counts() {
        let values = ["big5", "news/**=gbk", "*.txt=cp932"].map(str::to_owned);
        let given = GivenEncodings::new(&values).unwrap();
        for (path, expected) in [
            ("news/a.txt", Some(GB18030)),
            ("a.txt", Some(SHIFT_JIS)),
            ("pack.zip/b/a.txt", Some(SHIFT_JIS)),
            ("a.txt.gz", Some(SHIFT_JIS)),
            ("a.log", None),
        ] {
            assert_eq!(given.of(path.as_bytes()), expected, "{path}");
        }
        assert_eq!(given.other(), Some(BIG5));
    }

    #[test]
    fn wrong_values_are_named() {
        for (value, expected) in [
            ("klingon", "encoding \"klingon\": unknown encoding"),
            ("*.txt=klingon", "encoding \"klingon\""),
            ("=gbk", "encoding \"=gbk\": a glob comes before"),
            ("a[=gbk", "encoding \"a[\": "),
            ("utf-32", "iconv -f UTF-32 -t UTF-8"),
        ] {
            let message = GivenEncodings::new(&[value.to_owned()]).unwrap_err().to_string();
            assert!(message.contains(expected), "{message}");
        }
    }
}
