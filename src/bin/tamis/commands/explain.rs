//! `tamis explain`: why paragraphs went, beside what stays in their place.

use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::{Args, ValueHint};
use tamis::account::LedgerLine;
use tamis::config::{PlaceReading, read_place};
use tamis::store::path::{bytes, lossless};
use tamis::{Excerpt, ExcerptRequest, Missing, Originals, Run};

use super::sources;
use crate::exit::Exit;
use crate::options::Messages;
use crate::progress::{Progress, start};
use crate::show::explain::{NamedRecord, Nearest, Page, Reading, Told, place_typed};
use crate::terminal::{note, print_more};

pub(crate) const HELP: &str = "\
PLACE is PATH[:PARAGRAPH] or PATH#RECORD[:PARAGRAPH], as the ledger writes it: a path below its input, followed by the \
path of a member if the file is an archive, and numbers from 0. A path may contain `:` and `#`; tamis takes the longest \
path that it knows. RECORD may also be the id of a record that the ledger names: news.jsonl#a17; write \
news.jsonl#id=17 if the id is a number.

explain reads the inputs again from where run.json says that they were; --input says where they are now. It does not \
follow the paths in a record that somebody else made: name the inputs with --input. Differences are in colour on a \
terminal, otherwise in [-…-] and {+…+}. With 100 columns or more (COLUMNS, or the width of the terminal) the two texts \
appear side by side.

--json prints the lines of the ledger, with `text` in all of them, `survivor.text`, and in both `lines`: the first and \
last line of the file, from 1, if lines are known. It leaves out a text that it cannot read again.

Exit codes: 0 done, also if nothing was removed there; 2 the inputs do not have PATH, or cannot be read again.";

/// Options of `explain`.
#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The OUT of a run of `tamis clean`, or its record (OUT.tamis).
    #[arg(value_name = "OUT", value_hint = ValueHint::DirPath)]
    out: PathBuf,

    /// What to explain: PATH[:PARAGRAPH] or PATH#RECORD[:PARAGRAPH].
    #[arg(value_name = "PLACE")]
    place: PathBuf,

    /// Where the inputs are now [default: where the run read them].
    #[arg(long, value_name = "INPUT", num_args = 1.., value_hint = ValueHint::AnyPath)]
    input: Vec<PathBuf>,

    /// Also read the files that FILE lists, as `clean` does.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    files_from: Option<PathBuf>,

    /// Also show equal paragraphs of long documents.
    #[arg(long)]
    full: bool,

    /// Print JSON, one line per line of the ledger.
    #[arg(long)]
    json: bool,
}

/// Text that is read at once, with its copies.
const BATCH_BYTES: u64 = 64 * 1024 * 1024;

pub(super) fn explain(args: &ExplainArgs) -> anyhow::Result<Exit> {
    let progress = &start(&Messages::none())?;
    let run = Run::open(&args.out)?;
    let info = run.info()?;
    let roots = sources::roots(&run, &info, &args.input, args.files_from.as_deref())?;
    let originals = Originals::list(roots, sources::reading(&run, &info), progress)?;
    let typed = args.place.to_str().map_or_else(|| lossless(bytes(&args.place)).into_owned(), str::to_owned);
    let inputs: Vec<String> = match args.input.as_slice() {
        [] => info.inputs.clone(),
        given => given.iter().map(|input| lossless(bytes(input)).into_owned()).collect(),
    };
    let reading = resolve(&run, &originals, progress, &typed, &inputs)?;
    let is_named = is_kept_by_hand(&run, &reading);
    let (num_told, failed) = (0, Vec::new());
    let mut teller =
        Teller { originals: &originals, progress, reading: &reading, args, is_named, num_told, failed };
    let mut batch = Vec::new();
    let mut batch_bytes = 0;
    let mut ledger = run.ledger()?;
    while ledger.advance()? {
        if ledger.line_ref()?.path != reading.path {
            continue;
        }
        let line = ledger.line()?;
        if reading.admits(&line) {
            batch_bytes += 2 * line.span.1.saturating_sub(line.span.0);
            push(&mut batch, line);
        }
        if batch_bytes >= BATCH_BYTES {
            teller.tell(std::mem::take(&mut batch))?;
            batch_bytes = 0;
        }
    }
    teller.tell(batch)?;
    teller.finish()
}

/// Whether a place in the run's list of places to keep names this one, or paragraphs of it (contract O7).
fn is_kept_by_hand(run: &Run, reading: &Reading) -> bool {
    let places = &run.summary().config.options().decide.keep_places;
    let mut named = places.iter().flat_map(|place| read_place(place).unwrap_or_default());
    named.any(|named| {
        let PlaceReading { path, record, paragraphs } = named;
        let is_whole = record.is_none() && paragraphs.is_none();
        let has =
            |(first, last)| reading.paragraph.is_none_or(|paragraph| (first..=last).contains(&paragraph));
        path == reading.path && (is_whole || record == reading.record) && paragraphs.is_none_or(has)
    })
}

/// A long document that went as a whole takes several lines of the ledger: they become one.
fn push(batch: &mut Vec<LedgerLine<'static>>, line: LedgerLine<'static>) {
    let goes_on = |last: &LedgerLine<'_>| {
        line.rule.is_of_documents()
            && last.record == line.record
            && last.rule == line.rule
            && last.last + 1 == line.first
    };
    match batch.last_mut() {
        Some(last) if goes_on(last) => {
            last.last = line.last;
            last.span.1 = line.span.1;
            if let (Some(text), Some(more)) = (&mut last.text, &line.text) {
                text.push_str(more);
            }
        }
        _ => batch.push(line),
    }
}

/// The place that was typed, by the longest path that the ledger or the inputs know.
fn resolve(
    run: &Run,
    originals: &Originals,
    progress: &Progress,
    typed: &str,
    inputs: &[String],
) -> anyhow::Result<Reading> {
    let readings = Reading::all(typed, inputs);
    let mut is_told = vec![false; readings.len()];
    run.for_each_line(|line| {
        for (is_told, reading) in is_told.iter_mut().zip(&readings) {
            *is_told |= reading.is_named_by(&line);
        }
        Ok(())
    })?;
    let mut told = readings.iter().zip(is_told);
    if let Some((reading, _)) = told.find(|(reading, is_told)| *is_told || originals.has_file(&reading.path))
    {
        return Ok(reading.clone());
    }
    if let Some(reading) = by_id(run, typed, inputs)? {
        return Ok(reading);
    }
    // A member of an archive that lost nothing, perhaps: only reading can tell.
    let whole = |reading: &Reading| ExcerptRequest {
        path: reading.path.clone(),
        record: None,
        paragraphs: None,
        most_bytes: usize::MAX,
    };
    let answers = originals.read(&readings.iter().map(whole).collect::<Vec<_>>(), progress)?;
    let read = answers.iter().position(Result::is_ok);
    let known = read.or_else(|| answers.iter().position(|answer| *answer != Err(Missing::NoDocument)));
    if let Some(reading) = known.and_then(|number| readings.get(number)) {
        return Ok(reading.clone());
    }
    let nearest = nearest(run, originals, readings.last().map_or(typed, |reading| &reading.path))?;
    let advice = match nearest {
        Some(path) => format!("the nearest known path is {path}"),
        None => "the run had no input".to_owned(),
    };
    bail!("{typed}: no input of this run has this path; {advice}")
}

/// The record of which the ledger tells that has the id that was typed, if there is one.
fn by_id(run: &Run, typed: &str, inputs: &[String]) -> anyhow::Result<Option<Reading>> {
    let named = NamedRecord::all(typed, inputs);
    let mut found: Vec<Reading> = Vec::new();
    if named.is_empty() {
        return Ok(None);
    }
    run.for_each_line(|line| {
        for NamedRecord { path, paragraph, .. } in
            named.iter().filter(|named| named.record_of(&line).is_some())
        {
            let reading = Reading { path: path.clone(), record: line.record, paragraph: *paragraph };
            if found.len() < MAX_CANDIDATES && !found.contains(&reading) {
                found.push(reading);
            }
        }
        Ok(())
    })?;
    if found.len() > 1 {
        let candidates: Vec<String> = found.iter().map(place_typed).collect();
        bail!("{typed}: several records have this id; name one by its number: {}", candidates.join(", "));
    }
    Ok(found.pop())
}

/// Records that are named where several have one id.
const MAX_CANDIDATES: usize = 8;

/// The path nearest to what was typed, of files and of what the ledger tells of.
fn nearest(run: &Run, originals: &Originals, typed: &str) -> anyhow::Result<Option<String>> {
    let mut nearest = Nearest::to(typed);
    originals.paths().for_each(|path| nearest.offer(&path));
    let mut ledger = run.ledger()?;
    let mut last = String::new();
    while ledger.advance()? {
        let line = ledger.line_ref()?;
        if line.path != last {
            last = line.path.into_owned();
            nearest.offer(&last);
        }
    }
    Ok(nearest.path())
}

/// Tells of lines, a batch at a time.
struct Teller<'a> {
    originals: &'a Originals,
    progress: &'a Progress,
    reading: &'a Reading,
    args: &'a ExplainArgs,
    /// The run kept it by hand, or would have.
    is_named: bool,
    num_told: u64,
    /// Texts that could not be shown, and why.
    failed: Vec<String>,
}

impl Teller<'_> {
    fn tell(&mut self, lines: Vec<LedgerLine<'static>>) -> anyhow::Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        // Of what stands in an earlier run the inputs know nothing.
        let of_line = |line: &LedgerLine<'_>| {
            let LedgerLine { path, record, first, last, .. } = line;
            let all_of = |path: &str, record: Option<u64>, first: u64, last: u64| ExcerptRequest {
                path: path.to_owned(),
                record,
                paragraphs: Some((first, last)),
                most_bytes: usize::MAX,
            };
            let removed = all_of(path, *record, *first, *last);
            let twin = line
                .survivor_here()
                .map(|survivor| all_of(&survivor.path, survivor.record, survivor.first, survivor.last));
            [Some(removed), twin]
        };
        let wanted: Vec<ExcerptRequest> = lines.iter().flat_map(of_line).flatten().collect();
        let mut texts = self.originals.read(&wanted, self.progress)?.into_iter();
        let style = Page::of_stdout(self.args.full);
        for line in lines {
            let mut next = || texts.next().unwrap_or(Err(Missing::NoDocument));
            let (removed, is_here) = (next(), line.survivor_here().is_some());
            let told = Told::new(line, removed, is_here.then(next));
            let text =
                if self.args.json { told.to_json()? } else { told.to_page(self.reading.paragraph, style) };
            if self.num_told > 0 && !self.args.json {
                print_more(b"\n")?;
            }
            print_more(text.as_bytes())?;
            self.failed.extend(told.failures());
            self.num_told += 1;
        }
        Ok(())
    }

    fn finish(mut self) -> anyhow::Result<Exit> {
        if self.num_told == 0 {
            self.tell_of_nothing()?;
        }
        self.failed.dedup();
        match self.failed.as_slice() {
            [] => Ok(Exit::Done),
            [only] => bail!("{only}"),
            [first, rest @ ..] => bail!("{first} (and {} more)", rest.len()),
        }
    }

    /// No line is about the place: it stayed, or is not there, or is not read.
    fn tell_of_nothing(&self) -> anyhow::Result<()> {
        let Reading { path, record, paragraph } = self.reading;
        let paragraphs = paragraph.map(|paragraph| (paragraph, paragraph));
        let wanted =
            ExcerptRequest { path: path.clone(), record: *record, paragraphs, most_bytes: usize::MAX };
        let answer: Result<Excerpt, Missing> =
            self.originals.read(&[wanted], self.progress)?.pop().context("an answer to each question")?;
        let place = place_typed(self.reading);
        let by_hand = if self.is_named { ", by hand: --keep-places names it" } else { "" };
        let said = match answer {
            Ok(_) | Err(Missing::Stream) if paragraph.is_some() => format!("it is kept{by_hand}"),
            Ok(_) | Err(Missing::Stream) => format!("nothing of it is removed{by_hand}"),
            Err(why @ Missing::NotRead(_)) => format!("no rule removed it; {why}"),
            Err(Missing::NoDocument) if record.is_none() && paragraph.is_some() => {
                bail!("{place}: this file has records; write {path}#RECORD:PARAGRAPH")
            }
            Err(Missing::NoDocument) => {
                bail!("{place}: the inputs have no such file or member; see rejected.jsonl")
            }
            Err(why) => bail!("{place}: {why}; numbers count from 0"),
        };
        let said = format!("{place}: {said}");
        if self.args.json {
            note(&said);
            return Ok(());
        }
        print_more((tamis::store::path::printable_bytes(said.as_bytes()) + "\n").as_bytes())
    }
}
