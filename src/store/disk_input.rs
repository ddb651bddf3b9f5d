//! Inputs on disk, FIFOs and standard input.

use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::fs::{FileExt, FileTypeExt, MetadataExt, OpenOptionsExt};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rustix::fd::OwnedFd;
use rustix::fs::OFlags;

use super::{Input, InputFile, InputPlace, beneath, path};
use crate::error::{Error, Result};

/// Opens a file for reading. What became a FIFO since it was listed must not block the run; for a regular file the
/// flag means nothing.
///
/// # Errors
/// Those of the operating system.
pub fn open_file(path: &Path) -> io::Result<Box<dyn InputFile>> {
    let nonblocking = OFlags::NONBLOCK.bits().cast_signed();
    Ok(Box::new(File::options().read(true).custom_flags(nonblocking).open(path)?))
}

/// Whether a file stands there.
pub(crate) fn is_file(path: &Path) -> bool {
    path.is_file()
}

/// One input as the caller named it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Root {
    /// A directory, to be walked.
    Directory(PathBuf),
    /// A single file.
    File(PathBuf),
    /// A file of a list (`--files-from`), which keeps its place below the output.
    Listed {
        /// Where it stands.
        path: PathBuf,
        /// Where its output goes, relative to OUT.
        relative: Vec<u8>,
    },
    /// A FIFO, which is read as standard input is: once.
    Fifo(PathBuf),
    /// Standard input.
    Stdin,
}

impl Root {
    /// Looks at `input`: `-` is standard input; a symbolic link named by the caller is followed.
    ///
    /// # Errors
    /// [`Error::Input`] if it does not exist or cannot be looked at, [`Error::InputKind`] if it is a socket or device.
    pub fn look(input: &Path) -> Result<Self> {
        if input == Path::new("-") {
            return Ok(Self::Stdin);
        }
        let metadata =
            fs::metadata(input).map_err(|source| Error::Input { path: input.to_owned(), source })?;
        let kind = metadata.file_type();
        if kind.is_dir() {
            // A directory that cannot be opened at all is a usage error, not a rejected part of the corpus.
            fs::read_dir(input).map_err(|source| Error::Input { path: input.to_owned(), source })?;
            Ok(Self::Directory(input.to_owned()))
        } else if kind.is_file() {
            Ok(Self::File(input.to_owned()))
        } else if kind.is_fifo() {
            Ok(Self::Fifo(input.to_owned()))
        } else {
            let kind = if kind.is_socket() { "a socket" } else { "a device" };
            Err(Error::InputKind { path: input.to_owned(), kind })
        }
    }

    /// A file named in a list. Its output goes to the same relative path below OUT; of an absolute path the
    /// root is taken off, as tar(1) does.
    ///
    /// # Errors
    /// [`Error::Input`] if it cannot be looked at, [`Error::InputKind`] if it is no regular file,
    /// [`Error::Config`] if it holds a `..` and so has no place below OUT.
    pub fn listed(path: &Path) -> Result<Self> {
        Self::listed_in(Path::new(""), path)
    }

    /// A file of a list whose relative paths start from this directory.
    ///
    /// # Errors
    /// As [`Self::listed`].
    pub fn listed_in(directory: &Path, path: &Path) -> Result<Self> {
        let mut relative = PathBuf::new();
        for component in path.components() {
            match component {
                Component::Normal(name) => relative.push(name),
                Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
                Component::ParentDir => {
                    return Err(Error::Config(format!(
                        "files-from {:?}: `..` leads out of the output; list it by its absolute path",
                        path::printable(path)
                    )));
                }
            }
        }
        match Self::look(&directory.join(path))? {
            Self::File(path) => Ok(Self::Listed { path, relative: path::bytes(&relative).to_vec() }),
            Self::Fifo(_) => Err(Error::InputKind {
                path: path.to_owned(),
                kind: "a FIFO, and a list may only name files",
            }),
            _ => Err(Error::InputKind {
                path: path.to_owned(),
                kind: "a directory, and a list may only name files",
            }),
        }
    }

    /// Whether it can be read once only.
    pub fn is_stream(&self) -> bool {
        matches!(self, Self::Fifo(_) | Self::Stdin)
    }

    /// The path to name in messages.
    pub fn path(&self) -> &Path {
        match self {
            Self::Directory(path) | Self::File(path) | Self::Fifo(path) | Self::Listed { path, .. } => path,
            Self::Stdin => Path::new("-"),
        }
    }
}

/// Files below the inputs a caller named.
#[derive(Debug)]
pub struct DiskInput {
    roots: Vec<Root>,
    /// Whether links inside directories are followed.
    follow: bool,
    /// The directory that was opened last, by its number: files come by directories.
    directory: Mutex<Option<(usize, Arc<OwnedFd>)>>,
    /// Copies of streams that must be read again, one for each input.
    kept: Option<Vec<Mutex<Option<Arc<File>>>>>,
}

impl DiskInput {
    /// Opens files of these inputs. Below a directory no link is followed, whatever stood there when it was listed.
    pub fn new(roots: Vec<Root>) -> Self {
        Self { roots, follow: false, directory: Mutex::default(), kept: None }
    }

    /// Links below directories are followed, or not.
    #[must_use]
    pub fn following(mut self, follow: bool) -> Self {
        self.follow = follow;
        self
    }

    /// Keeps streams on disk, without a name, when they are first read: they can be opened again then.
    #[must_use]
    pub fn rereadable(mut self) -> Self {
        self.kept = Some(self.roots.iter().map(|_| Mutex::default()).collect());
        self
    }

    /// Opens the stream that is the input of this number. A FIFO opens when somebody opens it for writing.
    fn open_stream(&self, root: usize) -> io::Result<Box<dyn InputFile>> {
        let open = || -> io::Result<Box<dyn Read + Send>> {
            match &self.roots[root] {
                Root::Fifo(path) => Ok(Box::new(File::options().read(true).open(path)?)),
                _ => Ok(Box::new(io::stdin())),
            }
        };
        let Some(kept) = self.kept.as_ref().and_then(|kept| kept.get(root)) else {
            return Ok(Box::new(Unseekable(open()?)));
        };
        // Poisoned only if copying panicked, and then the run is over.
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.is_none() {
            let mut file = tempfile::tempfile()?;
            io::copy(&mut open()?, &mut file)?;
            *kept = Some(Arc::new(file));
        }
        match &*kept {
            Some(file) => Ok(Box::new(KeptStream { file: file.clone(), position: 0 })),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    /// The inputs, in the order given.
    pub fn roots(&self) -> &[Root] {
        &self.roots
    }

    /// Opens a file below a directory that was listed as a file: what became a link since then, itself or on the way,
    /// may lead to what nobody named.
    fn open_below(&self, number: usize, base: &Path, relative: &Path) -> io::Result<Box<dyn InputFile>> {
        let directory = self.directory(number, base)?;
        let opened = beneath::open(&*directory, relative, OFlags::RDONLY | OFlags::NONBLOCK);
        let file = opened.map_err(|error| {
            if beneath::is_of_a_link(&error) {
                io::Error::other(
                    "it was a file when tamis listed the inputs, and is behind a symbolic link now",
                )
            } else {
                error
            }
        })?;
        if !file.metadata()?.is_file() {
            return Err(io::Error::other(
                "it was a file when tamis listed the inputs, and is not a regular file now",
            ));
        }
        Ok(Box::new(file))
    }

    fn directory(&self, number: usize, base: &Path) -> io::Result<Arc<OwnedFd>> {
        // Poisoned only between two whole assignments.
        let mut last = self.directory.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some((known, directory)) if *known == number => Ok(Arc::clone(directory)),
            _ => {
                let directory = Arc::new(beneath::open_place(base)?);
                *last = Some((number, Arc::clone(&directory)));
                Ok(directory)
            }
        }
    }

    fn path(&self, place: InputPlace<'_>) -> io::Result<PathBuf> {
        match self.roots.get(place.root) {
            Some(Root::Directory(base)) => Ok(base.join(path::from_bytes(place.relative))),
            Some(Root::File(path) | Root::Listed { path, .. }) => Ok(path.clone()),
            Some(Root::Fifo(_) | Root::Stdin) | None => Err(io::Error::from(io::ErrorKind::NotFound)),
        }
    }
}

impl Input for DiskInput {
    fn open(&self, place: InputPlace<'_>) -> io::Result<Box<dyn InputFile>> {
        match self.roots.get(place.root) {
            Some(root) if root.is_stream() => self.open_stream(place.root),
            Some(Root::Directory(base)) if !self.follow => {
                self.open_below(place.root, base, path::from_bytes(place.relative))
            }
            _ => open_file(&self.path(place)?),
        }
    }

    fn size(&self, place: InputPlace<'_>) -> io::Result<u64> {
        if self.roots.get(place.root).is_some_and(Root::is_stream) {
            return Ok(u64::MAX); // unknown: read it as a stream
        }
        Ok(fs::metadata(self.path(place)?)?.len())
    }

    fn stamp(&self, place: InputPlace<'_>) -> Option<u64> {
        let metadata = fs::metadata(self.path(place).ok()?).ok()?;
        let words = [metadata.len(), metadata.mtime().cast_unsigned(), metadata.mtime_nsec().cast_unsigned()];
        // Twice 32 bits: of the words, and of the words in another order.
        let sum = |words: [u64; 3]| u64::from(crc32fast::hash(&words.map(u64::to_le_bytes).concat()));
        Some(sum(words) << 32 | sum([words[2], words[0], words[1]]))
    }
}

/// The kept beginning of a stream, with a position of its own.
struct KeptStream {
    file: Arc<File>,
    position: u64,
}

impl Read for KeptStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = self.file.read_at(buffer, self.position)?;
        self.position += crate::units::count(len);
        Ok(len)
    }
}

impl Seek for KeptStream {
    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        Err(io::ErrorKind::NotSeekable.into()) // as where it came from, so that it is read the same way
    }
}

/// A stream: it can be read once.
struct Unseekable<R>(R);

impl<R: Read> Read for Unseekable<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl<R> Seek for Unseekable<R> {
    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        Err(io::ErrorKind::NotSeekable.into())
    }
}
