//! The command `tamis`: the only room with flags, terminals, signals and exit codes. Everything it does with
//! text it asks of the library.

mod commands;
mod exit;
mod options;
mod progress;
mod show;
mod terminal;

use std::process::ExitCode;

use clap::Parser;

use commands::Tamis;
use exit::Exit;

fn main() -> ExitCode {
    let tamis = match Tamis::try_parse() {
        Ok(tamis) => tamis,
        Err(error) => return terminal::usage(&error),
    };
    let exit = tamis.run().unwrap_or_else(|error| {
        let exit = Exit::of(&error);
        if exit != Exit::Done {
            terminal::report_error(&error);
        }
        exit
    });
    exit.into()
}
