//! Earlier runs: a run may know what runs before it kept.

mod days;
mod index;
mod near_days;
mod passages;
mod source_days;
