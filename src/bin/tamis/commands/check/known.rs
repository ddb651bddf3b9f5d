//! What `check` lets pass, in files: lists of paragraphs that may repeat, and baselines.

use std::io::Write;
use std::path::Path;

use anyhow::Context;
use tamis::report::{Baseline, BaselineSettings, LetPass};
use tamis::store::path::printable;
use tamis::{Allow, Config};

use super::super::outputs::ReportFile;
use super::say;
use crate::show::account::grouped;
use crate::show::screen::shell_word;
use crate::terminal::print_more;

pub(super) fn write_baseline(file: &ReportFile, baseline: &Baseline, is_quiet: bool) -> anyhow::Result<()> {
    let told = || format!("{}: cannot write this baseline", printable(file.path()));
    let mut writer = file.writer();
    writer.write_all(baseline.to_text().as_bytes()).and_then(|()| writer.flush()).with_context(told)?;
    file.publish()?;
    if is_quiet {
        return Ok(());
    }
    let number = baseline.num_problems();
    let problems = if number == 1 { "problem" } else { "problems" };
    let number = grouped(number);
    print_more(
        format!(
            "{}: wrote {number} {problems}; with --baseline, they do not count from now on\n",
            printable(file.path())
        )
        .as_bytes(),
    )
}

pub(super) fn read_allow(path: &Path, config: &Config) -> anyhow::Result<Allow> {
    #[expect(clippy::disallowed_methods, reason = "a list is no document; the store is for corpora")]
    let list = std::fs::read(path).with_context(|| {
        format!("{}: cannot read this list of paragraphs that may repeat", printable(path))
    })?;
    Allow::parse(&list, config)
        .map_err(|fault| anyhow::anyhow!("{}:{}: {}", printable(path), fault.line, fault.what))
}

/// Says which lines of an allow-list let nothing pass: a list is to hold no more than what is needed.
pub(super) fn say_unused(allowed: &LetPass) {
    for line in allowed.unused.iter().take(MAX_UNUSED) {
        say(&format!(
            "{}:{line}: no repeated paragraph matches this line; correct the line or remove it",
            allowed.name
        ));
    }
    let more = allowed.unused.len().saturating_sub(MAX_UNUSED);
    if more > 0 {
        say(&format!("{}: {more} more lines match no repeated paragraph", allowed.name));
    }
}

/// Lines of an allow-list that are named.
const MAX_UNUSED: usize = 10;

pub(super) fn read_baseline(path: &Path, config: &Config) -> anyhow::Result<Baseline> {
    #[expect(clippy::disallowed_methods, reason = "a baseline is no document; the store is for corpora")]
    let text = std::fs::read(path).map_err(|error| {
        let remedy = remedy(&config.command, path);
        anyhow::anyhow!("{}: cannot read this baseline: {error}; make one with: {remedy}", printable(path))
    })?;
    Baseline::parse(&text, BaselineSettings::of(config)).map_err(|fault| {
        anyhow::anyhow!(
            "{}:{}: {}; make a new one with: {}",
            printable(path),
            fault.line,
            fault.what,
            remedy(&config.command, path)
        )
    })
}

/// The command that makes the baseline which this one reads.
fn remedy(command: &[String], baseline: &Path) -> String {
    let mut words = vec!["tamis".to_owned()];
    let mut given = command.get(1..).unwrap_or_default().to_vec();
    if !given.iter().any(|word| word.starts_with("--baseline")) {
        // It stands in the configuration file.
        given.extend(["--write-baseline".to_owned(), printable(baseline)]);
    }
    for word in given {
        let word = match word.strip_prefix("--baseline") {
            Some("") => "--write-baseline".to_owned(),
            Some(file) if file.starts_with('=') => format!("--write-baseline{file}"),
            _ => word,
        };
        words.push(shell_word(&word));
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_that_makes_a_new_baseline() {
        let command = |line: &[&str]| {
            let line: Vec<String> = line.iter().map(|word| (*word).to_owned()).collect();
            remedy(&line, Path::new("c/base"))
        };
        assert_eq!(command(&["tamis", "check", "in"]), "tamis check in --write-baseline c/base");
        assert_eq!(
            command(&["/bin/tamis", "check", "a b", "--baseline", "x.txt", "--match=loose"]),
            "tamis check 'a b' --write-baseline x.txt --match=loose"
        );
        assert_eq!(
            command(&["tamis", "check", "it's", "--baseline=x"]),
            r"tamis check 'it'\''s' --write-baseline=x"
        );
    }
}
