//! The account of a run, and the commands that read it.

mod clusters;
mod explain;
mod kept_by_hand;
mod open;
mod report;
mod trust;
mod verify;
