//! Runs programs side by side on one corpus and says how long each takes.
//!
//! The request is in [`options`], the programs are in [`tools`], one timed run is in [`measure`], what a
//! run must have left behind is in [`check`], and [`table`] prints.

pub(crate) mod check;
pub(crate) mod measure;
pub(crate) mod options;
pub(crate) mod table;
pub(crate) mod tools;
