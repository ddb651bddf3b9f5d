//! From a paragraph's place in corpus order back to its document and source.

mod saved;

pub(crate) use saved::SavedPlaces;

use crate::units::{DocumentId, Ordinal, ParagraphIndex, SourceId, count};

/// Documents a block, at most.
const BLOCK: usize = 4096;

/// Consecutive documents, with the places of their first paragraphs as offsets from `base`.
#[derive(Debug)]
struct DocumentBlock {
    base: u64,
    first_document: u64,
    starts: Vec<u32>,
}

/// The kind of documents that a source or a member of an archive holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OwnerKind {
    /// The source or member is one document.
    Document,
    /// The documents are the records of a container.
    Container,
    /// The documents are members of an archive, or records in them.
    Archive,
}

/// Number of the first document of a source or of a member of an archive, and what its documents are: one word,
/// as there may be millions.
#[derive(Debug, Clone, Copy)]
struct OwnerStart(u64);

impl OwnerStart {
    fn new(first_document: u64, kind: OwnerKind) -> Self {
        Self(first_document << 2 | kind as u64)
    }

    fn first_document(self) -> u64 {
        self.0 >> 2
    }

    fn is(self, kind: OwnerKind) -> bool {
        self.0 & 3 == kind as u64
    }
}

/// Where every document starts. Memory: 4 bytes a document, 8 a source, and the path and 16 bytes a member of an
/// archive.
#[derive(Debug, Default)]
pub(crate) struct Places {
    blocks: Vec<DocumentBlock>,
    num_documents: u64,
    sources: Vec<OwnerStart>,
    /// Members of archives, and where the path of each ends in `paths`.
    members: Vec<(OwnerStart, usize)>,
    paths: Vec<u8>,
    end: u64,
}

/// The source, member and record that a document belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Owner<'a> {
    /// The source.
    pub source: SourceId,
    /// Path of the member, if the source is an archive.
    pub member: Option<&'a [u8]>,
    /// Number of the record in its container, if it is one.
    pub record: Option<u64>,
}

/// A paragraph's place in its document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Located {
    /// The document.
    pub document: DocumentId,
    /// Index of the paragraph in it.
    pub paragraph: ParagraphIndex,
    /// Place after the last paragraph of the document (so far).
    pub document_end: Ordinal,
}

impl Places {
    /// The next source begins.
    pub(crate) fn push_source(&mut self, kind: OwnerKind) {
        self.sources.push(OwnerStart::new(self.num_documents, kind));
    }

    /// The next member of the source begun last begins.
    pub(crate) fn push_member(&mut self, path: &[u8], kind: OwnerKind) {
        self.paths.extend_from_slice(path);
        self.members.push((OwnerStart::new(self.num_documents, kind), self.paths.len()));
    }

    /// The source begun last is to begin anew: forgets it and its one document.
    pub(crate) fn pop_source(&mut self) {
        let Some(source) = self.sources.pop() else { return };
        while self.num_documents > source.first_document() {
            self.pop_document();
        }
    }

    /// The next document begins at `start`.
    pub(crate) fn push_document(&mut self, start: Ordinal) -> DocumentId {
        let offset = self.blocks.last().and_then(|block| {
            let offset = u32::try_from(start.0 - block.base).ok()?;
            (block.starts.len() < BLOCK).then_some(offset)
        });
        if let (Some(offset), Some(block)) = (offset, self.blocks.last_mut()) {
            block.starts.push(offset);
        } else {
            let mut starts = Vec::with_capacity(BLOCK);
            starts.push(0);
            self.blocks.push(DocumentBlock { base: start.0, first_document: self.num_documents, starts });
        }
        self.num_documents += 1;
        DocumentId(self.num_documents - 1)
    }

    /// The document begun last turned out to be bad: forgets it. Its places are not given again.
    pub(crate) fn pop_document(&mut self) {
        let Some(block) = self.blocks.last_mut() else { return };
        block.starts.pop();
        if block.starts.is_empty() {
            self.blocks.pop();
        }
        self.num_documents -= 1;
    }

    /// Bytes of memory it takes.
    pub(crate) fn num_bytes(&self) -> u64 {
        let blocks = self.blocks.len() * (BLOCK * size_of::<u32>() + size_of::<DocumentBlock>());
        let sources = self.sources.capacity() * size_of::<OwnerStart>();
        let members = self.members.capacity() * size_of::<(OwnerStart, usize)>() + self.paths.capacity();
        count(blocks + sources + members)
    }

    /// Paragraphs stand up to `end` now.
    pub(crate) fn set_end(&mut self, end: Ordinal) {
        self.end = end.0;
    }

    /// Finds the document of a paragraph. Cost: two binary searches.
    pub(crate) fn locate(&self, place: Ordinal) -> Located {
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

    /// The place after the last paragraph.
    pub(crate) fn end(&self) -> Ordinal {
        Ordinal(self.end)
    }

    /// Number of documents.
    pub(crate) fn num_documents(&self) -> u64 {
        self.num_documents
    }

    /// Number of documents of the source begun last, so far.
    pub(crate) fn num_documents_of_last_source(&self) -> u64 {
        self.num_documents - self.sources.last().map_or(0, |source| source.first_document())
    }

    /// The first document of a source; if it has none, the one after it.
    pub(crate) fn first_document(&self, source: SourceId) -> DocumentId {
        DocumentId(self.sources.get(source.index()).map_or(self.num_documents, |unit| unit.first_document()))
    }

    /// Where a document's paragraphs start, and the place after them. Cost: a binary search.
    pub(crate) fn span(&self, document: DocumentId) -> (Ordinal, Ordinal) {
        let number = self.blocks.partition_point(|block| block.first_document <= document.0);
        let start = |number: usize, document: u64| {
            let block = self.blocks.get(number)?;
            let index = usize::try_from(document - block.first_document).ok()?;
            Some(block.base + u64::from(*block.starts.get(index)?))
        };
        let Some(number) = number.checked_sub(1) else { return (Ordinal(self.end), Ordinal(self.end)) };
        let next =
            start(number, document.0 + 1).or_else(|| self.blocks.get(number + 1).map(|block| block.base));
        let end = next.unwrap_or(self.end);
        (Ordinal(start(number, document.0).unwrap_or(end)), Ordinal(end))
    }

    /// Finds the source, member and record that a document belongs to. Cost: two binary searches.
    pub(crate) fn owner(&self, document: DocumentId) -> Owner<'_> {
        let after = self.sources.partition_point(|unit| unit.first_document() <= document.0);
        let index = after.saturating_sub(1);
        let source = SourceId::at(index);
        let mut unit = self.sources.get(index).copied().unwrap_or(OwnerStart::new(0, OwnerKind::Document));
        let after = self.members.partition_point(|(member, _)| member.first_document() <= document.0);
        let mut path = None;
        if let Some(number) = after.checked_sub(1)
            && let Some((member, end)) = self.members.get(number)
            && unit.is(OwnerKind::Archive)
        {
            let start = number.checked_sub(1).map_or(0, |before| self.members[before].1);
            path = Some(&self.paths[start..*end]);
            unit = *member;
        }
        let record = unit.is(OwnerKind::Container).then(|| document.0 - unit.first_document());
        Owner { source, member: path, record }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locates_across_blocks_empty_documents_and_sources() {
        let mut places = Places::default();
        // Source 0 has no document; source 1 has 5000 documents of 0, 1 or 2 paragraphs; source 2 one of 10.
        places.push_source(OwnerKind::Document);
        places.push_source(OwnerKind::Container);
        let mut expected = Vec::new();
        let mut place = 0;
        for document in 0..5000_u64 {
            assert_eq!(places.push_document(Ordinal(place)), DocumentId(document));
            for paragraph in 0..document % 3 {
                expected.push((document, paragraph, place + document % 3));
            }
            place += document % 3;
        }
        places.push_source(OwnerKind::Document);
        places.push_document(Ordinal(place));
        expected.extend((0..10).map(|paragraph| (5000, paragraph, place + 10)));
        places.set_end(Ordinal(place + 10));
        for (n, &(document, paragraph, end)) in (0..).zip(&expected) {
            let span = (Ordinal(n - paragraph), Ordinal(end));
            assert_eq!(places.span(DocumentId(document)), span);
            let located = places.locate(Ordinal(n));
            assert_eq!(
                (located.document.0, located.paragraph.0, located.document_end.0),
                (document, paragraph, end)
            );
        }
        let owner = |document| {
            let owner = places.owner(DocumentId(document));
            (owner.source.0, owner.member, owner.record)
        };
        assert_eq!(owner(0), (1, None, Some(0)));
        assert_eq!(owner(4999), (1, None, Some(4999)));
        assert_eq!(owner(5000), (2, None, None));
    }

    #[test]
    fn members_of_archives() {
        let mut places = Places::default();
        places.push_source(OwnerKind::Archive); // an archive: a text, nothing, two records
        places.push_member(b"a.txt", OwnerKind::Document);
        places.push_document(Ordinal(0));
        places.push_member(b"b.jsonl", OwnerKind::Container);
        places.push_member(b"c.jsonl", OwnerKind::Container);
        places.push_document(Ordinal(1));
        places.push_document(Ordinal(2));
        places.push_member(b"d.jsonl", OwnerKind::Container); // empty
        places.push_source(OwnerKind::Document); // a text
        places.push_document(Ordinal(3));
        let owner = |document| {
            let owner = places.owner(DocumentId(document));
            (owner.source.0, owner.member, owner.record)
        };
        assert_eq!(owner(0), (0, Some(&b"a.txt"[..]), None));
        assert_eq!(owner(1), (0, Some(&b"c.jsonl"[..]), Some(0)));
        assert_eq!(owner(2), (0, Some(&b"c.jsonl"[..]), Some(1)));
        assert_eq!(owner(3), (1, None, None));
    }

    #[test]
    fn a_source_begins_anew() {
        let mut places = Places::default();
        places.push_source(OwnerKind::Document);
        places.push_document(Ordinal(0));
        places.push_source(OwnerKind::Document);
        places.push_document(Ordinal(2));
        places.pop_source();
        places.push_source(OwnerKind::Document);
        assert_eq!(places.push_document(Ordinal(2)), DocumentId(1));
        places.set_end(Ordinal(4));
        assert_eq!(places.locate(Ordinal(3)).document, DocumentId(1));
        assert_eq!(places.owner(DocumentId(1)).source, SourceId(1));
    }
}
