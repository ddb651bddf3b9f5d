//! Helpers that these tests share with the others.

#[path = "../it/support/lines.rs"]
pub(crate) mod lines;
#[path = "../it/support/process.rs"]
pub(crate) mod process;
#[path = "../it/support/sandbox.rs"]
pub(crate) mod sandbox;
