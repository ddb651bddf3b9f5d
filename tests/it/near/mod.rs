//! Near-duplicates: what goes is like what stays, whatever happens on the way.

mod ceilings;
mod command;
mod finding;
mod hostile;
mod judging;
mod questions;
mod rules;
