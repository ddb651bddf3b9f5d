//! Forms of documents: encodings, compressions, archives, tables and records.

mod archives;
mod columns;
mod compression;
mod containers;
mod docs;
mod encodings;
mod evidence;
mod fields;
mod hidden;
mod kinds;
mod markdown;
mod member_names;
mod pages;
mod physical;
mod true_end;
mod warc_pages;
mod wrapped;
