//! Forms of documents: encodings, compressions, archives, tables and records.

mod archives;
mod columns;
mod compression;
mod containers;
mod docs;
mod encodings;
mod hidden;
mod kinds;
mod markdown;
mod member_names;
mod true_end;
mod wrapped;
