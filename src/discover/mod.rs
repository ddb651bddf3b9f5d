//! Stage 1: inputs in, sources out: every file sorted, numbered and classed before any is read
//! (contract D1-D3, O1).
//!
//! Guarantees: the order is corpus order and depends on names only; every file below an input is a source to
//! read or stands in the list with the reason why not; no two sources have the same relative path. Does not
//! open files.
//!
//! Memory: the bytes of the relative paths and 32 bytes a file.

mod format;
mod globs;
mod hidden;
mod syntax;

use std::collections::HashMap;
use std::path::Path;

pub use format::Format;
pub(crate) use format::{Packing, is_packed, not_prose, page_text_path, stem_len};
pub(crate) use globs::{Globs, Order, PathGlobs};
pub use hidden::is_hidden;
use rayon::prelude::*;

use crate::config::ReadConfig;
use crate::document::Kind;
use crate::error::{Error, Result, SkipReason};
use crate::observe::Observer;
use crate::store::{self, Input, InputPlace, ListedFile, ListedKind, Root};
use crate::units::{SourceId, count};

/// The treatment of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourcePlan {
    /// Read it as this format.
    Read(Format),
    /// Count it as skipped.
    Skip(SkipReason),
    /// Reject it: it could not be listed, for the reason given.
    Reject(Box<str>),
}

#[derive(Debug)]
struct SourceEntry {
    /// End of its path in the arena; the path before it ends where this one starts.
    path_end: usize,
    size: u64,
    root: u32,
    plan: SourcePlan,
}

/// All sources of a run in corpus order.
#[derive(Debug, Default)]
pub struct SourceList {
    paths: Vec<u8>,
    entries: Vec<SourceEntry>,
    has_binary: bool,
    /// Files that may be pages, and whose text would then stand where another file's stands.
    clashes: Vec<SourceId>,
}

/// One source of a [`SourceList`].
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// Its number.
    pub id: SourceId,
    /// Where it stands.
    pub place: InputPlace<'a>,
    /// Its size in bytes when it was listed.
    pub size: u64,
    /// Its treatment.
    pub plan: &'a SourcePlan,
}

/// More sources than this cannot be numbered.
const MAX_SOURCES: usize = u32::MAX as usize - 1;

impl SourceList {
    /// Number of sources, skipped and rejected ones included.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no source.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The source of this number.
    ///
    /// # Panics
    /// If there is none.
    pub fn get(&self, id: SourceId) -> Source<'_> {
        let index = id.index();
        let entry = &self.entries[index];
        let start = index.checked_sub(1).map_or(0, |before| self.entries[before].path_end);
        let relative = &self.paths[start..entry.path_end];
        Source {
            id,
            place: InputPlace { root: entry.root as usize, relative },
            size: entry.size,
            plan: &entry.plan,
        }
    }

    /// All sources in corpus order.
    pub fn iter(&self) -> impl Iterator<Item = Source<'_>> {
        (0..).take(self.len()).map(|id| self.get(SourceId(id)))
    }

    /// Appends a source.
    ///
    /// # Errors
    /// [`Error::Limit`] past 2^32 - 2 sources.
    pub fn push(&mut self, root: usize, relative: &[u8], plan: SourcePlan) -> Result<()> {
        let root = u32::try_from(root).ok().filter(|_| self.len() < MAX_SOURCES);
        let Some(root) = root else {
            let what = "more than 4,294,967,294 inputs; clean them in several runs";
            return Err(Error::Limit { path: relative.to_vec(), what });
        };
        self.has_binary |= format::is_binary(relative);
        self.paths.extend_from_slice(relative);
        self.entries.push(SourceEntry { path_end: self.paths.len(), size: 0, root, plan });
        Ok(())
    }

    /// Asks for the sizes of the sources that will be read, in parallel, and sees which texts would collide. A file without one (it vanished)
    /// keeps size 0; reading it will tell.
    pub fn measure(&mut self, input: &dyn Input) {
        self.find_clashes();
        let sizes: Vec<u64> = (0..self.entries.len())
            .into_par_iter()
            .with_min_len(256)
            .map(|index| {
                let source = self.get(SourceId::at(index));
                let is_read = matches!(source.plan, SourcePlan::Read(_));
                if is_read { input.size(source.place).unwrap_or(0) } else { 0 }
            })
            .collect();
        for (entry, size) in self.entries.iter_mut().zip(sizes) {
            entry.size = size;
        }
    }

    /// Whether a file among those to read is a container that is no text (Parquet), by its name.
    pub fn has_binary(&self) -> bool {
        self.has_binary
    }

    /// Checks that the text of this source, which is a page, has a place of its own.
    ///
    /// # Errors
    /// [`Error::Collision`].
    pub(crate) fn check_text(&self, page: SourceId) -> Result<()> {
        if !self.clashes.contains(&page) {
            return Ok(());
        }
        let page = self.get(page).place.relative;
        let text = page_text_path(page);
        let [first, second] = [page, &text].map(|file| store::path::from_bytes(file).to_owned());
        Err(Error::Collision { relative: text, first, second })
    }

    /// Finds the files that may be pages whose text would have no place of its own.
    fn find_clashes(&mut self) {
        let is_read = |source: &Source<'_>| matches!(source.plan, SourcePlan::Read(_));
        let is_text = |source: &Source<'_>| {
            is_read(source) && page_text_path(source.place.relative) == source.place.relative
        };
        if !self.iter().any(|source| is_text(&source)) {
            return;
        }
        let may_be_page = |source: &Source<'_>| match source.plan {
            SourcePlan::Read(Format::Named(kind)) => kind.is_page(),
            SourcePlan::Read(format) => matches!(format, Format::Sniff | Format::ServerPage),
            SourcePlan::Skip(_) | SourcePlan::Reject(_) => false,
        };
        let pages: HashMap<Vec<u8>, SourceId> = self
            .iter()
            .filter(may_be_page)
            .map(|page| (page_text_path(page.place.relative), page.id))
            .collect();
        let clashes = self.iter().filter(is_text).filter_map(|text| pages.get(text.place.relative).copied());
        self.clashes = clashes.collect();
    }

    /// Bytes of memory it takes.
    pub fn num_bytes(&self) -> u64 {
        count(self.paths.capacity() + self.entries.capacity() * size_of::<SourceEntry>())
    }

    /// Sum of the known sizes in bytes.
    pub fn total_size(&self) -> u64 {
        self.entries.iter().map(|entry| entry.size).filter(|&size| size != u64::MAX).sum()
    }
}

impl SourcePlan {
    /// The treatment of a file by its name, where no glob asks for more.
    pub fn of_name(path: &[u8]) -> Self {
        format::plan_for(path, None)
    }

    /// The treatment of a member of an archive by its name; the globs say which endings are asked for.
    pub(crate) fn of_member(path: &[u8], globs: &Globs) -> Self {
        format::plan_for(path, Some(globs))
    }
}

/// Lists everything below `roots` in corpus order, on the caller's rayon pool.
///
/// # Errors
/// [`Error::Collision`] if two inputs would be written to one place, [`Error::Interrupted`], and
/// [`Error::Limit`] past 2^32 - 2 files.
pub fn discover(
    roots: &[Root],
    input: &dyn Input,
    config: &ReadConfig,
    observer: &dyn Observer,
) -> Result<SourceList> {
    let mut sources = SourceList::default();
    let lister =
        Lister { globs: Globs::new(config)?, follow: config.follow, hidden: config.hidden, observer };
    for (number, root) in roots.iter().enumerate() {
        match root {
            Root::Directory(directory) => lister.directory(directory, number, &mut sources)?,
            Root::File(path) => {
                let name = path.file_name().map_or_else(Vec::new, |name| name.as_encoded_bytes().to_vec());
                sources.push(number, &name, lister.plan_for(&name))?;
            }
            Root::Fifo(path) => {
                let name = path.file_name().map_or_else(Vec::new, |name| name.as_encoded_bytes().to_vec());
                // Of a stream whose name promises nothing it is said what it is, as of standard input.
                let plan = match lister.plan_for(&name) {
                    SourcePlan::Read(Format::Sniff) => {
                        SourcePlan::Read(Format::promised(config.input_format))
                    }
                    plan => plan,
                };
                sources.push(number, &name, plan)?;
            }
            Root::Listed { relative, .. } => sources.push(number, relative, lister.plan_for(relative))?,
            Root::Stdin => {
                let (name, format) = stdin(config.input_format);
                sources.push(number, name.as_bytes(), SourcePlan::Read(format))?;
            }
        }
    }
    if roots.len() > 1 {
        check_collisions(&sources, roots)?;
    }
    sources.measure(input);
    let is_page = |id: &&SourceId| matches!(sources.get(**id).plan, SourcePlan::Read(Format::Named(_)));
    sources.clashes.iter().find(is_page).map_or(Ok(()), |page| sources.check_text(*page))?;
    observer.discovered(count(sources.len()), sources.total_size());
    Ok(sources)
}

/// The name that standard input is given, and how it is read.
fn stdin(kind: Kind) -> (String, Format) {
    (format!("stdin.{}", kind.ending()), Format::promised(kind))
}

/// The settings and the state of one listing.
struct Lister<'a> {
    globs: Globs,
    follow: bool,
    hidden: bool,
    observer: &'a dyn Observer,
}

impl Lister<'_> {
    fn plan_for(&self, relative: &[u8]) -> SourcePlan {
        if self.globs.admit(relative) {
            format::plan_for(relative, Some(&self.globs))
        } else {
            SourcePlan::Skip(SkipReason::Excluded)
        }
    }

    fn directory(&self, directory: &Path, root: usize, sources: &mut SourceList) -> Result<()> {
        let mut outcome = Ok(());
        store::list(directory, self.follow, |ListedFile { relative, kind }| {
            let plan = match kind {
                _ if !self.hidden && is_hidden(&relative) => SourcePlan::Skip(SkipReason::Hidden),
                ListedKind::File => self.plan_for(&relative),
                ListedKind::Symlink => SourcePlan::Skip(SkipReason::Symlink),
                ListedKind::Special => SourcePlan::Skip(SkipReason::Special),
                ListedKind::Unreadable(error) => {
                    SourcePlan::Reject(format!("cannot be listed: {error}").into())
                }
            };
            outcome = sources.push(root, &relative, plan);
            if self.observer.is_cancelled() {
                outcome = Err(Error::Interrupted);
            }
            outcome.is_ok()
        });
        outcome
    }
}

/// Two sources collide if they have the same relative path, or if one is a directory on the other's path.
fn check_collisions(sources: &SourceList, roots: &[Root]) -> Result<()> {
    let mut owners: HashMap<&[u8], usize> = HashMap::with_capacity(sources.len());
    let collision = |relative: &[u8], first: usize, second: usize| Error::Collision {
        relative: relative.to_vec(),
        first: roots[first.min(second)].path().to_owned(),
        second: roots[first.max(second)].path().to_owned(),
    };
    let written = || sources.iter().filter(|source| matches!(source.plan, SourcePlan::Read(_)));
    for InputPlace { root, relative } in written().map(|source| source.place) {
        if let Some(first) = owners.insert(relative, root) {
            return Err(collision(relative, first, root));
        }
    }
    for InputPlace { root, relative } in written().map(|source| source.place) {
        let parents = memchr::memchr_iter(b'/', relative).map(|end| &relative[..end]);
        for parent in parents {
            if let Some(&first) = owners.get(parent) {
                return Err(collision(parent, first, root));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_gives_back_what_was_pushed() {
        let mut sources = SourceList::default();
        sources.push(0, b"a.txt", SourcePlan::Read(Format::Named(Kind::Text))).unwrap();
        sources.push(1, b"", SourcePlan::Skip(SkipReason::Special)).unwrap();
        sources.push(1, b"b/c", SourcePlan::Reject("why".into())).unwrap();
        let all: Vec<_> = sources.iter().map(|s| (s.place.root, s.place.relative, s.plan.clone())).collect();
        assert_eq!(all[0], (0, &b"a.txt"[..], SourcePlan::Read(Format::Named(Kind::Text))));
        assert_eq!(all[1], (1, &b""[..], SourcePlan::Skip(SkipReason::Special)));
        assert_eq!(all[2], (1, &b"b/c"[..], SourcePlan::Reject("why".into())));
    }

    #[test]
    fn collisions() {
        let roots = [Root::Directory("x".into()), Root::Directory("y".into())];
        let list = |paths: &[(usize, &str)]| {
            let mut sources = SourceList::default();
            for (root, path) in paths {
                sources.push(*root, path.as_bytes(), SourcePlan::Read(Format::Named(Kind::Text))).unwrap();
            }
            check_collisions(&sources, &roots)
        };
        assert!(list(&[(0, "a"), (1, "b"), (1, "c/a")]).is_ok());
        assert!(matches!(list(&[(0, "a"), (1, "a")]), Err(Error::Collision { .. })));
        assert!(matches!(list(&[(0, "a"), (1, "a/b")]), Err(Error::Collision { .. })));
        assert!(matches!(list(&[(0, "a/b/c"), (1, "a")]), Err(Error::Collision { .. })));
    }
}
