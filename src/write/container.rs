//! A source on its way out, in the container and compression it came in (contract O1): a file, an archive of
//! files, a table of rows. What is written comes in corpus order, piece by piece.

use std::io::{self, Write};
use std::path::Path;

use super::encode::Encoder;
use crate::error::{Error, Result};
use crate::read::archive::{ArchiveMember, MemberMeta};
use crate::read::{Archive, Compression, RowWriter, Rows, Spool, Spooler, Wrap};
use crate::store::{Mark, OutputFile, SharedFile, path};

/// Writes one source.
pub(crate) struct SourceWriter<'a> {
    file: SharedFile,
    spooler: &'a dyn Spooler,
    target: WriteTarget,
    /// The member of an archive that is being written.
    member: Option<WriteStream<SpoolWriter<'a>>>,
}

impl std::fmt::Debug for SourceWriter<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SourceWriter").field("file", &self.file).finish_non_exhaustive()
    }
}

enum WriteTarget {
    File(WriteStream<SharedFile>),
    Tar(Box<tar::Builder<Encoder<SharedFile>>>),
    Zip(Box<zip::ZipWriter<zip::write::StreamWriter<Encoder<SharedFile>>>>),
}

/// One document, or one container of records.
enum WriteStream<W: Write + Send> {
    Bytes(Encoder<W>),
    Rows(Box<RowWriter<Encoder<W>>>),
}

/// The next piece to write.
#[derive(Debug)]
pub(crate) enum WritePiece<'b> {
    /// Bytes, as they are.
    Bytes(&'b [u8]),
    /// Records, each of which ends at one of these places.
    Records(&'b [u8], &'b [usize]),
    /// Rows of a table.
    Rows(&'b Rows),
}

impl<W: Write + Send> WriteStream<W> {
    fn new(out: W, compression: Compression) -> io::Result<Self> {
        Ok(Self::Bytes(Encoder::new(out, compression)?))
    }

    fn write(&mut self, piece: &WritePiece<'_>) -> io::Result<()> {
        match (self, piece) {
            (Self::Bytes(encoder), WritePiece::Bytes(bytes)) => encoder.write_all(bytes),
            (Self::Bytes(encoder), WritePiece::Records(bytes, ends)) => encoder.write_records(bytes, ends),
            (Self::Rows(writer), WritePiece::Rows(rows)) => writer.write(rows),
            (Self::Bytes(_), WritePiece::Rows(_))
            | (Self::Rows(_), WritePiece::Bytes(_) | WritePiece::Records(..)) => {
                Err(io::Error::other("rows and bytes are not mixed"))
            }
        }
    }

    fn finish(self) -> io::Result<W> {
        match self {
            Self::Bytes(encoder) => encoder.finish(),
            Self::Rows(writer) => writer.finish()?.finish(),
        }
    }

    /// A table is begun with its first rows, which know their schema.
    fn begin_rows(self, rows: &Rows) -> io::Result<Self> {
        match self {
            Self::Bytes(encoder) => Ok(Self::Rows(Box::new(RowWriter::new(encoder, rows)?))),
            rows @ Self::Rows(_) => Ok(rows),
        }
    }
}

/// Where a member is held until it is whole, as its length stands before it.
struct SpoolWriter<'a> {
    spool: Spool,
    spooler: &'a dyn Spooler,
    /// Why the spool could not take more.
    failure: SharedFile,
}

impl Write for SpoolWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.spool.append(bytes, self.spooler) {
            Ok(_) => Ok(bytes.len()),
            Err(error) => {
                self.failure.fail(error);
                Err(io::Error::other("the scratch store failed"))
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> SourceWriter<'a> {
    /// A writer into `file` of a source that was wrapped up like this.
    ///
    /// # Errors
    /// [`Error::Output`].
    pub(crate) fn new(file: Box<dyn OutputFile>, wrap: Wrap, spooler: &'a dyn Spooler) -> Result<Self> {
        let file = SharedFile::new(file);
        let encoder = || Encoder::new(file.clone(), wrap.outer).map_err(|error| file.explain(error));
        let target = match wrap.archive {
            None => WriteTarget::File(WriteStream::Bytes(encoder()?)),
            Some(Archive::Tar) => WriteTarget::Tar(Box::new(tar::Builder::new(encoder()?))),
            Some(Archive::Zip) => WriteTarget::Zip(Box::new(zip::ZipWriter::new_stream(encoder()?))),
        };
        Ok(Self { file, spooler, target, member: None })
    }

    /// Whether everything that was written is in its file.
    pub(crate) fn is_plain(&self) -> bool {
        matches!(self.target, WriteTarget::File(WriteStream::Bytes(Encoder::Plain(_))))
            && self.member.is_none()
    }

    /// Length and checksum of its file.
    pub(crate) fn mark(&self) -> Mark {
        self.file.mark()
    }

    /// Begins a member of an archive.
    ///
    /// # Errors
    /// [`Error::Output`].
    pub(crate) fn begin_member(&mut self, inner: Compression) -> Result<()> {
        let (spool, failure) = (Spool::default(), self.file.clone());
        let writer = SpoolWriter { spool, spooler: self.spooler, failure };
        self.member = Some(WriteStream::new(writer, inner).map_err(|error| self.file.explain(error))?);
        Ok(())
    }

    /// Writes on the document or container that is open.
    ///
    /// # Errors
    /// [`Error::Output`].
    pub(crate) fn write(&mut self, piece: &WritePiece<'_>) -> Result<()> {
        if let WritePiece::Rows(rows) = piece {
            self.begin_rows(rows)?;
        }
        let written = match (&mut self.member, &mut self.target) {
            (Some(member), _) => member.write(piece),
            (None, WriteTarget::File(stream)) => stream.write(piece),
            (None, _) => Err(io::Error::other("no member of the archive is open")),
        };
        written.map_err(|error| self.file.explain(error))
    }

    fn begin_rows(&mut self, rows: &Rows) -> Result<()> {
        let failed = |error: io::Error| self.file.explain(error);
        if let Some(member) = self.member.take() {
            self.member = Some(member.begin_rows(rows).map_err(failed)?);
            return Ok(());
        }
        let WriteTarget::File(stream) = &mut self.target else { return Ok(()) };
        if matches!(stream, WriteStream::Bytes(_)) {
            let nothing = Encoder::new(self.file.clone(), Compression::None).map_err(failed)?;
            let begun = std::mem::replace(stream, WriteStream::Bytes(nothing)).begin_rows(rows);
            *stream = begun.map_err(failed)?;
        }
        Ok(())
    }

    /// Forgets the member that is open.
    pub(crate) fn drop_member(&mut self) {
        self.member = None;
    }

    /// Ends the member that is open and puts it into the archive under this name.
    ///
    /// # Errors
    /// [`Error::Output`].
    pub(crate) fn end_member(&mut self, member: &ArchiveMember, name: &[u8]) -> Result<()> {
        let Some(stream) = self.member.take() else { return Ok(()) };
        let mut spool = stream.finish().map_err(|error| self.file.explain(error))?.spool;
        let path = path::from_bytes(name);
        let written = match (&mut self.target, &member.meta) {
            (WriteTarget::Tar(builder), MemberMeta::Tar(header)) => {
                write_tar(builder, path, header, &mut spool)
            }
            (WriteTarget::Zip(writer), MemberMeta::Zip { .. }) => write_zip(writer, name, member, &mut spool),
            _ => Err(io::Error::other("a member is of the archive it came from")),
        };
        written.map_err(|error| self.file.explain(error))
    }

    /// Ends the source; returns how many bytes were written.
    ///
    /// # Errors
    /// [`Error::Output`].
    pub(crate) fn finish(self) -> Result<u64> {
        let Self { file, target, .. } = self;
        let ended = match target {
            WriteTarget::File(stream) => stream.finish().map(drop),
            WriteTarget::Tar(builder) => builder.into_inner().and_then(Encoder::finish).map(drop),
            WriteTarget::Zip(writer) => {
                let stream = writer.finish().map_err(io::Error::other);
                stream.map(zip::write::StreamWriter::into_inner).and_then(Encoder::finish).map(drop)
            }
        };
        ended.map_err(|error| file.explain(error))?;
        file.finish()
    }

    /// Removes what was written: the source turned out to be bad.
    ///
    /// # Errors
    /// [`Error::Output`].
    pub(crate) fn discard(self) -> Result<()> {
        self.file.discard()
    }

    /// A writer of bytes into the document that is open.
    pub(crate) fn bytes(&mut self) -> ByteWriter<'_, 'a> {
        ByteWriter(self, None)
    }
}

/// Lets a formatter write bytes into a source.
#[derive(Debug)]
pub(crate) struct ByteWriter<'w, 'a>(&'w mut SourceWriter<'a>, Option<Error>);

impl ByteWriter<'_, '_> {
    /// Turns the outcome of formatting through this writer into the store's own error.
    ///
    /// # Errors
    /// The first error of the source.
    pub(crate) fn finish<T>(self, written: io::Result<T>) -> Result<T> {
        match (written, self.1) {
            (_, Some(error)) => Err(error),
            (Ok(value), None) => Ok(value),
            (Err(error), None) => Err(self.0.file.explain(error)),
        }
    }
}

impl Write for ByteWriter<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.0.write(&WritePiece::Bytes(bytes)) {
            Ok(()) => Ok(bytes.len()),
            Err(error) => {
                self.1.get_or_insert(error);
                Err(io::Error::other("the output failed"))
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Everything that the entry's header said stays, but for its length and checksum.
fn write_tar<W: Write>(
    builder: &mut tar::Builder<W>,
    name: &Path,
    header: &tar::Header,
    spool: &mut Spool,
) -> io::Result<()> {
    let mut header = header.clone();
    header.set_size(spool.len());
    builder.append_data(&mut header, name, spool)
}

fn write_zip<W: Write>(
    writer: &mut zip::ZipWriter<zip::write::StreamWriter<W>>,
    name: &[u8],
    member: &ArchiveMember,
    spool: &mut Spool,
) -> io::Result<()> {
    let MemberMeta::Zip { method, modified, mode } = member.meta else { return Ok(()) };
    let method = match method {
        zip::CompressionMethod::Stored
        | zip::CompressionMethod::Deflated
        | zip::CompressionMethod::Bzip2
        | zip::CompressionMethod::Zstd => method,
        _ => zip::CompressionMethod::Deflated, // readable, and not writable here
    };
    // Names are bytes in which only `/` parts: elsewhere than on Unix `\` may.
    let mut options = zip::write::SimpleFileOptions::default()
        .system(zip::System::Unix)
        .compression_method(method)
        .large_file(spool.len() >= u64::from(u32::MAX))
        .last_modified_time(modified.unwrap_or_default());
    if let Some(mode) = mode {
        options = options.unix_permissions(mode);
    }
    writer.start_file_with_options(options.name(name)).map_err(io::Error::other)?;
    let copied = io::copy(spool, writer)?;
    debug_assert_eq!(copied, spool.len(), "a spool gives back what it was given");
    Ok(())
}
