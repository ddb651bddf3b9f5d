//! The account of a run, and the commands that read it.

mod clusters;
mod explain;
mod open;
mod report;
mod trust;
mod verify;
