//! Convert: the documents of a settled chunk in another form than the one they came in (`--to`).

use std::io;

use crate::account::{Counts, LedgerContext};
use crate::config::TargetFormat;
use crate::decide::Owner;
use crate::error::Result;
use crate::read::{Compression, Fields, Part};
use crate::rules::annotations;
use crate::store::WrittenFile;
use crate::units::{DocumentId, count};
use crate::write::{self, BlankLines, Converted, RecordText, Uid, UidClaim, UidName};

use super::render::{PartContent, RenderContext, RenderedPart, encode_error};
use super::settled::{Settled, document_counts};

/// The id that a record has, from its JSON; `None` if there is none.
pub(crate) fn own_id(id: &[u8]) -> Option<String> {
    let spelled = || String::from_utf8_lossy(id).into_owned(); // a number
    (!id.is_empty()).then(|| serde_json::from_slice::<String>(id).unwrap_or_else(|_| spelled()))
}

/// The name of a document without an id in another form: its place.
fn place(path: &str, record: Option<u64>) -> String {
    record.map_or_else(|| path.to_owned(), |record| format!("{path}#{record}"))
}

/// Where a document's text goes under `--to txt`: a plain text file to its own path, anything else below or beside
/// it. Records have as many digits as it takes to keep them in order.
pub(crate) fn text_path(mut path: Vec<u8>, part: &Part, record: Option<u64>) -> Vec<u8> {
    let compression = if part.member().is_some() { part.wrap.inner } else { part.wrap.outer };
    if let Some(record) = record {
        path.extend_from_slice(format!("/{record:08}.txt").as_bytes());
    } else if compression != Compression::None {
        path = unpacked_path(path);
    } else {
        path = part.output_path(&path);
    }
    path
}

/// Where a compressed text goes under `--to txt`: to its path with `.txt` behind it.
pub(crate) fn unpacked_path(mut path: Vec<u8>) -> Vec<u8> {
    path.extend_from_slice(b".txt");
    path
}

/// What is made of a part: the documents that keep a paragraph, and the ids of all of its records.
#[derive(Default)]
struct ConvertedPart {
    documents: Vec<(DocumentId, Converted)>,
    uid_claims: Vec<UidClaim>,
}

impl Settled {
    /// Formats a part. A piece of a large text is only cleaned: it is put together when it is written.
    pub(crate) fn convert_part(
        &self,
        part: &Part,
        to: TargetFormat,
        context: &RenderContext<'_>,
    ) -> Result<RenderedPart> {
        let mut rendered = RenderedPart::default();
        if part.is_piece_of_text() {
            let mut bytes = context.corpus.buffers.take();
            let written = self.write_part(part, context.form(), &mut bytes, |_| ());
            let (counts, layout) = written.map_err(encode_error)?;
            rendered.counts = counts;
            rendered.content = Some(PartContent::Bytes { bytes, ends: Vec::new(), layout });
            return Ok(rendered);
        }
        let ConvertedPart { documents, uid_claims } = self.documents(part, &mut rendered.counts, context)?;
        if to == TargetFormat::Txt {
            for (id, document) in documents {
                let owner = context.places.owner(id);
                let path = text_path(context.ledger().path_bytes(owner).into_owned(), part, owner.record);
                rendered.counts.bytes_output += count(document.text.len());
                context.corpus.output.write(&path, document.text.as_bytes())?;
                rendered.files.push(WrittenFile::of(&path, count(document.text.len())));
            }
            return Ok(rendered);
        }
        let documents: Vec<_> = documents.into_iter().map(|(_, document)| document).collect();
        rendered.uid_claims = uid_claims;
        rendered.content = Some(content(&documents, to, context.corpus.buffers.take())?);
        Ok(rendered)
    }

    /// Makes documents of a part, and counts them.
    fn documents(
        &self,
        part: &Part,
        counts: &mut Counts,
        context: &RenderContext<'_>,
    ) -> Result<ConvertedPart> {
        let chunk = &self.scanned.chunk;
        let fields = Fields::new(chunk, part, context.corpus.read).map_err(encode_error)?;
        *counts += self.part_counts(part);
        let ConvertedPart { mut documents, mut uid_claims } = ConvertedPart::default();
        for number in part.slots.clone() {
            let slot = &chunk.slots[number];
            if slot.fault.is_some() || slot.is_verbatim {
                continue;
            }
            let clean = self.clean_text(part, number, counts, context).map_err(encode_error)?;
            let own_id = own_id(&chunk.bytes[slot.id.range()]);
            if clean.is_none() && own_id.is_none() {
                continue;
            }
            let document = self.documents[number].id;
            let owner: Owner<'_> = context.places.owner(document);
            let path = context.ledger().path(owner).into_owned();
            let name = match (&own_id, owner.record) {
                (Some(id), _) => UidName::Id(id),
                (None, Some(record)) => UidName::Record(record),
                (None, None) => UidName::File,
            };
            let uid = Uid::new(&path, name);
            if let (Some(_), Some(record)) = (&own_id, owner.record) {
                let row = clean.is_some().then_some(documents.len());
                uid_claims.push(UidClaim { uid, document, record, row });
            }
            let Some(text) = clean else { continue };
            let id = own_id.unwrap_or_else(|| place(&path, owner.record));
            let annotations = annotations(context.corpus.config, &text);
            let fields = fields.of(number);
            documents.push((document, Converted { uid, id, path, text, fields, annotations }));
        }
        Ok(ConvertedPart { documents, uid_claims })
    }

    /// What is left of the text in the slot of this number, and counts it.
    fn clean_text(
        &self,
        part: &Part,
        number: usize,
        counts: &mut Counts,
        context: &RenderContext<'_>,
    ) -> io::Result<Option<String>> {
        let (slot, document) = (&self.scanned.chunk.slots[number], self.judged(number));
        let form = context.form();
        // A file of text is laid out as such, or cleaning it again would change it (contract P4).
        if slot.is_record && context.corpus.config.write.to != Some(TargetFormat::Txt) {
            let text = RecordText::new(document, part, form);
            *counts += document_counts(slot, &text.written);
            return if text.is_empty() { Ok(None) } else { text.into_string().map(Some) };
        }
        let mut text = Vec::new();
        let written = write::write_document(document, form, true, &mut text)?;
        let mut own = document_counts(slot, &written);
        if !slot.is_record {
            own.end_document(written.layout.has_text);
        }
        *counts += own;
        if !written.layout.has_text {
            return Ok(None);
        }
        String::from_utf8(text).map(Some).map_err(io::Error::other)
    }
}

/// Documents as what is appended to a shard.
fn content(documents: &[Converted], to: TargetFormat, mut bytes: Vec<u8>) -> Result<PartContent> {
    if to == TargetFormat::Parquet {
        return Ok(PartContent::Shard(write::rows(documents).map_err(encode_error)?));
    }
    debug_assert_eq!(to, TargetFormat::Jsonl);
    let mut ends = Vec::new();
    for document in documents {
        document.write_json(&mut bytes).map_err(encode_error)?;
        ends.push(bytes.len());
    }
    Ok(PartContent::Bytes { bytes, ends, layout: BlankLines::default() })
}

impl<'a> RenderContext<'a> {
    pub(super) fn ledger(&self) -> LedgerContext<'a> {
        LedgerContext {
            sources: self.corpus.sources,
            places: self.places,
            findings: self.findings,
            earlier: self.corpus.earlier(),
            editor: self.corpus.editor,
        }
    }
}
