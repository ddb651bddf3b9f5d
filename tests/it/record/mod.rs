//! What a run leaves beside its output, and the commands that read it.

mod clusters;
mod explain;
mod open;
mod report;
mod verify;
