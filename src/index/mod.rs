//! The index of earlier runs: every paragraph that survived them, as a file.
//!
//! A later run treats what is in it as standing earlier in corpus order (contract I3). Each paragraph has a *place* in
//! the index, which is an [`Ordinal`](crate::units::Ordinal): runs take consecutive ranges of places, in the order in
//! which they were added, and inside its range a paragraph stands where it stood in its run's corpus order. A run that
//! uses an index counts its own places from [`IndexReader::num_places`] on.
//!
//! Pure: what is read comes through [`ReadAt`](crate::store::ReadAt), what is written goes through
//! [`Append`](crate::store::Append). [`crate::store::index_file`] keeps the file. An index is written anew to
//! change it: with one more run ([`add_run`]), or as several that become one ([`merge`]).
//!
//! # Format, versions 3 to 5
//! Version 1 had another key text (contract I1), version 2 no texts; both are refused. An index that holds prints has version
//! 5, another one that holds grams version 4, any other version 3: those who need neither go on with the tamis they have.
//!
//! All integers are little-endian. `v` is a LEB128 integer: 7 bits a byte, low ones first, the high bit set in all but
//! the last. The sections follow one another without a gap, so that the file is written from its beginning to its end.
//!
//! | section | content |
//! |---|---|
//! | header | magic `tamisidx`; version u32; number of bytes of the settings u32; the settings, JSON; CRC-32 |
//! | entries | blocks of [`BLOCK_ENTRIES`] entries (the last may be shorter), each followed by its CRC-32 |
//! | directory | blocks of at most `BLOCK_DOCUMENTS` documents, each followed by its CRC-32 |
//! | texts | blocks of texts, about 64 KiB each, each followed by its CRC-32 |
//! | grams (if the settings say so) | blocks of texts by their grams, about 64 KiB each, or one text, each followed by its CRC-32 |
//! | prints (version 5) | blocks of documents by their prints, about 64 KiB each, or one document, each followed by its CRC-32 |
//! | entry fences | of each block of entries, the first 8 bytes of its first fingerprint, as a big-endian number: u64; CRC-32 |
//! | directory fences | of each block of the directory, the place of its first paragraph u64, and its offset in the file u64; CRC-32 |
//! | text fences | of each block of texts, the place of its first text u64, and its offset in the file u64; CRC-32 |
//! | gram fences (with grams) | of each block of grams, the place of its first text u64, and its offset in the file u64; CRC-32 |
//! | print fences (version 5) | of each block of prints, the place of its first document u64, and its offset in the file u64; CRC-32 |
//! | runs | JSON: of each run its name and its numbers of paragraphs, entries, documents and, if it searched for near-duplicates, texts, with grams, passages, and, if it counted sources, counted documents; CRC-32 |
//! | footer | offsets of the seven sections of version 3 between header and footer, and of the footer, u64 each; number of entries u64; with grams, offsets of grams and gram fences; in version 5, offsets of prints and print fences; CRC-32; magic |
//!
//! An entry is the 16 bytes of a fingerprint and a place of 6 bytes (u48); entries ascend by fingerprint. A CRC-32
//! covers its section or block with, before it, one byte for the section (its row here, from 0 and without grams, gram fences, prints and
//! print fences, which are 9 to 12) and the
//! block's number u64 (from 0; 0 for what is no block), so that a block
//! that stands where another should is found out.
//!
//! A block of the directory stands for itself: it is a sequence of
//!
//! - units: `v` of `1 | shared << 1`, `v` of the number of bytes that follow, bytes: a path (of a file, and behind it
//!   `/` and that of an archive's member) that begins with the first `shared` bytes of the one before;
//! - documents of the unit before them: `v` of `flags << 1 | num_paragraphs << 3`, then, of flag 1, `v` of the places
//!   between the end of the document before (at the beginning: the fence) and this one, then, of flag 2, `v` of 0 if it
//!   is no record, else of 1 more than what its record's number is above the one expected. Without flag 2 it is what is
//!   expected: the record after that of the document before, if that was one of the same unit; else no record, or, for
//!   flag 2, record 0.
//!
//! Documents without an entry may be left out, and gaps between documents do no harm.
//!
//! Texts are what near-duplicates of earlier runs are found by (contract N5): those documents that stayed as a whole, of a
//! run that searched for near-duplicate documents, each text once. A block of texts stands for itself: it is a sequence,
//! ascending by place, of
//!
//! - `v`: the place of the document's first paragraph, less that of the block's first text; 64 bits of the document's
//!   fingerprint u64; `v`: its length in tokens, or characters under `char:N`;
//! - its sample: level u8, number of keys u8 (64 at most), and the keys, ascending, 5 bytes each, big-endian;
//! - its numbers: slots are below this u32; how many u8 (32 at most); of each, ascending, a u32 of its slot (28 bits) and, in
//!   the highest 4 bits, the length of its text, 15 if that stands in the next u8; and its text, UTF-8;
//! - the bins of its sketch, the lowest 8 bits of each; the settings say how many.
//!
//! Grams are what a text is found by inside a longer one (contract N5): its runs of tokens, of which the settings say how
//! long they are. A block of them stands for itself: it is a sequence, ascending by place, of `v`, the place of the
//! document's first paragraph, less that of the block's first text; u8, the tokens of a text that is shorter than a gram
//! and so one by itself, else 0; `v`, how many grams; and these, ascending, 8 bytes each.
//!
//! Prints are what boilerplate is counted by (contract C4): the documents of different text of each source, of a run that
//! removed boilerplate. What stands in a block of them is said where it is made, in `decide/boilerplate/block.rs`.
//!
//! # Cost
//! A print takes 12 bytes, and 1 or 2 where the line stood in an earlier document of its block.
//! A gram takes 8 bytes. A text takes its bins (96 to 108 bytes), 5 bytes a key, about 7 a number, and 18.
//!
//! 22 bytes an entry, 1 to 3 bytes a document, and of a path what it does not share with the one before. In memory:
//! 8 bytes for 2,048 entries and 16 for 512 documents.

mod add;
mod directory;
mod entries;
mod layout;
mod merge;
mod passages;
mod prints;
mod raw;
mod reader;
mod settings;
mod texts;
mod writer;

#[doc(hidden)]
pub use add::{NewRun, add_run};
#[doc(hidden)]
pub use directory::IndexedDocument;
#[doc(hidden)]
pub use entries::{IndexEntries, IndexEntry};
#[doc(hidden)]
pub use layout::BLOCK_ENTRIES;
pub use layout::{GRAM_VERSION, MAGIC, MAX_PLACES, PRINT_VERSION, VERSION};
pub use merge::merge;
pub(crate) use passages::thin;
#[doc(hidden)]
pub use passages::{IndexPassage, IndexPassages, MAX_GRAMS};
pub(crate) use prints::MAX_BLOCK as MAX_PRINTS;
pub use reader::{IndexPlace, IndexReader};
pub use settings::{GramSettings, IndexRun, IndexSettings, NearSettings, SourceSettings};
#[doc(hidden)]
pub use texts::{IndexText, IndexTexts};
#[doc(hidden)]
pub use writer::IndexWriter;
