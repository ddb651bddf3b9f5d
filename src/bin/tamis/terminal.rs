//! Standard output and standard error: results, notes and errors.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Context;
use tamis::Error;
use tamis::store::path::printable_bytes;

use crate::exit::Exit;

/// Prints a text to standard output.
pub(crate) fn print(text: &str) -> anyhow::Result<Exit> {
    print_bytes(text.as_bytes())
}

/// Prints to standard output; a closed pipe is not an error (contract X2).
pub(crate) fn print_bytes(bytes: &[u8]) -> anyhow::Result<Exit> {
    match print_more(bytes) {
        Err(error) if Exit::of(&error) != Exit::Done => Err(error),
        _ => Ok(Exit::Done),
    }
}

/// Prints a part of what there is to print. A closed pipe is the error that ends the command well.
pub(crate) fn print_more(bytes: &[u8]) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(Error::PipeClosed.into()),
        written => written.context("cannot write to standard output"),
    }
}

/// Says something on standard error that is no result.
pub(crate) fn note(message: &str) {
    let _ = writeln!(io::stderr(), "tamis: {}", printable_bytes(message.as_bytes())); // nothing can be done if it is gone
}

/// Prints an error. What comes from inputs, a hostile `tamis.toml` included, is escaped.
pub(crate) fn report_error(error: &anyhow::Error) {
    let message = match error.downcast_ref::<Error>() {
        Some(error) => error.to_string(), // it holds its source's message already
        None => format!("{error:#}"),
    };
    let lines: Vec<_> = message.trim_end().lines().map(|line| printable_bytes(line.as_bytes())).collect();
    // Nothing can be done if standard error is gone too.
    let _ = writeln!(io::stderr(), "tamis: {}", lines.join("\n"));
}

/// Prints what clap has to say: help, or what is wrong with the command line.
pub(crate) fn usage(error: &clap::Error) -> ExitCode {
    let plain = error.to_string();
    let is_hostile = plain.lines().any(|line| printable_bytes(line.as_bytes()) != line);
    if is_hostile {
        // A flag from a file name, by way of a glob, say.
        let lines: Vec<_> = plain.lines().map(|line| printable_bytes(line.as_bytes())).collect();
        let _ = writeln!(io::stderr(), "{}", lines.join("\n"));
    } else {
        let _ = error.print();
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(Exit::Failed.code()))
}
