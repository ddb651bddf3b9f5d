//! The output of `tamis explain`: a line of the ledger with the two texts it is about, side by side or one below
//! the other.

mod page;
mod place;
mod told;
mod wrap;

pub(crate) use page::Page;
pub(crate) use place::{NamedRecord, Nearest, Reading};
pub(crate) use told::{Told, place_typed};
