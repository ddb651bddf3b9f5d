//! The names of the files in an account.

pub use crate::store::names::{FILES, LEDGER, PAGE, REJECTED, RUN_INFO, SUMMARY};
