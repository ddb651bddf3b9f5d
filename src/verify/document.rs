//! One document of the input, held against the ledger and against OUT, a paragraph at a time.

use super::audit::{DifferenceKind, excerpt};
use super::due_text::{DueText, ParagraphAt};
use super::edits::ToldEdits;
use super::input_scan::{InputDocument, InputParagraph, OtherFields};
use super::kept_paragraphs::{self, EARLIER, KeptPlace, WholeDocument};
use super::layout::LayoutAudit;
use super::ledger::{self, DocumentName, NumberedLine, OpenLine};
use super::output::{Due, OutputSearch, OutputUnit};
use super::{Auditor, out_list};
use crate::account::{LedgerLine, LedgerPlace};
use crate::config::TargetFormat;
use crate::decide::{Named, Rule};
use crate::error::{RecordPlace, Result};
use crate::fingerprint::{DocumentHasher, Fingerprint};
use crate::units::count;
use crate::write::Edits;

/// A document of which some paragraphs are compared.
#[derive(Default)]
pub(super) struct DocumentAudit {
    pub(super) key: u64,
    pub(super) record: Option<u64>,
    /// The JSON of its id.
    id: Vec<u8>,
    /// The uid that it should have, in a shard.
    pub(super) uid: Option<String>,
    /// Its fields beside the text.
    pub(super) others: OtherFields,
    /// What should come next of its text in OUT.
    due: DueText,
    /// The line of the file on which the record begins.
    pub(super) line: Option<u64>,
    pub(super) num_paragraphs: u64,
    num_kept: u64,
    num_earlier: u64,
    /// A paragraph of it is no layout.
    has_text: bool,
    layout: LayoutAudit,
    /// Bytes and lines of the pieces before.
    pub(super) bytes: u64,
    pub(super) lines: u64,
    /// Whether it is in OUT, once it was looked for, and may be compared further.
    is_found: Option<bool>,
    pub(super) told: Option<OpenLine>,
    num_told: u64,
    /// What the ledger says was replaced in the next paragraph.
    pub(super) edits: ToldEdits,
    /// Whether no line of the ledger is left for it.
    is_told: bool,
    /// The rule by which it goes as a whole, and what stays in its place.
    whole: Option<(Rule, Option<LedgerPlace<'static>>)>,
    hasher: DocumentHasher,
    /// Places that are kept by hand and name it.
    named: Option<Named>,
    /// Fingerprints that were added to those that stay, to be taken back if the document turns out to be bad.
    added: Option<Vec<Fingerprint>>,
}

impl DocumentAudit {
    /// A text, which may come in pieces and turn out to be bad.
    pub(super) fn text(path: &str, due: DueText) -> Self {
        Self { key: kept_paragraphs::key(path, None), due, added: Some(Vec::new()), ..Self::default() }
    }

    /// A record of this id that holds these fields beside its text, whose text is laid out like this.
    pub(super) fn record(
        path: &str,
        place: Option<RecordPlace>,
        id: &[u8],
        others: OtherFields,
        due: DueText,
    ) -> Self {
        let record = place.map(|place| place.record);
        Self {
            key: kept_paragraphs::key(path, record),
            record,
            id: id.to_vec(),
            others,
            due,
            line: place.and_then(|place| place.line),
            ..Self::default()
        }
    }
}

impl Auditor<'_> {
    /// Holds a document, or a piece of one, against the ledger and OUT.
    pub(super) fn piece(
        &mut self,
        open: &mut DocumentAudit,
        text: &str,
        document: &InputDocument,
        (paragraphs, edits): (&[InputParagraph], Edits<'_>),
    ) -> Result<()> {
        open.due.begin_piece(text);
        open.named.get_or_insert_with(|| self.spared.named(&self.unit.path, open.record));
        for (index, sighted) in paragraphs.iter().enumerate() {
            let at = ParagraphAt { text, sighted, edited: edits.get(index) };
            open.due.owe_blank(sighted.paragraph.blank_before);
            if self.compares_documents() {
                open.hasher.update(&sighted.fingerprint);
            }
            open.has_text |= !sighted.is_layout;
            let num_bytes = sighted.paragraph.span.len();
            let is_removed = self.is_removed(open)?;
            let is_untold = open.is_told && open.num_told == 0;
            if open.num_paragraphs == 0 && is_untold && !document.is_repaired {
                open.due.keep_all();
            }
            if is_removed {
                if let Some(OpenLine { told, .. }) = &open.told {
                    self.recount.remove(num_bytes, &told.line);
                    let fault = open.layout.removed(told.line.rule, sighted.is_layout);
                    if let Some(why) = fault {
                        self.report_line(open, why);
                    }
                }
                self.removed(open, at)?;
            } else {
                self.recount.keep(num_bytes);
                self.stays(open, at)?;
            }
            open.num_paragraphs += 1;
        }
        self.end_record(open, text)?;
        open.due.end_piece(text);
        open.due.owe_blank(document.blank_after);
        open.bytes += count(text.len());
        open.lines += document.lines;
        Ok(())
    }

    /// Whether the ledger accounts for the next paragraph.
    fn is_removed(&mut self, open: &mut DocumentAudit) -> Result<bool> {
        let index = open.num_paragraphs;
        loop {
            if open.told.is_none() && !open.is_told {
                let named =
                    DocumentName { source: self.unit.source, path: &self.unit.path, record: open.record };
                let told = self.ledger.take(named, &mut self.audit)?;
                open.told = told.map(|told| OpenLine { told, text_at: 0, is_begun: false, is_bad: false });
                open.is_told = open.told.is_none();
                open.num_told += u64::from(!open.is_told);
            }
            let Some(OpenLine { told: NumberedLine { line, .. }, is_begun, .. }) = &open.told else {
                return Ok(false);
            };
            if line.rule.is_of_spans() && (line.first, line.last) == (index, index) {
                self.begin_line(open);
                open.edits.tell(open.told.take());
                continue;
            }
            let is_in_order = line.first <= line.last && line.first >= index;
            if *is_begun || (is_in_order && line.first > index) {
                return Ok(*is_begun);
            }
            if is_in_order {
                self.begin_line(open);
                return Ok(true);
            }
            self.report_line(open, "an earlier line lists them already, or the lines are out of order");
            open.told = None;
        }
    }

    /// Checks what a line says of itself.
    fn begin_line(&mut self, open: &mut DocumentAudit) {
        let Some(OpenLine { told: NumberedLine { line, .. }, is_begun, .. }) = &mut open.told else { return };
        *is_begun = true;
        let line = &*line;
        self.recount.line(line);
        let LedgerLine { first, rule, survivor, .. } = line;
        let is_id = line.id.as_ref().map_or("", |id| id.json()).as_bytes() == open.id;
        let is_going_on = match &open.whole {
            Some((whole, twin)) => (whole, twin) == (rule, survivor),
            None => !rule.is_of_documents() || *first == 0,
        };
        let fault = if !is_id {
            Some("the id is not that of the record")
        } else if !is_going_on {
            Some("a document that is removed as a whole is removed from its beginning, for one reason")
        } else {
            ledger::fault_of(line, &self.config.decide)
        };
        if rule.is_of_documents() && open.whole.is_none() {
            open.whole = Some((*rule, survivor.clone()));
        }
        if let Some(why) = fault {
            self.report_line(open, why);
        }
    }

    /// Checks a paragraph that goes against the line that says so.
    fn removed(&mut self, open: &mut DocumentAudit, at: ParagraphAt<'_>) -> Result<()> {
        self.compare_edits(open, at, false);
        self.buffer.clear();
        at.append_for_record(&mut self.buffer, self.config.split.repair, self.editor);
        self.buffer.push(b'\n');
        if let Some(why) = self.fault_of(open, at)? {
            self.report_line(open, &why);
        }
        let line = open.told.as_ref().map(|open| &open.told.line);
        open.num_earlier += u64::from(line.is_some_and(|line| line.earlier_run().is_some()));
        if line.is_some_and(|line| line.last == open.num_paragraphs) {
            open.told = None;
        }
        Ok(())
    }

    fn fault_of(&mut self, open: &mut DocumentAudit, at: ParagraphAt<'_>) -> Result<Option<String>> {
        let index = open.num_paragraphs;
        let Some(OpenLine { told: NumberedLine { line, .. }, text_at, .. }) = &mut open.told else {
            return Ok(None);
        };
        let span = at.sighted.paragraph.span;
        let (start, end) = (open.bytes + count(span.start), open.bytes + count(span.end));
        if (index == line.first && line.span.0 != start) || (index == line.last && line.span.1 != end) {
            return Ok(Some(format!("paragraph {index} is bytes {start}-{end} of the text")));
        }
        if index == line.first && line.page_line != at.sighted.page_line {
            return Ok(Some("it begins in another line of the page".to_owned()));
        }
        if let Some(text) = &line.text {
            let rest = text.as_bytes().get(*text_at..).unwrap_or_default();
            *text_at += self.buffer.len();
            if !rest.starts_with(&self.buffer) || (index == line.last && rest.len() != self.buffer.len()) {
                return Ok(Some(format!("the text differs from the input: {}", excerpt(&self.buffer))));
            }
        }
        let survivor = line.survivor.as_ref().filter(|_| line.rule.is_one_for_one());
        let Some(survivor) = survivor else { return Ok(None) };
        if at.sighted.is_short {
            return Ok(Some("it is too short to be removed as a duplicate".to_owned()));
        }
        let fingerprint = at.sighted.fingerprint;
        let told = survivor.first.saturating_add(index - line.first);
        let twin = if survivor.run.is_some() {
            if let Some(why) = self.earlier.fault_of(fingerprint, survivor, told)? {
                return Ok(Some(format!("{why}: {}", excerpt(&self.buffer))));
            }
            // From here on it stays nowhere else.
            let place = KeptPlace::new(kept_paragraphs::survivor_key(survivor), told, EARLIER);
            let twin = self.kept.insert(fingerprint, place);
            if let (None, Some(added)) = (twin, &mut open.added) {
                added.push(fingerprint);
            }
            twin.unwrap_or(place)
        } else if self.spared.has(fingerprint, kept_paragraphs::survivor_key(survivor), told) {
            return Ok(None);
        } else if let Some(twin) = self.kept.get(fingerprint) {
            twin
        } else {
            return Ok(Some(format!("no copy of it is kept before it: {}", excerpt(&self.buffer))));
        };
        if !twin.is(kept_paragraphs::survivor_key(survivor), told) {
            let place = self.place(twin);
            return Ok(Some(format!("another copy of it is kept, {place}: {}", excerpt(&self.buffer))));
        }
        Ok(None)
    }

    /// Checks a paragraph that is to stay: that it is the only one of its kind, and that it is in OUT.
    fn stays(&mut self, open: &mut DocumentAudit, at: ParagraphAt<'_>) -> Result<()> {
        open.num_kept += 1;
        self.compare_edits(open, at, true);
        let is_named = self.spared.spares(open.named.as_ref(), open.num_paragraphs);
        self.recount.keep_by_hand(is_named);
        open.layout.stays(at.sighted.is_layout && !is_named);
        self.unit.is_due = true;
        let place = KeptPlace::new(open.key, open.num_paragraphs, self.unit.source);
        self.wanted.note_paragraph(open.key, open.num_paragraphs);
        if !at.sighted.is_short && self.config.decide.exact.has_paragraphs() {
            if is_named && self.spared.takes(at.sighted.fingerprint, place, &self.kept) {
                // It may be the one that stays, or a copy that is kept by hand.
            } else if let Some(twin) = self.kept.insert(at.sighted.fingerprint, place) {
                let what = format!(
                    "it is kept, and its copy too, {}: {}",
                    self.place(twin),
                    excerpt(at.body().as_bytes())
                );
                self.report(open, Some(at), DifferenceKind::Twice, what);
            } else if let Some(added) = &mut open.added {
                added.push(at.sighted.fingerprint);
            }
        }
        if open.is_found.is_none() && !self.written.is_lost() {
            self.find(open, at)?;
        }
        if open.is_found == Some(true) && !self.written.is_lost() {
            open.due.put(at, self.config.split.repair, &mut self.buffer);
            if !self.written.take(&self.buffer)? {
                let (kind, what) = open.due.differs(&self.buffer, &self.written);
                self.report(open, Some(at), kind, what);
                self.written.give_up();
                open.is_found = Some(false);
            }
            open.due.begin();
        }
        open.due.pay_blank();
        Ok(())
    }

    /// Looks for the document in OUT.
    fn find(&mut self, open: &mut DocumentAudit, at: ParagraphAt<'_>) -> Result<()> {
        let to = self.config.write.to;
        let is_shard = matches!(to, Some(TargetFormat::Jsonl | TargetFormat::Parquet));
        let named = if is_shard {
            out_list::shard_name(&self.unit.path, &open.id, open.record)
        } else {
            open.others.new_id.clone().unwrap_or_else(|| open.id.clone())
        };
        let fields = match (to, open.record) {
            (Some(TargetFormat::Txt), _) | (None, None) => None,
            (Some(_), None) | (_, Some(_)) => Some(open.others.fields),
        };
        let is_unchanged = to.is_none() && open.due.is_unchanged();
        let file = out_list::text_path(&self.unit.file, self.unit.is_compressed, open.record);
        let due = Due {
            uid: open.uid.as_deref(),
            unit: OutputUnit { source: self.unit.source, member: self.unit.member.as_deref() },
            id: &named,
            path: &self.unit.path,
            fields,
            record: open.others.record.filter(|_| is_unchanged),
            file: &file,
        };
        let found = self.written.open(due, &mut self.audit)?;
        open.is_found = Some(!matches!(found, OutputSearch::Not(_)));
        let shown = excerpt(at.body().as_bytes());
        match found {
            OutputSearch::Here => {}
            OutputSearch::Other(what) => self.report(open, None, DifferenceKind::Changed, what),
            OutputSearch::Not(what) => {
                let what = format!("{shown} should be kept: {what}");
                self.report(open, Some(at), DifferenceKind::Missing, what);
            }
        }
        Ok(())
    }

    /// Checks what stands behind the last paragraph of a record; of a text, nothing does.
    fn end_record(&mut self, open: &mut DocumentAudit, text: &str) -> Result<()> {
        let end = open.due.end(text);
        let is_compared = open.is_found == Some(true) && !self.written.is_lost();
        if is_compared && !self.written.take(end.as_bytes())? {
            let what = "its text should end as in the input".to_owned();
            self.report(open, None, DifferenceKind::Changed, what);
            self.written.give_up();
            open.is_found = Some(false);
        }
        Ok(())
    }

    /// Ends a document.
    pub(super) fn close(&mut self, mut open: DocumentAudit) -> Result<()> {
        if open.is_found == Some(true) && !self.written.is_lost() {
            let head = self.written.head();
            let line = open.due.first_line(&head);
            let kind =
                if self.written.is_again(line) { DifferenceKind::Twice } else { DifferenceKind::Foreign };
            if let Some(left) = self.written.close()? {
                let what = format!("OUT has more after its last paragraph: {}", excerpt(&left));
                self.report(&open, None, kind, what);
            } else if self.written.has_other_hash() {
                let what = "its sha256 is not that of its text".to_owned();
                self.report(&open, None, DifferenceKind::Changed, what);
            }
        }
        if open.told.is_some() {
            let what = format!("the document has {} paragraphs", open.num_paragraphs);
            self.report_line(&mut open, &what);
        }
        if open.whole.is_some() && open.num_kept > 0 {
            let what =
                format!("it is removed as a whole, and {} of its paragraphs are not listed", open.num_kept);
            self.report(&open, None, DifferenceKind::Ledger, what);
        }
        if let Some(what) = open.layout.fault() {
            self.report(&open, None, DifferenceKind::Ledger, what.to_owned());
        }
        let is_earlier =
            |twin: &Option<LedgerPlace<'_>>| twin.as_ref().is_some_and(|twin| twin.run.is_some());
        let removed = open.whole.as_ref().map(|(rule, twin)| (*rule, is_earlier(twin)));
        self.recount.document(open.num_kept > 0, removed);
        if self.compares_documents() {
            let (fingerprint, num_paragraphs) = (open.hasher.clone().finish(), open.num_paragraphs);
            let digest = fingerprint.table_hash();
            self.wanted.note_document(open.key, WholeDocument { digest, num_paragraphs });
            let is_named = open.named.as_ref().is_some_and(|named| !named.is_empty());
            let stays = open.num_kept > 0 && open.has_text && !is_named;
            if let Some(twin) = if stays { self.keep_whole(open.key, fingerprint) } else { None } {
                let what = format!("the whole document is kept, and its copy too, {}", self.place(twin));
                self.report(&open, None, DifferenceKind::Twice, what);
            }
        }
        self.audit.documents += 1;
        self.audit.paragraphs += open.num_paragraphs;
        self.audit.kept += open.num_kept;
        self.audit.earlier += open.num_earlier;
        self.audit.removed += open.num_paragraphs - open.num_kept;
        Ok(())
    }

    /// Forgets a text that turned out to be bad: nothing of it may be in OUT or in the ledger.
    pub(super) fn drop_text(&mut self, open: &DocumentAudit) {
        for fingerprint in open.added.iter().flatten() {
            self.kept.remove(*fingerprint);
        }
        self.wanted.forget(open.key);
        self.spared.forget(open.key);
        if open.is_found == Some(true) {
            let what = "OUT has it, and the input cannot be read";
            self.audit.add_at(DifferenceKind::Foreign, &self.unit.path, open.record, what);
        }
        if open.num_told > 0 {
            let what = "the ledger lists it, and the input cannot be read";
            self.audit.add_at(DifferenceKind::Ledger, &self.unit.path, open.record, what);
        }
    }
}
