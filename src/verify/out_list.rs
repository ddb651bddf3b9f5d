//! The expected content of OUT by its names: files as they came, or shards, or a file for each document.

use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::path::{Path, PathBuf};

use super::RunPaths;
use super::audit::{Audit, DifferenceKind};
use super::input_scan::OtherFieldsOf;
use super::output::OneFileEach;
use crate::account::{CARD, Summary, card, names};
use crate::config::{Config, EncodingErrors, ReadConfig, TargetFormat, WriteConfig};
use crate::discover::{Format, SourceList, SourcePlan, page_text_path};
use crate::error::Result;
use crate::store::{self, DiskInput, Input, InputPlace, ListedFile, ListedKind, path};
use crate::units::SourceId;

/// No card is longer.
const MAX_CARD: u64 = 64 * 1024 * 1024;

/// OUT, listed.
pub(super) struct OutList {
    pub(super) input: DiskInput,
    /// The files of OUT that are read, in the order of the input.
    pub(super) sources: SourceList,
    /// The source of the input that each of them stands for; `None`: they are shards.
    pub(super) mirrored: Option<Vec<SourceId>>,
    /// Each document has a file of its own.
    pub(super) is_a_file_each: bool,
    /// All files, where each document has one.
    others: Vec<Vec<u8>>,
    /// Bytes of all files.
    pub(super) num_bytes: u64,
    /// Where the card of the dataset should be, if there is to be one.
    pub(super) card: Option<PathBuf>,
    /// The faults of the list of what was written.
    pub(super) written: Audit,
}

/// How OUT is read: clean text in UTF-8, and records as they came or as shards hold them.
pub(super) fn config(config: &Config) -> Config {
    let own = config.read.clone();
    let (text_field, id_field) = match config.write.to {
        None => (own.text_field, own.id_field),
        Some(_) => (vec!["text".to_owned()], ReadConfig::default().id_field),
    };
    let read = ReadConfig {
        text_field,
        id_field,
        tsv_quotes: config.read.tsv_quotes,
        encoding: vec!["utf-8".to_owned()],
        encoding_errors: EncodingErrors::Reject,
        // UTF-8 may be longer than what it was decoded from.
        max_document_size: Some(u64::MAX),
        // What was read of an archive is read again.
        hidden: true,
        include: config.read.include.clone(),
        ..ReadConfig::default()
    };
    let mut own = Config { read, ..config.clone() };
    // What OUT holds is repaired already.
    own.decide.fix_encoding = false;
    own
}

/// The fields of records in OUT beside their text, by the form of OUT.
pub(super) fn rest(config: &Config) -> OtherFieldsOf {
    let is_annotated = !config.decide.annotate.is_empty();
    config.write.to.map_or(OtherFieldsOf::Mirrored, |to| OtherFieldsOf::Shard { to, is_annotated })
}

impl OutList {
    /// Lists OUT, and reports files that should not be there.
    pub(super) fn new(
        run: RunPaths<'_>,
        inputs: &SourceList,
        write: WriteConfig,
        audit: &mut Audit,
    ) -> Result<Self> {
        let WriteConfig { to, dataset_card: has_card, .. } = write;
        let RunPaths { out, account } = run;
        let mut files = HashSet::new();
        let mut names = Vec::new();
        store::list(out.path(), false, |ListedFile { relative, kind }| {
            let what = match kind {
                ListedKind::File => {
                    files.insert(relative.clone());
                    names.push(relative);
                    return true;
                }
                ListedKind::Symlink => "OUT has a symbolic link there".to_owned(),
                ListedKind::Special => "OUT has something there that is not a regular file".to_owned(),
                ListedKind::Unreadable(error) => format!("OUT cannot be listed there: {error}"),
            };
            audit.add_at(DifferenceKind::Foreign, &path::lossless(&relative), None, what);
            true
        });
        let card = out.path().join(CARD);
        let mut list = Self {
            input: DiskInput::new(vec![out]),
            sources: SourceList::default(),
            mirrored: to.is_none().then(Vec::new),
            is_a_file_each: to == Some(TargetFormat::Txt),
            others: Vec::new(),
            num_bytes: 0,
            card: None,
            written: Audit::new(),
        };
        // One that cannot be looked at cannot be read either, which is told.
        let size = |relative| list.input.size(InputPlace { root: 0, relative }).unwrap_or(0);
        let sizes: HashMap<&[u8], u64> = names.iter().map(|name| (name.as_slice(), size(name))).collect();
        list.num_bytes = sizes.values().sum();
        list.written = compare_written(account, sizes);
        match to {
            None => list.mirror(inputs, &mut files)?,
            Some(TargetFormat::Txt) => list.others = std::mem::take(&mut names),
            Some(to) => list.shards(to, &mut files)?,
        }
        if has_card {
            files.remove(CARD.as_bytes());
            list.card = Some(card);
        }
        for name in names.iter().filter(|name| files.contains(*name)) {
            let what = "OUT has it, and the inputs do not";
            audit.add_at(DifferenceKind::Foreign, &path::lossless(name), None, what);
        }
        list.sources.measure(&list.input);
        Ok(list)
    }

    /// The files that inputs have in OUT, in the order of the inputs.
    fn mirror(&mut self, inputs: &SourceList, files: &mut HashSet<Vec<u8>>) -> Result<()> {
        let mut of = Vec::new();
        for source in inputs.iter() {
            let SourcePlan::Read(format) = *source.plan else { continue };
            let relative = source.place.relative;
            // The text of a page has a name of its own, and what a file is may show by its content only.
            let text = page_text_path(relative);
            let names = [relative, &text[..]];
            let has_own = inputs.check_text(source.id).is_ok();
            let names = names.iter().take(if has_own { 2 } else { 1 });
            if let Some(name) = names.copied().find(|name| files.remove(*name)) {
                self.sources.push(0, name, SourcePlan::Read(format.written()))?;
                of.push(source.id);
            }
        }
        self.mirrored = Some(of);
        Ok(())
    }

    /// The shards, in order.
    fn shards(&mut self, to: TargetFormat, files: &mut HashSet<Vec<u8>>) -> Result<()> {
        let extension = match to {
            TargetFormat::Parquet => "parquet",
            TargetFormat::Jsonl | TargetFormat::Txt => "jsonl",
        };
        for number in 0_u64.. {
            let name = format!("part-{number:05}.{extension}").into_bytes();
            if !files.remove(&name) {
                break;
            }
            self.sources.push(0, &name, SourcePlan::Read(Format::of(&name)))?;
        }
        Ok(())
    }

    /// Compares the card with that of the summary.
    pub(super) fn compare_card(&self, summary: &Summary, audit: &mut Audit) {
        let Some(path) = &self.card else { return };
        let due = card(summary);
        let mut found = Vec::new();
        // A link or a FIFO is no card, and was reported.
        let read = store::open_file(path).and_then(|file| file.take(MAX_CARD).read_to_end(&mut found));
        let what = match read {
            Ok(_) if found == due.as_bytes() => return,
            Ok(_) => "it is not the card of this run".to_owned(),
            Err(error) => format!("it cannot be read: {error}"),
        };
        audit.add_at(DifferenceKind::Changed, CARD, None, what);
    }

    /// Paths of what is read.
    pub(super) fn names(&self) -> Vec<Vec<u8>> {
        self.sources.iter().map(|source| source.place.relative.to_vec()).collect()
    }

    /// Reports files that belong to no document.
    pub(super) fn report_others(&self, files: &OneFileEach<'_>, audit: &mut Audit) {
        for name in self.others.iter().filter(|name| !files.is_due(name)) {
            let what = "OUT has it, and no document should be there";
            audit.add_at(DifferenceKind::Foreign, &path::lossless(name), None, what);
        }
    }
}

/// Compares the list of what the run wrote with the files of OUT, by their paths and sizes. `--force` replaces what the
/// list names, so a line more would have a stranger's file taken for the run's.
fn compare_written(account: &Path, mut sizes: HashMap<&[u8], u64>) -> Audit {
    let kind = DifferenceKind::Files;
    let mut audit = Audit::new();
    let read = store::for_each_written(&account.join(names::FILES), |path, bytes| {
        let what = match sizes.remove(path.as_slice()) {
            Some(size) if size == bytes => return,
            Some(size) => format!("{} says that it has {bytes} bytes, and it has {size}", names::FILES),
            None => format!("{} lists it, and OUT does not have it", names::FILES),
        };
        audit.add_at(kind, &path::lossless(&path), None, what);
    });
    if let Err(what) = read {
        audit.add_at(kind, names::FILES, None, format!("OUT {what}"));
        return audit;
    }
    let mut unlisted: Vec<_> = sizes.into_keys().collect();
    unlisted.sort_unstable();
    for path in unlisted {
        let what = format!("OUT has it, and {} does not list it", names::FILES);
        audit.add_at(kind, &path::lossless(path), None, what);
    }
    audit
}

/// The name of a document in a shard, as JSON: its own id, as a string, or failing that its place.
pub(super) fn shard_name(path: &str, id: &[u8], record: Option<u64>) -> Vec<u8> {
    let name = match (serde_json::from_slice::<String>(id), record) {
        (Ok(id), _) => id,
        (Err(_), _) if !id.is_empty() => String::from_utf8_lossy(id).into_owned(),
        (Err(_), Some(record)) => format!("{path}#{record}"),
        (Err(_), None) => path.to_owned(),
    };
    serde_json::to_vec(&name).unwrap_or_default() // a string always can
}

/// The file of a document's text, where each has one.
pub(super) fn text_path(file: &[u8], is_compressed: bool, record: Option<u64>) -> Vec<u8> {
    match record {
        Some(record) => [file, format!("/{record:08}.txt").as_bytes()].concat(),
        None if is_compressed => [file, b".txt"].concat(),
        None => file.to_vec(),
    }
}
