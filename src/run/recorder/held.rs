//! Layout that is held back: all that stays of a long text so far, until text of it stays or the text ends (contract P5).
//! Then it is written, or the ledger says that it went. Held on disk where it is more than a little.

use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};

use super::{OpenDocument, Recorder};
use crate::account::{Counts, LedgerContext, Stretch};
use crate::decide::Rule;
use crate::error::{Error, Result};
use crate::read::{Part, Spool, Spooler};
use crate::run::render::{PartContent, RenderedPart, encode_error};
use crate::run::settled::{LayoutFate, Settled, stretch_context};
use crate::units::DocumentId;
use crate::write::{BlankLines, TextForm};

/// What is held back of a text.
#[derive(Default)]
pub(super) struct HeldLayout {
    /// Stretches that go in any case, and those of layout, which may go: a line of JSON each.
    stretches: Spool,
    /// The layout as it would be written.
    text: Spool,
    blank_lines: BlankLines,
    /// The counts if the layout stays.
    counts: Counts,
}

impl Recorder<'_> {
    /// Holds a piece of the open text back.
    pub(super) fn hold(
        &mut self,
        settled: &Settled,
        part: &Part,
        rendered: RenderedPart,
        context: LedgerContext<'_>,
    ) -> Result<()> {
        let Self { spooler, config, .. } = *self;
        let Some(open) = &mut self.open else { return Ok(()) };
        let held = open.held.get_or_insert_default();
        let RenderedPart { counts, stretches, content, .. } = rendered;
        stretches.iter().try_for_each(|(_, stretch)| held.push(stretch, spooler))?;
        let counts = match content {
            Some(PartContent::Bytes { bytes, layout, .. }) => {
                held.begin_piece(layout, spooler)?;
                held.text.append(&bytes, spooler)?;
                self.buffers.give_back(bytes);
                counts
            }
            Some(PartContent::TooLong) => {
                let all = stretch_context(context, config);
                settled.for_each_stretch(part, &all, |_, stretch| held.push(&stretch, spooler))?;
                // Once to count it, and once to write it.
                let form = TextForm::of(config);
                let (more, layout) =
                    settled.write_part(part, form, &mut io::sink(), |_| ()).map_err(encode_error)?;
                held.begin_piece(layout, spooler)?;
                let mut out = SpoolWriter { spool: &mut held.text, spooler, error: None };
                let written = settled.write_part(part, form, &mut out, |_| ());
                out.finish(written)?;
                Counts { bytes_input: counts.bytes_input, ..more }
            }
            // A text is neither rows of a table nor of a shard, and one that is whole is not held back.
            Some(PartContent::Rows(_) | PartContent::Shard(_)) | None => counts,
        };
        held.counts += counts;
        Ok(())
    }

    /// Lets go of what is held back of the open text, if anything is: it is known now what becomes of it.
    pub(super) fn release(
        &mut self,
        document: DocumentId,
        part: &Part,
        fate: LayoutFate,
        context: LedgerContext<'_>,
    ) -> Result<()> {
        let Some(mut open) = self.open.take() else { return Ok(()) };
        if let Some(mut held) = open.held.take() {
            let goes = fate == LayoutFate::Goes;
            held.for_each_stretch(|stretch| {
                let is_void = stretch.reason.rule() == Rule::Layout && !goes;
                if is_void { Ok(()) } else { self.ledger.push(document, stretch, context) }
            })?;
            if goes {
                open.counts += held.counts.with_rest_removed(Rule::Layout);
            } else {
                self.write_held(part, &mut open, &mut held)?;
                open.counts += held.counts;
            }
        }
        self.open = Some(open);
        Ok(())
    }

    /// Writes layout that stays after all.
    fn write_held(&mut self, part: &Part, open: &mut OpenDocument, held: &mut HeldLayout) -> Result<()> {
        // It is the first that stays: no blank line is owed.
        open.layout = open.layout.joined(held.blank_lines);
        held.text.rewind().map_err(held_error)?;
        let mut buffer = vec![0; PIECE];
        loop {
            let got = held.text.read(&mut buffer).map_err(held_error)?;
            if got == 0 {
                return Ok(());
            }
            if self.shards.is_some() {
                open.text.append(&buffer[..got], self.spooler)?;
            } else {
                self.write_bytes(part, open, &buffer[..got])?;
            }
        }
    }
}

/// Bytes that are moved at once.
const PIECE: usize = 128 * 1024;

impl HeldLayout {
    fn push(&mut self, stretch: &Stretch, spooler: &dyn Spooler) -> Result<()> {
        let mut line = serde_json::to_vec(stretch).map_err(|error| held_error(error.into()))?;
        line.push(b'\n');
        self.stretches.append(&line, spooler).map(drop)
    }

    /// Begins a piece, with the blank line that may be owed before it.
    fn begin_piece(&mut self, next: BlankLines, spooler: &dyn Spooler) -> Result<()> {
        if self.blank_lines.owes_blank(next) {
            self.text.append(b"\n", spooler)?;
        }
        self.blank_lines = self.blank_lines.joined(next);
        Ok(())
    }

    fn for_each_stretch(&mut self, mut visit: impl FnMut(Stretch) -> Result<()>) -> Result<()> {
        self.stretches.seek(SeekFrom::Start(0)).map_err(held_error)?;
        let lines = serde_json::Deserializer::from_reader(BufReader::new(&mut self.stretches));
        for stretch in lines.into_iter::<Stretch>() {
            visit(stretch.map_err(|error| held_error(error.into()))?)?;
        }
        Ok(())
    }
}

fn held_error(source: io::Error) -> Error {
    Error::Output { path: "layout that is held back".into(), operation: "read", source }
}

/// Lets a formatter write into a spool.
struct SpoolWriter<'s> {
    spool: &'s mut Spool,
    spooler: &'s dyn Spooler,
    error: Option<Error>,
}

impl SpoolWriter<'_> {
    /// The outcome of formatting, with the store's own error if it failed.
    fn finish<T>(self, written: io::Result<T>) -> Result<T> {
        match self.error {
            Some(error) => Err(error),
            None => written.map_err(held_error),
        }
    }
}

impl Write for SpoolWriter<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.spool.append(bytes, self.spooler) {
            Ok(_) => Ok(bytes.len()),
            Err(error) => {
                self.error.get_or_insert(error);
                Err(io::Error::other("the scratch store failed"))
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
