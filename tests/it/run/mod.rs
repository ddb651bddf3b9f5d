//! A run from its beginning to its end, and everything that may go wrong in between.

mod bounds;
mod faults;
mod memory;
mod resume;
mod trust;
