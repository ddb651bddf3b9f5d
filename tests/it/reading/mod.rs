//! What documents come in: encodings, compressions, archives, tables and records.

mod archives;
mod columns;
mod compression;
mod containers;
mod encodings;
mod hidden;
mod markdown;
