//! The tests of what the library and the command promise, in one binary: a folder for each kind of promise, and in it a
//! file for each promise.
//!
//! `cargo test --test it near` runs the tests of a folder, `cargo test --test it near::rules` those of a file; several
//! names go behind `--`: `cargo test --test it -- laws golden`.
//!
//! All of them run side by side in one process, so none may change what belongs to the process (its environment, its
//! directory, its limits, its signals, a panic hook): what needs that is tried on the real binary, in a process of its
//! own. Apart stand `crash`, which takes its own binary as the program that is killed, `page`, which needs a browser,
//! and `near_quality`, which needs sets of texts that are not part of the project.

mod command;
mod deciding;
mod gate;
mod golden;
mod history;
mod house;
mod laws;
mod near;
mod reading;
mod record;
mod run;
mod support;
