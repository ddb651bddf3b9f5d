//! Helpers of the tests, each once. A binary of its own (`tests/crash`, `tests/page`) takes the files it
//! needs and no others, so that nothing here is unused anywhere.

#[cfg(feature = "cli")]
pub(crate) mod account;
pub(crate) mod cases;
pub(crate) mod disk;
pub(crate) mod fault;
pub(crate) mod faulty;
pub(crate) mod files;
pub(crate) mod json;
pub(crate) mod languages;
pub(crate) mod ledger;
pub(crate) mod lines;
pub(crate) mod memory;
pub(crate) mod near;
pub(crate) mod oracle;
pub(crate) mod packs;
pub(crate) mod pages;
pub(crate) mod problems;
#[cfg(feature = "cli")]
pub(crate) mod process;
pub(crate) mod prose;
pub(crate) mod random;
pub(crate) mod run;
#[cfg(feature = "cli")]
pub(crate) mod said;
#[cfg(feature = "cli")]
pub(crate) mod sandbox;
#[cfg(feature = "cli")]
pub(crate) mod terminal;
pub(crate) mod texts;
#[cfg(feature = "cli")]
pub(crate) mod tree;
#[cfg(feature = "cli")]
pub(crate) mod user;
