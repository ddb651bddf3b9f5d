//! Verify: an audit of a run that is done. Inputs, OUT and the ledger are read side by side, in corpus order, and
//! held against one another.
//!
//! It shares with a run what reads, cuts, repairs and fingerprints text and what adds counts up, and nothing of what
//! decides, writes or counts. Checked is that every paragraph of the input stands in OUT, in its place, or that a line
//! of the ledger says which rule removed it and what stays for it; that what is said to stay does, and is a copy where
//! it should be one; that nothing stays twice; that OUT holds nothing else; and that the list of rejections, the list of
//! what was written and the figures of the summary are those that come of the inputs, the ledger and OUT
//! ([`rejections`], [`out_list`], [`recount`]). How
//! alike near-duplicates are is not measured again. What is said to stand in earlier runs is looked up in their
//! indexes, if the configuration names them.
//!
//! Memory: 38 to 75 bytes a paragraph that stays, 24 a source and the paths in OUT, 16 to 48 a near-duplicate, 24 to 48
//! a record that stays for another, and two batches of text a side.

mod audit;
mod chunk;
mod document;
mod due_text;
mod earlier;
mod edits;
mod ids;
mod input_scan;
mod kept_paragraphs;
mod layout;
mod ledger;
mod out_list;
mod output;
mod recount;
mod rejections;
mod reporting;
mod spared;
mod uids;

use std::path::Path;

pub use audit::{Audit, Difference, DifferenceKind};

use crate::account::names;
use crate::config::{Config, TargetFormat};
use crate::discover::SourceList;
use crate::error::{Error, RecordPlace, Rejection, Result};
use crate::fingerprint::Fingerprint;
use crate::observe::Observer;
use crate::read::{Chunk, Compression, Fault, IgnoreTexts, Part};
use crate::rules::Editor;
use crate::run::corpus::{Corpus, Listing, Resources, path_of};
use crate::run::reader::{ReadOnlyPass, read_work};
use crate::run::session::Session;
use crate::run::walk::Walk;
use crate::store::{DiskInput, DiskOutput, NullOutput, Root, path};
use crate::units::SourceId;

use audit::DifferenceMark;
use chunk::ChunkAudit;
use document::DocumentAudit;
use due_text::DueText;
use earlier::EarlierRuns;
use input_scan::{InputChunk, InputScan, rests};
use kept_paragraphs::{KeptParagraphs, KeptPlace, LedgerClaims};
use ledger::LedgerAudit;
use out_list::OutList;
use output::{OneFileEach, OutputReader, OutputStream, OutputUnit};
use recount::Recount;
use rejections::Rejections;
use spared::SparedPlaces;
use uids::UidsOfFile;

/// Audits what a run made of inputs: `out`, and the `account` beside it (`OUT.tamis`). `config` is that of the run.
///
/// # Errors
/// [`Error::Config`], [`Error::NoInput`], [`Error::Input`] if OUT is not there, [`Error::Account`] if the ledger cannot
/// be read to its end, [`Error::Interrupted`], and [`Error::Output`] if there is no space to unpack to.
///
/// ```no_run
/// use tamis::{Config, NoObserver, store::Root};
/// let roots = vec![Root::look("dump".as_ref())?];
/// let (out, account) = ("clean".as_ref(), "clean.tamis".as_ref());
/// let audit = tamis::verify(roots, out, account, &Config::default(), &NoObserver)?;
/// assert!(audit.is_clean(), "{}", audit.differences[0]);
/// # Ok::<(), tamis::Error>(())
/// ```
pub fn verify(
    roots: Vec<Root>,
    out: &Path,
    account: &Path,
    config: &Config,
    observer: &dyn Observer,
) -> Result<Audit> {
    let session = Session::over(&roots, config, observer)?;
    if let Some(stream) = roots.iter().find(|root| root.is_stream()) {
        let what = if *stream == Root::Stdin { "standard input" } else { "a FIFO" };
        return Err(Error::Config(format!(
            "input {}: what was cleaned from {what} cannot be read again; verify only runs over files",
            path::printable(stream.path())
        )));
    }
    let out = Root::look(out)?;
    if !matches!(out, Root::Directory(_)) {
        let what = path::printable(out.path());
        return Err(Error::Config(format!(
            "against {what:?}: not a directory; name the OUT of `tamis clean`"
        )));
    }
    DiskOutput::check_overlap(out.path(), &roots)?;
    let run = RunPaths { out, account };
    session.read(&DiskInput::new(roots).following(config.read.follow), |corpus| audit(corpus, run))
}

/// The paths of the run that is audited.
struct RunPaths<'a> {
    out: Root,
    account: &'a Path,
}

fn audit(corpus: &Corpus<'_>, run: RunPaths<'_>) -> Result<Audit> {
    let Corpus { sources, config, observer, .. } = *corpus;
    let account = run.account;
    let ledger = &account.join(names::LEDGER);
    let mut audit = Audit::new();
    let earlier = EarlierRuns::open(config)?;
    audit.is_looked_up = !earlier.is_empty();
    let wanted = LedgerClaims::read(ledger, config)?;
    let list = OutList::new(run, sources, config.write, &mut audit)?;
    let config_out = out_list::config(config);
    let resources = Resources::new(&config_out, &NullOutput)?;
    let listing = Listing { sources: &list.sources, input: &list.input };
    let corpus_out = Corpus::new(listing, &resources, &config_out, observer);
    let rest = out_list::rest(config);
    let mut look = ReadOnlyPass::at(&corpus_out, |work| {
        let chunk = read_work(work, corpus_out.listing(), corpus_out.read, &mut IgnoreTexts);
        let rests = rests(&chunk, corpus_out.read, rest);
        (chunk, rests)
    });
    let written = if list.is_a_file_each {
        OutputReader::Files(OneFileEach::new(&list.input))
    } else {
        OutputReader::Stream(OutputStream::new(
            move || look.next(),
            corpus_out.buffers,
            list.mirrored.clone(),
            list.names(),
        ))
    };
    let mut auditor = Auditor {
        sources,
        observer,
        config,
        editor: corpus.editor,
        ledger: LedgerAudit::new(ledger, sources)?,
        audit,
        kept: KeptParagraphs::default(),
        spared: SparedPlaces::of(config),
        kept_documents: KeptParagraphs::default(),
        earlier,
        wanted,
        written,
        rejections: Rejections::open(account),
        recount: Recount::new(config),
        unit: AuditedUnit::default(),
        open: None,
        mark: DifferenceMark::default(),
        buffer: Vec::new(),
    };
    let scan = InputScan::new(config, corpus.read, corpus.editor);
    let mut look = ReadOnlyPass::at(corpus, |work| scan.scan(work, corpus.listing()));
    let mut walk = Walk::default();
    while let Some(batch) = look.next()? {
        for (chunk, input_scan) in batch {
            auditor.chunk(&chunk, &input_scan, &mut walk)?;
            corpus.buffers.give_back(chunk.bytes);
        }
    }
    auditor.finish(account, &list)
}

/// Goes through the input in corpus order.
struct Auditor<'a> {
    sources: &'a SourceList,
    observer: &'a dyn Observer,
    config: &'a Config,
    editor: &'a Editor,
    ledger: LedgerAudit,
    audit: Audit,
    kept: KeptParagraphs,
    spared: SparedPlaces,
    /// Documents that stay, where all copies of one go.
    kept_documents: KeptParagraphs,
    earlier: EarlierRuns,
    wanted: LedgerClaims,
    written: OutputReader<'a>,
    rejections: Rejections,
    recount: Recount,
    unit: AuditedUnit,
    /// The text that is being read.
    open: Option<DocumentAudit>,
    /// The number of differences when the text began, to go back to if it turns out to be bad.
    mark: DifferenceMark,
    buffer: Vec<u8>,
}

/// The file, or member of an archive, that is being read.
struct AuditedUnit {
    source: SourceId,
    member: Option<Vec<u8>>,
    file: Vec<u8>,
    /// Its path, as the ledger spells it.
    path: String,
    is_compressed: bool,
    /// Something of it is to stay.
    is_due: bool,
    /// The ids of its records so far.
    uids: UidsOfFile,
}

impl Default for AuditedUnit {
    fn default() -> Self {
        Self {
            source: SourceId(0),
            member: None,
            file: Vec::new(),
            path: String::new(),
            is_compressed: false,
            is_due: false,
            uids: UidsOfFile::default(),
        }
    }
}

impl AuditedUnit {
    fn of(sources: &SourceList, part: &Part) -> Self {
        let path = path_of(sources, part);
        let compression = if part.member().is_some() { part.wrap.inner } else { part.wrap.outer };
        let is_compressed = compression != Compression::None;
        let file = if is_compressed { path.clone() } else { part.output_path(&path) };
        Self {
            source: part.source,
            member: part.member().map(|member| part.output_path(&member.path)),
            path: path::lossless(&path).into_owned(),
            file,
            is_compressed,
            ..Self::default()
        }
    }
}

impl Auditor<'_> {
    /// Everything is read: compares what is to be compared in the end.
    fn finish(mut self, account: &Path, list: &OutList) -> Result<Audit> {
        self.written.finish(&mut self.audit)?;
        self.ledger.finish(&mut self.audit)?;
        self.wanted.check(&account.join(names::LEDGER), &mut self.audit)?;
        if let OutputReader::Files(files) = &self.written {
            list.report_others(files, &mut self.audit);
        }
        let Self { mut audit, rejections, recount, .. } = self;
        let is_sound = audit.is_clean();
        audit.join(rejections.finish());
        if is_sound {
            audit.join(list.written.clone()); // else it repeats what was found in OUT
        }
        if let Some(summary) = recount.compare(account, list.num_bytes, is_sound, &mut audit) {
            list.compare_card(&summary, &mut audit);
        }
        Ok(audit)
    }

    fn chunk(&mut self, chunk: &Chunk, input_scan: &InputChunk, walk: &mut Walk) -> Result<()> {
        for part in &chunk.parts {
            self.observer.advanced(u64::from(part.ends_source()), part.num_bytes);
            walk.part(chunk, part, &mut ChunkAudit { auditor: self, chunk, input_scan })?;
            if part.ends_source() {
                self.written.end_source(part.source, &mut self.audit)?;
                self.ledger.end_source(part.source, &mut self.audit)?;
            }
        }
        Ok(())
    }

    /// Begins a document.
    fn begin(&mut self, open: DocumentAudit) -> DocumentAudit {
        if self.config.decide.scope == crate::config::Scope::Document {
            self.kept.clear();
            self.spared.clear();
        }
        open
    }

    /// What should come of a text that would be laid out like this.
    fn due(&self, laid_out: DueText) -> DueText {
        if self.config.leaves_texts() { laid_out.left() } else { laid_out }
    }

    /// Whether documents go into shards.
    fn is_into_shards(&self) -> bool {
        matches!(self.config.write.to, Some(TargetFormat::Jsonl | TargetFormat::Parquet))
    }

    /// Whether documents are compared as wholes.
    fn compares_documents(&self) -> bool {
        self.wanted.has_documents() || self.finds_copies()
    }

    /// Whether every copy of a document goes. Those that hold nothing that is compared stay where near-duplicates are
    /// searched for, which is not measured here.
    fn finds_copies(&self) -> bool {
        let decide = &self.config.decide;
        decide.exact.has_documents() && !decide.near.has_documents()
    }

    /// Notes a document that stays, if all copies of one go; gives back where one stays already.
    fn keep_whole(&mut self, document: u64, fingerprint: Fingerprint) -> Option<KeptPlace> {
        let place = KeptPlace::new(document, 0, self.unit.source);
        if self.finds_copies() { self.kept_documents.insert(fingerprint, place) } else { None }
    }

    /// Counts a file or a member by what became of it, which is listed if it is rejected.
    fn fate(&mut self, part: &Part) {
        self.recount.fate(part);
        if let Some(fault) = part.rejected() {
            self.reject(part, None, fault);
        }
    }

    /// A file, a member or a record is rejected, and the list should say so.
    fn reject(&mut self, part: &Part, record: Option<RecordPlace>, fault: &Fault) {
        let Fault { reason, byte, detail } = fault.clone();
        let path = path_of(self.sources, part);
        self.rejections.expect(&Rejection { path, record, byte, reason, detail });
    }

    /// Ends the file or member that is being read.
    fn end_unit(&mut self) -> Result<()> {
        let AuditedUnit { source, member, path, is_due, .. } = &self.unit;
        let unit = OutputUnit { source: *source, member: member.as_deref() };
        self.written.end_unit(unit, *is_due, &mut self.audit)?;
        self.ledger.end_unit(path, member.is_some(), &mut self.audit)
    }
}
