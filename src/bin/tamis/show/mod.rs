//! Output for people: the account of a run, an inspection, a removed paragraph beside what stays.

pub(crate) mod account;
pub(crate) mod explain;
pub(crate) mod inspection;
pub(crate) mod screen;
