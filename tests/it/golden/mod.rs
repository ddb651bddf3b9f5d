//! Goldens: the bytes of everything that a run leaves and prints, held against manifests that are committed.
//!
//! A manifest (`tests/golden/*.golden`) has a section for each run: the command, and a line for each thing it left, with
//! length and SHA-256. The ledger stands there twice, compressed and as lines. What differs from run to run by its nature
//! (times, directories, the program's path) is set to fixed values first; see [`calm`].
//!
//! Where a golden differs the test names it. A test that passes keeps what it saw below `target/tmp/golden`, by hash; so
//! after one run of a version that passes, the test also prints the first line that differs.
//!
//! `TAMIS_BLESS=1 cargo test --test it golden` writes the manifests anew, for a change that is meant. The diff of the
//! manifests then shows what changed.
//!
//! Inputs are `corpus/` and files that [`inputs`] makes, the same in every run. Compressed and columnar files hold what
//! the versions of Cargo.lock write, so an update of one of those crates may need a blessing too.

#![cfg(all(feature = "cli", feature = "parquet"))]

mod audit;
mod book;
mod calm;
mod ceilings;
mod containers;
mod faults;
mod history;
mod inputs;
mod resumed;
mod sample;
