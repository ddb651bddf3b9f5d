//! From a paragraph's place in corpus order back to its document and source.

use crate::units::{DocumentId, Ordinal, ParagraphIndex, SourceId};

/// Documents a block, at most.
const BLOCK: usize = 4096;

/// Some documents that follow one another: where their first paragraphs stand, from `base` on.
#[derive(Debug)]
struct Block {
    base: u64,
    first_document: u64,
    starts: Vec<u32>,
}

/// Where every document starts. Memory: 4 bytes a document and 8 a source.
#[derive(Debug, Default)]
pub struct Places {
    blocks: Vec<Block>,
    num_documents: u64,
    /// By source: the number of its first document.
    first_documents: Vec<u64>,
    end: u64,
}

/// A paragraph's place in its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Located {
    /// The document.
    pub document: DocumentId,
    /// Index of the paragraph in it.
    pub paragraph: ParagraphIndex,
    /// Place after the last paragraph of the document (so far).
    pub document_end: Ordinal,
}

impl Places {
    /// The next source begins.
    pub fn push_source(&mut self) {
        self.first_documents.push(self.num_documents);
    }

    /// The next document begins at `start`.
    pub fn push_document(&mut self, start: Ordinal) -> DocumentId {
        let offset = self.blocks.last().and_then(|block| {
            let offset = u32::try_from(start.0 - block.base).ok()?;
            (block.starts.len() < BLOCK).then_some(offset)
        });
        if let (Some(offset), Some(block)) = (offset, self.blocks.last_mut()) {
            block.starts.push(offset);
        } else {
            let mut starts = Vec::with_capacity(BLOCK);
            starts.push(0);
            self.blocks.push(Block { base: start.0, first_document: self.num_documents, starts });
        }
        self.num_documents += 1;
        DocumentId(self.num_documents - 1)
    }

    /// Paragraphs stand up to `end` now.
    pub fn set_end(&mut self, end: Ordinal) {
        self.end = end.0;
    }

    /// Finds the document of a paragraph. Cost: two binary searches.
    pub fn locate(&self, place: Ordinal) -> Located {
        // Of documents that start at one place all but the last are empty.
        let number = self.blocks.partition_point(|block| block.base <= place.0).saturating_sub(1);
        let Some(block) = self.blocks.get(number) else {
            return Located { document: DocumentId(0), paragraph: ParagraphIndex(0), document_end: place };
        };
        let after = block.starts.partition_point(|&start| block.base + u64::from(start) <= place.0);
        let index = after.saturating_sub(1);
        let start = block.base + u64::from(block.starts[index]);
        let next = match block.starts.get(after) {
            Some(&next) => block.base + u64::from(next),
            None => self.blocks.get(number + 1).map_or(self.end, |block| block.base),
        };
        Located {
            document: DocumentId(block.first_document + index as u64),
            paragraph: ParagraphIndex(place.0 - start),
            document_end: Ordinal(next),
        }
    }

    /// The source of a document, and the document's number in it.
    pub fn source_of(&self, document: DocumentId) -> (SourceId, u64) {
        let after = self.first_documents.partition_point(|&first| first <= document.0);
        let index = after.saturating_sub(1);
        let first = self.first_documents.get(index).copied().unwrap_or_default();
        (SourceId(u32::try_from(index).unwrap_or(u32::MAX)), document.0 - first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locates_across_blocks_empty_documents_and_sources() {
        let mut places = Places::default();
        // Source 0 has no document; source 1 has 5000 documents of 0, 1 or 2 paragraphs; source 2 one of 10.
        places.push_source();
        places.push_source();
        let mut expected = Vec::new();
        let mut place = 0;
        for document in 0..5000_u64 {
            assert_eq!(places.push_document(Ordinal(place)), DocumentId(document));
            for paragraph in 0..document % 3 {
                expected.push((document, paragraph, place + document % 3));
            }
            place += document % 3;
        }
        places.push_source();
        places.push_document(Ordinal(place));
        expected.extend((0..10).map(|paragraph| (5000, paragraph, place + 10)));
        places.set_end(Ordinal(place + 10));
        for (n, &(document, paragraph, end)) in (0..).zip(&expected) {
            let located = places.locate(Ordinal(n));
            assert_eq!(
                (located.document.0, located.paragraph.0, located.document_end.0),
                (document, paragraph, end)
            );
        }
        assert_eq!(places.source_of(DocumentId(0)), (SourceId(1), 0));
        assert_eq!(places.source_of(DocumentId(4999)), (SourceId(1), 4999));
        assert_eq!(places.source_of(DocumentId(5000)), (SourceId(2), 0));
    }
}
