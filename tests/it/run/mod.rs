//! A run from its beginning to its end, and everything that may go wrong in between.

mod bounds;
mod faults;
mod kept_by_hand;
mod memory;
mod resume;
mod trust;
