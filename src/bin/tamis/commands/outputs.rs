//! Where reports go: standard output, or files that appear complete or not at all.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, bail};
use tamis::store::path::printable;
use tempfile::{NamedTempFile, TempPath};

/// A file that is written when all is read, and takes its name when the command is done.
#[derive(Debug, Clone)]
pub(crate) struct ReportFile {
    path: PathBuf,
    staged: Arc<Mutex<Option<TempPath>>>,
}

impl ReportFile {
    /// Checks that the file can be written, and writes nothing yet: it may stand among the inputs.
    pub(crate) fn probe(path: &Path) -> anyhow::Result<Self> {
        let told = || format!("{}: cannot write this report; nothing was read", printable(path));
        if path.is_dir() {
            bail!("{}: it is a directory; name a file", printable(path));
        }
        if let Some(directory) = path.parent().filter(|parent| *parent != Path::new("") && !parent.exists()) {
            bail!("{}: there is no directory {}; make it first", printable(path), printable(directory));
        }
        if is_special(path) {
            OpenOptions::new().write(true).open(path).with_context(told)?;
        } else {
            create(path).with_context(told)?; // and gone again
        }
        Ok(Self { path: path.to_owned(), staged: Arc::default() })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Its writer, opened at the first byte.
    pub(crate) fn writer(&self) -> Box<dyn Write + Send> {
        Box::new(Lazy { target: self.clone(), open: None })
    }

    /// Gives the file its name.
    pub(crate) fn publish(&self) -> anyhow::Result<()> {
        let staged = self.staged.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(staged) = staged else { return Ok(()) };
        staged
            .persist(&self.path)
            .with_context(|| format!("{}: cannot write this report", printable(&self.path)))
    }

    fn open(&self) -> io::Result<BufWriter<File>> {
        if is_special(&self.path) {
            return OpenOptions::new().write(true).open(&self.path).map(BufWriter::new);
        }
        let (file, staged) = create(&self.path)?.into_parts();
        *self.staged.lock().unwrap_or_else(PoisonError::into_inner) = Some(staged);
        Ok(BufWriter::new(file))
    }
}

/// A pipe or a device has no content to be complete.
fn is_special(path: &Path) -> bool {
    path.metadata().is_ok_and(|metadata| !metadata.is_file())
}

fn create(path: &Path) -> io::Result<NamedTempFile> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    tempfile::Builder::new()
        .prefix(".tamis-report-")
        .permissions(PermissionsExt::from_mode(0o666)) // less the umask
        .tempfile_in(directory.unwrap_or(Path::new(".")))
}

/// Opens its file at the first byte.
struct Lazy {
    target: ReportFile,
    open: Option<BufWriter<File>>,
}

impl Write for Lazy {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let named = |error: io::Error| {
            io::Error::new(error.kind(), format!("{}: {error}", printable(&self.target.path)))
        };
        let file = match &mut self.open {
            Some(file) => file,
            none => none.insert(self.target.open().map_err(named)?),
        };
        file.write(bytes).map_err(named)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.open.as_mut().map_or(Ok(()), Write::flush)
    }
}

/// Standard output. Who closes it early has read enough: the verdict stands all the same.
#[derive(Debug, Default)]
pub(crate) struct Stdout {
    is_closed: bool,
}

impl Stdout {
    fn heard<T>(&mut self, done: io::Result<T>, unheard: T) -> io::Result<T> {
        match done {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.is_closed = true;
                Ok(unheard)
            }
            done => done,
        }
    }
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.is_closed {
            return Ok(bytes.len());
        }
        let written = io::stdout().lock().write(bytes);
        self.heard(written, bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.is_closed {
            return Ok(());
        }
        let flushed = io::stdout().lock().flush();
        self.heard(flushed, ())
    }
}
