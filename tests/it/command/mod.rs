//! The command: what is typed, what is printed and where, and the exit code.

mod convert;
mod document_filters;
mod filter;
mod hubs;
mod init;
mod inspect;
mod screen;
mod usage;
