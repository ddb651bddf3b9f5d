//! What stands in each file, as a mark, by which a baseline tells the files that have changed since.

use crate::discover::Source;
use crate::report::{CorpusFile, FileMark, TextMark};
use crate::units::SourceId;

/// The mark of each file's paragraphs, of those that were read well. Memory: 4 bytes a file.
#[derive(Debug, Default)]
pub(super) struct FileTexts(Vec<TextMark>);

impl FileTexts {
    /// Takes in a text or a container of a file, which may be one of several in an archive.
    pub(super) fn add(&mut self, source: SourceId, text: TextMark) {
        let index = source.index();
        if index >= self.0.len() {
            self.0.resize(index + 1, TextMark::default());
        }
        self.0[index].join(text);
    }

    /// A file as a baseline remembers it.
    pub(super) fn file(&self, source: Source<'_>) -> CorpusFile {
        let text = self.0.get(source.id.index()).copied().unwrap_or_default();
        CorpusFile { path: FileMark::of(source.place.relative), text }
    }
}
