//! `--include` and `--exclude`: which files below an input are read (contract D2).

use std::ops::Range;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::format::unpacked_name;
use crate::config::{Pages, ReadConfig};
use crate::error::{Error, Result};
use crate::store::path;

/// Which files are read, by their names: compiled globs, and whether pages are.
#[derive(Debug)]
pub(crate) struct Globs {
    include: Option<GlobSet>,
    exclude: Option<GlobSet>,
    reads_pages: bool,
}

impl Globs {
    /// Compiles the globs of a configuration. As in a `.gitignore`, a glob without a slash is one for the file's
    /// name at any depth, `*` does not match a slash, and `**` does.
    ///
    /// # Errors
    /// [`Error::Config`] names the glob that is none.
    pub(crate) fn new(config: &ReadConfig) -> Result<Self> {
        Ok(Self {
            include: compile("include", &config.include)?,
            exclude: compile("exclude", &config.exclude)?,
            reads_pages: config.pages != Pages::Skip,
        })
    }

    /// Whether pages are read.
    pub(super) fn reads_pages(&self) -> bool {
        self.reads_pages
    }

    /// Whether a file of this relative path is read.
    pub(crate) fn admit(&self, relative: &[u8]) -> bool {
        let path = path::from_bytes(relative);
        self.include.as_ref().is_none_or(|globs| globs.is_match(path))
            && !self.exclude.as_ref().is_some_and(|globs| globs.is_match(path))
    }

    /// Whether a glob of `--include` names the part of a path, such as its ending: the glob matches, and would not if
    /// another word stood there. `*.py` names the ending of `a/b.py`, `a/**` and `*.*` do not.
    pub(crate) fn ask_for(&self, relative: &[u8], part: Range<usize>) -> bool {
        let Some(include) = &self.include else { return false };
        // A byte that nobody writes into a glob.
        let other = [&relative[..part.start], b"\x01", &relative[part.end..]].concat();
        let others = include.matches(path::from_bytes(&other));
        include.matches(path::from_bytes(relative)).iter().any(|glob| !others.contains(glob))
    }
}

/// An order of paths by the first of several globs that matches (`--keep priority:FILE`).
#[derive(Debug)]
pub(crate) struct Order {
    globs: Option<GlobSet>,
    len: usize,
}

impl Order {
    /// Compiles globs, the best first; they are written as those of `--include`.
    ///
    /// # Errors
    /// [`Error::Config`] names the glob that is none.
    pub(crate) fn new(option: &str, globs: &[String]) -> Result<Self> {
        Ok(Self { globs: compile(option, globs)?, len: globs.len() })
    }

    /// The number of the first glob that matches, or the number of globs.
    pub(crate) fn place(&self, relative: &[u8]) -> u64 {
        let matches = self.globs.as_ref().map(|globs| globs.matches(path::from_bytes(relative)));
        let first = matches.and_then(|matches| matches.into_iter().min());
        crate::units::count(first.unwrap_or(self.len))
    }
}

/// Globs that choose something for the files that match (`--text-field 'GLOB=NAME'`).
#[derive(Debug)]
pub(crate) struct PathGlobs(Option<GlobSet>);

impl PathGlobs {
    /// Compiles globs, which are written as those of `--include`.
    ///
    /// # Errors
    /// [`Error::Config`] names the glob that is none.
    pub(crate) fn new(option: &str, globs: &[String]) -> Result<Self> {
        compile(option, globs).map(Self)
    }

    /// The numbers of the globs that match, in order. `*.jsonl` is a glob for `a.jsonl.gz` too: a path matches with the
    /// ending of its compression and without.
    pub(crate) fn matches(&self, relative: &[u8]) -> Vec<usize> {
        let Some(globs) = &self.0 else { return Vec::new() };
        let mut numbers = globs.matches(path::from_bytes(relative));
        let unpacked = unpacked_name(relative);
        if unpacked.len() < relative.len() {
            numbers.extend(globs.matches(path::from_bytes(unpacked)));
        }
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }
}

fn compile(option: &str, globs: &[String]) -> Result<Option<GlobSet>> {
    if globs.is_empty() {
        return Ok(None);
    }
    let bad = |glob: &str, error: &globset::Error| {
        Error::Config(format!(
            "{option} {glob:?}: {}; write a glob such as '*.txt' or 'site/**'",
            error.kind()
        ))
    };
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        let anchored = glob.strip_prefix('/');
        let whole = match anchored {
            Some(anchored) => anchored.to_owned(),
            None if glob.trim_end_matches('/').contains('/') => glob.clone(),
            None => format!("**/{glob}"),
        };
        // `dir/` is everything below it.
        let whole = if whole.ends_with('/') { whole + "**" } else { whole };
        let compiled = GlobBuilder::new(&whole).literal_separator(true).build();
        set.add(compiled.map_err(|error| bad(glob, &error))?);
    }
    set.build().map(Some).map_err(|error| bad(&globs.join(" "), &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn admits() {
        let globs = |include: &[&str], exclude: &[&str]| {
            let owned = |list: &[&str]| list.iter().map(|&glob| glob.to_owned()).collect();
            let config =
                ReadConfig { include: owned(include), exclude: owned(exclude), ..ReadConfig::default() };
            Globs::new(&config).unwrap()
        };
        for (include, exclude, path, expected) in [
            (&[][..], &[][..], "a/b.txt", true),
            (&["*.txt"], &[], "a/b.txt", true),
            (&["*.txt"], &[], "b.txt", true),
            (&["*.txt"], &[], "b.txt.gz", false),
            (&["a/*.txt"], &[], "a/c/b.txt", false),
            (&["a/**"], &[], "a/c/b.txt", true),
            (&["/*.txt"], &[], "a/b.txt", false),
            (&["a/"], &[], "x/a/b.txt", true),
            (&["*.{txt,md}"], &["draft*"], "x/draft-1.txt", false),
            (&["*.{txt,md}"], &["draft*"], "x/1.md", true),
        ] {
            assert_eq!(
                globs(include, exclude).admit(path.as_bytes()),
                expected,
                "{include:?} {exclude:?} {path}"
            );
        }
    }

    #[test]
    fn globs_match_under_compression_too() {
        let globs = ["*.jsonl", "a/**", "*.gz"].map(str::to_owned);
        let globs = PathGlobs::new("text-field", &globs).unwrap();
        for (path, expected) in [
            ("x.jsonl", &[0][..]),
            ("a/x.jsonl.zst", &[0, 1]),
            ("b/x.jsonl.gz", &[0, 2]),
            ("dump.zip/x.jsonl", &[0]),
            ("x.csv", &[]),
        ] {
            assert_eq!(globs.matches(path.as_bytes()), expected, "{path}");
        }
        assert!(PathGlobs::new("text-field", &[]).unwrap().matches(b"x.jsonl").is_empty());
    }

    #[test]
    fn a_glob_asks_for_what_it_names() {
        for (include, path, part, expected) in [
            (&["*.py"][..], "a/b.py", "py", true),
            (&["a/b.py"], "a/b.py", "py", true),
            (&["*.{txt,py}"], "b.py", "py", true),
            (&["*.[ch]"], "b.c", "c", true),
            (&["*.py.gz"], "b.py.gz", "py", true),
            (&["a/**", "*.py"], "a/b.py", "py", true),
            (&["a/**"], "a/b.py", "py", false),
            (&["*.*"], "a/b.py", "py", false),
            (&["*.gz"], "b.py.gz", "py", false),
            (&["*.txt", "a/"], "a/b.py", "py", false),
            (&["Makefile"], "a/Makefile", "Makefile", true),
            (&["a/*"], "a/Makefile", "Makefile", false),
            (&[], "b.py", "py", false),
        ] {
            let include: Vec<_> = include.iter().map(|&glob| glob.to_owned()).collect();
            let globs = Globs::new(&ReadConfig { include, ..ReadConfig::default() }).unwrap();
            let start = path.find(part).unwrap();
            let asked = globs.ask_for(path.as_bytes(), start..start + part.len());
            assert_eq!(asked, expected, "{:?} {path}", globs.include);
        }
    }

    #[test]
    fn a_bad_glob_is_named() {
        let config = ReadConfig { exclude: vec!["a[".to_owned()], ..ReadConfig::default() };
        let message = Globs::new(&config).unwrap_err().to_string();
        assert!(message.starts_with("exclude \"a[\": "), "{message}");
    }
}
