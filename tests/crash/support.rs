//! Helpers that these tests share with the others.

#[path = "../it/support/faulty.rs"]
pub(crate) mod faulty;
#[path = "../it/support/files.rs"]
pub(crate) mod files;
#[path = "../it/support/process.rs"]
pub(crate) mod process;
#[path = "../it/support/random.rs"]
pub(crate) mod random;
#[path = "../it/support/said.rs"]
pub(crate) mod said;
#[path = "../it/support/sandbox.rs"]
pub(crate) mod sandbox;
#[path = "../it/support/texts.rs"]
pub(crate) mod texts;
#[path = "../it/support/tree.rs"]
pub(crate) mod tree;
