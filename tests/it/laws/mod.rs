//! Laws for any input and any options: the contract, the same bytes, and that a run ends well.

mod contract;
mod determinism;
mod hostile;
mod large;
mod mixed;
mod pages;
