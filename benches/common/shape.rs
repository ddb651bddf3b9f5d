//! The shapes a corpus has on disk, and their writers.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

/// JSON Lines shards; document `n` goes into shard `n % NUM_SHARDS`.
const NUM_SHARDS: u64 = 8;
/// Documents in a directory of the tree.
const DOCUMENTS_A_DIRECTORY: u64 = 256;
/// Directories in a directory of the tree.
const DIRECTORIES_A_DIRECTORY: u64 = 32;
/// Buffer of a file that holds many documents, in bytes.
const BUFFER_BYTES: usize = 1 << 20;

/// How a corpus lies on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One text file: `corpus.txt`.
    File,
    /// A text file a document: `d00/d03/000897.txt`.
    Tree,
    /// Shards of JSON Lines: `part-0000.jsonl`, records with `id`, `text`, `source` and `length` (in characters).
    Jsonl,
    /// [`Self::Jsonl`], each shard compressed with gzip at its default level: `part-0000.jsonl.gz`.
    Gzip,
    /// [`Self::Jsonl`], each shard compressed with Zstandard at its default level: `part-0000.jsonl.zst`.
    Zstd,
    /// One text file in GB18030: `corpus.txt`.
    Gb18030,
}

impl Shape {
    /// All shapes.
    pub(crate) const ALL: [Self; 6] =
        [Self::File, Self::Tree, Self::Jsonl, Self::Gzip, Self::Zstd, Self::Gb18030];

    /// The shape's name on the command line and in paths.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Tree => "tree",
            Self::Jsonl => "jsonl",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Gb18030 => "gb18030",
        }
    }

    /// The input of a program, if the corpus was written to `root`.
    pub(crate) fn input(self, root: &Path) -> PathBuf {
        match self {
            Self::File | Self::Gb18030 => root.join("corpus.txt"),
            Self::Tree | Self::Jsonl | Self::Gzip | Self::Zstd => root.to_owned(),
        }
    }

    /// Starts a corpus in the existing, empty directory `root`.
    ///
    /// # Errors
    /// A file cannot be created.
    pub(crate) fn writer(self, root: &Path) -> io::Result<Box<dyn DocumentWriter>> {
        Ok(match self {
            Self::File | Self::Gb18030 => {
                Box::new(TextFile(create(&root.join("corpus.txt"))?, self == Self::Gb18030))
            }
            Self::Tree => Box::new(Tree { root: root.to_owned(), directory: root.to_owned() }),
            Self::Jsonl | Self::Gzip | Self::Zstd => {
                let shard = |n| Shard::create(self, &root.join(format!("part-{n:04}.jsonl")));
                Box::new(Shards((0..NUM_SHARDS).map(shard).collect::<io::Result<_>>()?))
            }
        })
    }
}

/// Writes documents in one shape.
pub(crate) trait DocumentWriter {
    /// Writes document `number` (from 0, without a gap) and returns the bytes it takes on disk.
    ///
    /// # Errors
    /// Writing fails.
    fn put(&mut self, number: u64, document: &str) -> io::Result<u64>;

    /// Writes what is buffered.
    ///
    /// # Errors
    /// Writing fails.
    fn finish(self: Box<Self>) -> io::Result<()>;
}

/// [`Shape::File`] or [`Shape::Gb18030`].
struct TextFile(BufWriter<File>, bool);

impl DocumentWriter for TextFile {
    fn put(&mut self, _number: u64, document: &str) -> io::Result<u64> {
        let text = with_line_feeds(document);
        let encoding = if self.1 { encoding_rs::GB18030 } else { encoding_rs::UTF_8 };
        let (bytes, ..) = encoding.encode(&text);
        self.0.write_all(&bytes)?;
        Ok(bytes.len() as u64)
    }

    fn finish(mut self: Box<Self>) -> io::Result<()> {
        self.0.flush()
    }
}

/// [`Shape::Tree`].
struct Tree {
    root: PathBuf,
    directory: PathBuf,
}

impl DocumentWriter for Tree {
    fn put(&mut self, number: u64, document: &str) -> io::Result<u64> {
        if number.is_multiple_of(DOCUMENTS_A_DIRECTORY) {
            let leaf = number / DOCUMENTS_A_DIRECTORY;
            let (upper, lower) = (leaf / DIRECTORIES_A_DIRECTORY, leaf % DIRECTORIES_A_DIRECTORY);
            self.directory = self.root.join(format!("d{upper:02}")).join(format!("d{lower:02}"));
            fs::create_dir_all(&self.directory)?;
        }
        #[expect(clippy::disallowed_methods, reason = "a bench is not the library")]
        fs::write(self.directory.join(format!("{number:06}.txt")), document)?;
        Ok(document.len() as u64)
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        Ok(())
    }
}

/// [`Shape::Jsonl`], [`Shape::Gzip`] or [`Shape::Zstd`].
struct Shards(Vec<Shard>);

enum Shard {
    Plain(BufWriter<File>),
    Gzip(flate2::write::GzEncoder<BufWriter<File>>),
    Zstd(zstd::stream::write::Encoder<'static, BufWriter<File>>),
}

impl Shard {
    fn create(shape: Shape, path: &Path) -> io::Result<Self> {
        Ok(match shape {
            Shape::Gzip => {
                let level = flate2::Compression::default();
                Self::Gzip(flate2::write::GzEncoder::new(create(&path.with_extension("jsonl.gz"))?, level))
            }
            Shape::Zstd => {
                let file = create(&path.with_extension("jsonl.zst"))?;
                Self::Zstd(zstd::stream::write::Encoder::new(file, 0)?)
            }
            _ => Self::Plain(create(path)?),
        })
    }

    fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        match self {
            Self::Plain(file) => file.write_all(bytes),
            Self::Gzip(encoder) => encoder.write_all(bytes),
            Self::Zstd(encoder) => encoder.write_all(bytes),
        }
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Self::Plain(file) => Ok(file),
            Self::Gzip(encoder) => encoder.finish(),
            Self::Zstd(encoder) => encoder.finish(),
        }?
        .flush()
    }
}

impl DocumentWriter for Shards {
    fn put(&mut self, number: u64, document: &str) -> io::Result<u64> {
        let text = with_line_feeds(document);
        let text = text.trim_end_matches('\n');
        let mut record = format!(r#"{{"id":"{number:06}","text":""#);
        for part in text.split_inclusive(['\n', '"', '\\']) {
            match part.as_bytes().last() {
                Some(b'\n') => record = record + &part[..part.len() - 1] + "\\n",
                Some(sign @ (b'"' | b'\\')) => {
                    record = record + &part[..part.len() - 1] + "\\";
                    record.push(char::from(*sign));
                }
                _ => record += part,
            }
        }
        let (site, length) = (number % 20, text.chars().count());
        writeln!(record, "\",\"source\":\"https://news-{site:02}.example/{number}\",\"length\":{length}}}")
            .expect("writing to a String cannot fail");
        let shard = usize::try_from(number % NUM_SHARDS).expect("a shard's number is small");
        self.0[shard].write_all(record.as_bytes())?;
        Ok(record.len() as u64)
    }

    fn finish(self: Box<Self>) -> io::Result<()> {
        self.0.into_iter().try_for_each(Shard::finish)
    }
}

/// The document with LF line ends.
fn with_line_feeds(document: &str) -> std::borrow::Cow<'_, str> {
    if document.contains('\r') { document.replace("\r\n", "\n").into() } else { document.into() }
}

#[expect(clippy::disallowed_methods, reason = "a bench is not the library")]
fn create(path: &Path) -> io::Result<BufWriter<File>> {
    Ok(BufWriter::with_capacity(BUFFER_BYTES, File::create(path)?))
}
