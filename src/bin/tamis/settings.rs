//! Flags, file and defaults joined: what the command runs with, and where each value comes from.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use tamis::Config;
use tamis::Destination;
use tamis::config::{
    DecideConfig, Given, HistoryConfig, MatchConfig, ReadConfig, RecoveryConfig, Scope, SplitConfig,
    WriteConfig,
};
use tamis::store::Root;
use tamis::store::path::{bytes, lossless, printable};

use crate::args::{CleanArgs, Options, Reading, Splitting};
use crate::check::{self, GateOptions};
use crate::config_file::{self, KEYS};
use crate::near::Near;
use crate::size::ByteSize;

/// Everything `clean` needs.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) inputs: Vec<PathBuf>,
    pub(crate) files_from: Option<PathBuf>,
    pub(crate) out: Option<PathBuf>,
    pub(crate) record: Option<PathBuf>,
    pub(crate) dry_run: bool,
    pub(crate) json: bool,
    pub(crate) quiet: bool,
    pub(crate) verbose: u8,
    /// As asked for.
    pub(crate) memory: Option<ByteSize>,
    pub(crate) config: Config,
    /// What the file says about `check`.
    pub(crate) gate: GateOptions,
    /// Where values come from, the first that sets one first.
    layers: Vec<(String, Options)>,
}

/// How inputs are read.
fn read_config(reading: Reading) -> ReadConfig {
    let default = ReadConfig::default();
    ReadConfig {
        text_field: reading.text_field.unwrap_or(default.text_field),
        id_field: reading.id_field.unwrap_or(default.id_field),
        follow: reading.follow.unwrap_or_default(),
        input_format: reading.input_format.unwrap_or_default(),
        encoding: reading.encoding,
        encoding_errors: reading.encoding_errors.unwrap_or_default(),
        max_document_size: reading.max_document_size.map(|size| size.0),
        include: reading.include.unwrap_or_default(),
        exclude: reading.exclude.unwrap_or_default(),
    }
}

/// The options that decide what goes.
fn decide_config(scope: Option<Scope>, near: &Near) -> anyhow::Result<DecideConfig> {
    Ok(DecideConfig { scope: scope.unwrap_or_default(), near: near.config()?, ..DecideConfig::default() })
}

impl Settings {
    /// Joins what was typed with the configuration file and the defaults.
    pub(crate) fn load(args: &CleanArgs) -> anyhow::Result<Self> {
        let mut flags = args.options.clone();
        flags.input = (!args.inputs.is_empty()).then(|| args.inputs.clone());
        let file = if args.no_config { None } else { config_file::load(args.config.as_deref())? };
        let file = file.unwrap_or_default();
        let joined = join(flags.clone(), file.clone());
        refuse_idle(&flags, &joined)?;
        let splitting = joined.splitting;
        let config = Config {
            read: read_config(joined.reading),
            split: SplitConfig {
                split: splitting.split.unwrap_or_default(),
                repair: splitting.repair.unwrap_or_default(),
            },
            matching: MatchConfig {
                mode: joined.matching.unwrap_or_default(),
                min_chars: joined.min_chars.unwrap_or_default(),
            },
            decide: decide_config(joined.scope, &joined.near)?,
            write: WriteConfig {
                force: joined.force.unwrap_or_default(),
                sync: false,
                ledger_text: joined.ledger_text.unwrap_or_default(),
                to: joined.to,
                shard_size: joined.shard_size.map(|size| size.0),
            },
            threads: joined.threads.unwrap_or_default(),
            memory: memory(joined.memory, joined.input.as_deref().unwrap_or_default())?,
            history: HistoryConfig {
                index: joined.index,
                against: joined.against.unwrap_or_default(),
                run_name: joined.run_name,
            },
            recovery: RecoveryConfig {
                resume: joined.resume.unwrap_or_default(),
                spill_dir: joined.spill_dir,
                seal_every: joined.seal_every.map(|size| size.0),
            },
            given: given(joined.input.as_deref().unwrap_or_default(), joined.files_from.as_deref()),
            command: std::env::args_os().map(|arg| arg.to_string_lossy().into_owned()).collect(),
        };
        config.validate()?;
        let mut settings = Self {
            inputs: joined.input.unwrap_or_default(),
            files_from: joined.files_from,
            out: joined.out,
            record: joined.record,
            dry_run: joined.dry_run.unwrap_or_default(),
            json: joined.json.unwrap_or_default(),
            quiet: joined.quiet.unwrap_or_default(),
            verbose: joined.verbose,
            memory: joined.memory,
            config,
            gate: joined.check.unwrap_or_default(),
            layers: Vec::new(),
        };
        let effective = settings.effective();
        let named = args.config.as_ref().map_or(config_file::DEFAULT_NAME.to_owned(), |path| printable(path));
        settings.layers = vec![("flag".to_owned(), flags), (named, file), ("default".to_owned(), effective)];
        Ok(settings)
    }

    /// Where `clean` writes to.
    pub(crate) fn destination(&self) -> anyhow::Result<Destination> {
        if self.inputs.is_empty() && self.files_from.is_none() {
            bail!("no input: name at least one file or directory, or `-` for standard input");
        }
        if self.record.is_some() && self.out.as_deref() != Some(Path::new("-")) {
            bail!("record: the record stands beside OUT; --record goes with --out - only");
        }
        Ok(match &self.out {
            _ if self.dry_run => Destination::Nowhere,
            None => bail!("no --out: name the directory to write to, or use --dry-run"),
            Some(out) if out.as_os_str() == "-" => Destination::Stdout { record: self.record.clone() },
            Some(out) => Destination::Directory(out.clone()),
        })
    }

    /// Nothing is written: the index is only read.
    pub(crate) fn leave_index(&mut self) {
        let history = &mut self.config.history;
        history.against.extend(history.index.take().filter(|index| index.exists()));
    }

    /// The inputs, looked at: those that were named, and then those of the list.
    pub(crate) fn roots(&self) -> anyhow::Result<Vec<Root>> {
        if self.inputs.is_empty() && self.files_from.is_none() {
            bail!("no input: name at least one file or directory, or `-` for standard input");
        }
        let named = self.inputs.iter().map(|input| Root::look(input));
        let mut roots = named.collect::<tamis::Result<Vec<_>>>()?;
        if let Some(list) = &self.files_from {
            if list.as_os_str() == "-" && roots.contains(&Root::Stdin) {
                bail!("files-from -: standard input is an input already; give the list in a file");
            }
            let listed = crate::list::read(list)?;
            if listed.is_empty() && roots.is_empty() {
                bail!("files-from {}: it names no file", printable(list));
            }
            for path in listed {
                roots.push(Root::listed(&path)?);
            }
        }
        Ok(roots)
    }

    /// The effective options, each of them set.
    fn effective(&self) -> Options {
        let config = self.config.clone();
        Options {
            input: Some(self.inputs.clone()),
            files_from: self.files_from.clone(),
            check: None,
            out: self.out.clone(),
            record: self.record.clone(),
            to: config.write.to,
            shard_size: config.write.shard_size.map(ByteSize),
            near: Near::effective(config.decide.near),
            reading: Reading {
                text_field: Some(config.read.text_field),
                id_field: Some(config.read.id_field),
                include: Some(config.read.include),
                exclude: Some(config.read.exclude),
                encoding: config.read.encoding,
                encoding_errors: Some(config.read.encoding_errors),
                max_document_size: config.read.max_document_size.map(ByteSize),
                follow: Some(config.read.follow),
                input_format: Some(config.read.input_format),
            },
            splitting: Splitting { split: Some(config.split.split), repair: Some(config.split.repair) },
            force: Some(config.write.force),
            dry_run: Some(self.dry_run),
            matching: Some(config.matching.mode),
            scope: Some(config.decide.scope),
            min_chars: Some(config.matching.min_chars),
            ledger_text: Some(config.write.ledger_text),
            json: Some(self.json),
            quiet: Some(self.quiet),
            verbose: self.verbose,
            threads: Some(config.threads),
            memory: self.memory,
            resume: Some(config.recovery.resume),
            index: config.history.index,
            against: Some(config.history.against),
            run_name: config.history.run_name,
            seal_every: config.recovery.seal_every.map(ByteSize),
            spill_dir: config.recovery.spill_dir,
        }
    }

    /// The effective configuration as a `tamis.toml`, with the origin of each value behind it.
    pub(crate) fn to_toml(&self) -> anyhow::Result<String> {
        let mut tables = Vec::new();
        for (name, layer) in &self.layers {
            tables.push((name, to_table(layer)?));
        }
        let mut text = String::new();
        for key in KEYS {
            // The first layer that sets a key is where its value comes from; the last sets all of them.
            let found = tables.iter().find_map(|(name, table)| Some((name, table.get(key)?)));
            if let Some((origin, value)) = found {
                let _ = writeln!(text, "{key} = {value} # {origin}"); // writing to a String cannot fail
            }
        }
        let file = tables.iter().find_map(|(name, table)| Some((name, table.get("check")?.as_table()?)));
        if let Some((origin, check)) = file {
            text.push_str("\n[check]\n");
            for (key, value) in check::KEYS.iter().filter_map(|key| Some((key, check.get(*key)?))) {
                let _ = writeln!(text, "{key} = {value} # {origin}");
            }
        }
        Ok(text)
    }
}

/// Refuses a flag that would change nothing.
fn refuse_idle(flags: &Options, joined: &Options) -> anyhow::Result<()> {
    match flags.near.idle() {
        Some(option) if joined.near.near.is_none() => {
            bail!("{option}: it is about near-duplicates, which are not searched for; add --near")
        }
        _ => Ok(()),
    }
}

/// The least ceiling that can be kept.
const MIN_MEMORY: u64 = 256 * 1024 * 1024;

/// Most bytes of memory: what was asked for, or half of what there is. Standard input is a stream, of which nothing is
/// kept on disk unless a ceiling was asked for.
fn memory(asked: Option<ByteSize>, inputs: &[PathBuf]) -> anyhow::Result<Option<u64>> {
    match asked {
        Some(ByteSize(bytes)) if bytes < MIN_MEMORY => {
            bail!("memory {bytes}: a run takes up to 256MiB whatever it reads; give at least that")
        }
        Some(ByteSize(bytes)) => Ok(Some(bytes)),
        None if inputs.iter().any(|input| input.as_os_str() == "-") => Ok(None),
        None => Ok(tamis::store::machine_memory().map(|bytes| (bytes / 2).max(MIN_MEMORY))),
    }
}

/// What was named, as `run.json` holds it.
fn given(inputs: &[PathBuf], files_from: Option<&Path>) -> Given {
    let spelled = |path: &Path| lossless(bytes(path)).into_owned();
    Given {
        directory: std::env::current_dir().ok().map(|directory| spelled(&directory)),
        inputs: inputs.iter().map(|input| spelled(input)).collect(),
        files_from: files_from.map(spelled),
    }
}

/// The options that are set. Paths that are not UTF-8 are shown with replacement characters.
fn to_table(options: &Options) -> anyhow::Result<toml::Table> {
    let lossy = |path: &PathBuf| PathBuf::from(path.to_string_lossy().into_owned());
    let mut options = options.clone();
    options.out = options.out.as_ref().map(lossy);
    options.record = options.record.as_ref().map(lossy);
    options.spill_dir = options.spill_dir.as_ref().map(lossy);
    options.index = options.index.as_ref().map(lossy);
    options.against = options.against.map(|files| files.iter().map(lossy).collect());
    options.files_from = options.files_from.as_ref().map(lossy);
    options.input = options.input.map(|inputs| inputs.iter().map(lossy).collect());
    toml::Table::try_from(options).context("min-chars or threads: too large for TOML")
}

/// A flag beats the file.
fn join(flags: Options, file: Options) -> Options {
    Options {
        input: flags.input.or(file.input),
        files_from: flags.files_from.or(file.files_from),
        check: flags.check.or(file.check),
        out: flags.out.or(file.out),
        record: flags.record.or(file.record),
        to: flags.to.or(file.to),
        shard_size: flags.shard_size.or(file.shard_size),
        near: Near::join(flags.near, file.near),
        force: flags.force.or(file.force),
        dry_run: flags.dry_run.or(file.dry_run),
        reading: join_reading(flags.reading, file.reading),
        splitting: Splitting {
            split: flags.splitting.split.or(file.splitting.split),
            repair: flags.splitting.repair.or(file.splitting.repair),
        },
        matching: flags.matching.or(file.matching),
        scope: flags.scope.or(file.scope),
        min_chars: flags.min_chars.or(file.min_chars),
        ledger_text: flags.ledger_text.or(file.ledger_text),
        json: flags.json.or(file.json),
        quiet: flags.quiet.or(file.quiet),
        verbose: if flags.verbose > 0 { flags.verbose } else { file.verbose },
        threads: flags.threads.or(file.threads),
        memory: flags.memory.or(file.memory),
        resume: flags.resume.or(file.resume),
        index: flags.index.or(file.index),
        against: flags.against.or(file.against),
        run_name: flags.run_name.or(file.run_name),
        seal_every: flags.seal_every.or(file.seal_every),
        spill_dir: flags.spill_dir.or(file.spill_dir),
    }
}

fn join_reading(flags: Reading, file: Reading) -> Reading {
    Reading {
        text_field: flags.text_field.or(file.text_field),
        id_field: flags.id_field.or(file.id_field),
        include: flags.include.or(file.include),
        exclude: flags.exclude.or(file.exclude),
        encoding: flags.encoding.or(file.encoding),
        encoding_errors: flags.encoding_errors.or(file.encoding_errors),
        max_document_size: flags.max_document_size.or(file.max_document_size),
        follow: flags.follow.or(file.follow),
        input_format: flags.input_format.or(file.input_format),
    }
}
