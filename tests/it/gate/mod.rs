//! The gate: `tamis check` passes or fails, and its reports say why.

mod check;
mod formats;
