//! Forms of documents: encodings, compressions, archives, tables and records.

mod archives;
mod columns;
mod compression;
mod containers;
mod encodings;
mod evidence;
mod fields;
mod hidden;
mod physical;
