//! The command `tamis`: the only room with flags, terminals, signals and exit codes. Everything it does with
//! text it asks of the library.

mod commands;
mod exit;
mod options;
mod progress;
mod show;
mod terminal;

use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;

use commands::Tamis;
use exit::Exit;
use tamis::error::caught;

fn main() -> ExitCode {
    print_no_caught_panics();
    outlive_size_limits();
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

/// A panic of a crate that reads an input becomes a rejection; it is not printed as well.
fn print_no_caught_panics() {
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !caught::is_caught() {
            print(panic);
        }
    }));
}

/// A write beyond the limit on the size of files (`ulimit -f`) is an error like that of a full disk: SIGXFSZ, which
/// comes with it, would end the command without a word.
fn outlive_size_limits() {
    // Where the signal cannot be caught it does what it did.
    let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default());
}
