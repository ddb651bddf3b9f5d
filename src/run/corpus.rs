//! The corpus of a run: its listed files, where their bytes come from and go to, and what all passes over it share.

use std::sync::Mutex;

use super::history::History;
use crate::config::Config;
use crate::decide::Earlier;
use crate::discover::SourceList;
use crate::error::Result;
use crate::observe::Observer;
use crate::read::{Part, ReadContext, Spooler};
use crate::rules::Editor;
use crate::store::{Input, Output, Scratch};

/// Listed files, and where their bytes come from.
#[derive(Clone, Copy)]
pub(crate) struct Listing<'a> {
    pub(crate) sources: &'a SourceList,
    pub(crate) input: &'a dyn Input,
}

/// The resources that a run owns while it lasts, and lends to all its passes.
pub(crate) struct Resources<'a> {
    pub(crate) output: &'a dyn Output,
    pub(crate) read: ReadContext,
    pub(crate) editor: Editor,
    pub(crate) spooler: OutputSpooler<'a>,
    pub(crate) buffers: Buffers,
}

impl<'a> Resources<'a> {
    /// # Errors
    /// [`crate::Error::Config`] if a glob, an encoding or a pattern of the configuration is not valid.
    pub(crate) fn new(config: &Config, output: &'a dyn Output) -> Result<Self> {
        let (read, spooler) = (ReadContext::new(config)?, OutputSpooler(output));
        Ok(Self { output, read, editor: Editor::of(config)?, spooler, buffers: Buffers::default() })
    }
}

/// The corpus and the resources that every pass works with.
#[derive(Clone, Copy)]
pub(crate) struct Corpus<'a> {
    pub(crate) sources: &'a SourceList,
    pub(crate) input: &'a dyn Input,
    pub(crate) output: &'a dyn Output,
    pub(crate) read: &'a ReadContext,
    /// The rules that judge a paragraph by itself.
    pub(crate) editor: &'a Editor,
    pub(crate) spooler: &'a OutputSpooler<'a>,
    pub(crate) config: &'a Config,
    pub(crate) observer: &'a dyn Observer,
    pub(crate) buffers: &'a Buffers,
    /// Indexes of earlier runs.
    pub(crate) history: Option<&'a History>,
}

impl<'a> Corpus<'a> {
    /// A corpus that no earlier run is known of.
    pub(crate) fn new(
        listing: Listing<'a>,
        resources: &'a Resources<'a>,
        config: &'a Config,
        observer: &'a dyn Observer,
    ) -> Self {
        let (Listing { sources, input }, Resources { output, read, editor, spooler, buffers }) =
            (listing, resources);
        Self {
            sources,
            input,
            output: *output,
            read,
            editor,
            spooler,
            config,
            observer,
            buffers,
            history: None,
        }
    }

    /// The corpus with what earlier runs left.
    pub(crate) fn after(self, history: Option<&'a History>) -> Self {
        Self { history, ..self }
    }

    /// Its listed files.
    pub(crate) fn listing(&self) -> Listing<'a> {
        Listing { sources: self.sources, input: self.input }
    }

    /// Where the output of a source goes; a member of an archive goes where that goes.
    ///
    /// # Errors
    /// [`Error::Collision`] if the text of a page would take the place of another file's.
    pub(crate) fn output_path(&self, part: &Part) -> Result<Vec<u8>> {
        output_path(self.sources, part)
    }

    /// The paragraphs of earlier runs.
    pub(crate) fn earlier(&self) -> Option<&'a dyn Earlier> {
        self.history.map(|history| history as &dyn Earlier)
    }
}

/// Where the output of a source goes: see [`Corpus::output_path`].
pub(crate) fn output_path(sources: &SourceList, part: &Part) -> Result<Vec<u8>> {
    let relative = sources.get(part.source).place.relative;
    if part.member().is_some() {
        return Ok(relative.to_vec());
    }
    let path = part.output_path(relative);
    if path == relative { Ok(path) } else { sources.check_text(part.source).map(|()| path) }
}

/// The path of a source, and behind it that of the archive's member.
pub(crate) fn path_of(sources: &SourceList, part: &Part) -> Vec<u8> {
    let mut path = sources.get(part.source).place.relative.to_vec();
    if let Some(member) = part.member() {
        path.push(b'/');
        path.extend_from_slice(&member.path);
    }
    path
}

/// Unpacks to the scratch stores of an output.
pub(crate) struct OutputSpooler<'a>(&'a dyn Output);

impl Spooler for OutputSpooler<'_> {
    fn scratch(&self) -> Option<Result<Box<dyn Scratch>>> {
        Some(self.0.scratch())
    }
}

/// Buffers that go round between reading and writing, so that their pages are mapped once.
#[derive(Debug, Default)]
pub(crate) struct Buffers(Mutex<Vec<Vec<u8>>>);

/// A buffer that grew beyond this (a long line) is freed.
const MAX_KEPT: usize = 2 * 1024 * 1024;
/// More free buffers than this are freed: three batches are in flight at most.
const MAX_FREE: usize = 128;

impl Buffers {
    pub(crate) fn take(&self) -> Vec<u8> {
        let mut buffer = self.0.lock().map_or(None, |mut free| free.pop()).unwrap_or_default();
        buffer.clear();
        buffer
    }

    pub(crate) fn give_back(&self, buffer: Vec<u8>) {
        if buffer.capacity() <= MAX_KEPT
            && buffer.capacity() > 0
            && let Ok(mut free) = self.0.lock()
            && free.len() < MAX_FREE
        {
            free.push(buffer);
        }
    }
}
