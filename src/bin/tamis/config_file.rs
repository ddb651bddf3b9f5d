//! `tamis.toml`: parsed with the line in every error, and the nearest known key for a misspelled one.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::args::Options;
use crate::check;

/// The file that is read from the current directory if none is named.
pub(crate) const DEFAULT_NAME: &str = "tamis.toml";

/// The table of `check`.
const TABLE: &str = "check";

/// The keys, in the order in which they are printed.
pub(crate) const KEYS: [&str; 42] = [
    "input",
    "files-from",
    "out",
    "record",
    "force",
    "dry-run",
    "to",
    "shard-size",
    "split",
    "repair",
    "match",
    "scope",
    "min-chars",
    "index",
    "against",
    "run-name",
    "near",
    "near-preset",
    "threshold",
    "shingle",
    "number-guard",
    "containment",
    "keep",
    "near-min-chars",
    "text-field",
    "id-field",
    "include",
    "exclude",
    "encoding",
    "encoding-errors",
    "max-document-size",
    "follow",
    "input-format",
    "ledger-text",
    "json",
    "quiet",
    "verbose",
    "threads",
    "memory",
    "resume",
    "seal-every",
    "spill-dir",
];

/// Reads the file named, or `./tamis.toml` if there is one; relative paths in it are relative to it.
pub(crate) fn load(named: Option<&Path>) -> anyhow::Result<Option<Options>> {
    let path = match named {
        Some(path) => path,
        None if Path::new(DEFAULT_NAME).exists() => Path::new(DEFAULT_NAME),
        None => return Ok(None),
    };
    #[expect(
        clippy::disallowed_methods,
        reason = "a configuration file is no document; the store is for corpora"
    )]
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("{}: cannot read this configuration file", shown(path)))?;
    let mut options = parse(&text).with_context(|| shown(path))?;
    let base = path.parent().unwrap_or(Path::new(""));
    let resolve = |path: PathBuf| if path == Path::new("-") { path } else { base.join(path) };
    options.out = options.out.map(resolve);
    options.record = options.record.map(resolve);
    options.spill_dir = options.spill_dir.map(resolve);
    options.index = options.index.map(resolve);
    options.against = options.against.map(|files| files.into_iter().map(resolve).collect());
    options.files_from = options.files_from.map(resolve);
    options.check = options.check.map(|check| check.resolve(resolve));
    options.input = options.input.map(|inputs| inputs.into_iter().map(resolve).collect());
    Ok(Some(options))
}

fn shown(path: &Path) -> String {
    tamis::store::path::printable(path)
}

fn parse(text: &str) -> anyhow::Result<Options> {
    let table = toml::de::DeTable::parse(text)?;
    let mut known = KEYS.to_vec();
    known.push(TABLE);
    check_keys(text, table.get_ref(), &known)?;
    if let Some(check) = table.get_ref().get(TABLE).and_then(|value| value.get_ref().as_table()) {
        check_keys(text, check, &check::KEYS).with_context(|| format!("[{TABLE}]"))?;
    }
    Ok(toml::from_str(text)?)
}

/// Refuses a key that means nothing.
fn check_keys(text: &str, table: &toml::de::DeTable<'_>, known: &[&str]) -> anyhow::Result<()> {
    for key in table.keys() {
        let name = key.get_ref().as_ref();
        if !known.contains(&name) {
            let line = text[..key.span().start].matches('\n').count() + 1;
            let Some(nearest) = nearest(name, known) else { continue };
            bail!("line {line}: unknown key `{name}`; did you mean `{nearest}`?");
        }
    }
    Ok(())
}

/// The known key that takes the fewest edits to reach; `min_chars` is near to `min-chars`.
fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    known.iter().min_by_key(|key| strsim::damerau_levenshtein(name, key)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_option_is_a_key() {
        use clap::CommandFactory;
        let command = crate::args::Tamis::command();
        let clean = command.find_subcommand("clean").unwrap();
        for arg in clean.get_arguments() {
            if let Some(long) =
                arg.get_long().filter(|long| !matches!(*long, "help" | "config" | "no-config"))
            {
                assert!(KEYS.contains(&long), "{long}");
            }
        }
    }

    #[test]
    fn every_key_is_read() {
        let text = "input = ['a']\nout = 'b'\nforce = true\ndry-run = true\nsplit = 'block'\nrepair = 'none'\n\
            match = 'loose'\nscope = 'document'\nmin-chars = 3\n\
            near = 'both'\nnear-preset = 'news'\nthreshold = 0.7\nshingle = 'char:4'\nnumber-guard = 'off'\n\
            containment = 1\nkeep = 'longest'\nnear-min-chars = 20\ntext-field = 'x.y'\nid-field = 'n'\nfollow = true\n\
            input-format = 'jsonl'\nfiles-from = '-'\nrecord = 'r'\nto = 'txt'\nshard-size = '1GB'\n\
            include = ['*.txt']\nexclude = []\nencoding = 'big5'\nencoding-errors = 'replace'\n\
            max-document-size = 4096\nledger-text = true\njson = true\nquiet = true\nverbose = 2\nthreads = 4\n\
            memory = '1GiB'\nresume = true\nindex = 'i'\nagainst = ['j']\nrun-name = 'k'\nseal-every = '1MB'\nspill-dir = 's'\n";
        let options = parse(text).unwrap();
        let json = serde_json::to_value(&options).unwrap();
        for key in KEYS {
            assert!(!json[key].is_null(), "{key}");
            assert!(text.contains(&format!("{key} = ")), "{key}");
        }
    }

    #[test]
    fn errors_name_line_and_remedy() {
        for (text, expected) in [
            ("split = 'line'\nmin_chars = 3\n", "line 2: unknown key `min_chars`; did you mean `min-chars`?"),
            ("thread = 3", "did you mean `threads`?"),
            ("[clean]\nsplit = 'line'", "line 1: unknown key `clean`"),
            ("split = 'lines'", "unknown variant `lines`, expected one of `line`, `block`, `sentence`"),
            ("min-chars = -1", "line 1"),
            ("out = ", "line 1"),
        ] {
            let error = format!("{:#}", parse(text).unwrap_err());
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
