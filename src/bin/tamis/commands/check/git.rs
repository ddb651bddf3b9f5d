//! The inputs as they were at a git revision (`--since-ref`).
//!
//! They are checked out to a temporary directory by git itself, so that filters and line ends are those of a
//! checkout; the repository, its index and its working tree stay as they are.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};
use tamis::store::path::{from_bytes, printable, printable_bytes};
use tamis::store::{InputPlace, Root};
use tempfile::TempDir;

/// Whether a revision stands for none: CI systems send a commit's name of zeros for what was before a new branch.
pub(crate) fn is_no_base(revision: &str) -> bool {
    revision.len() >= SHA1_DIGITS && revision.bytes().all(|byte| byte == b'0')
}

/// Hexadecimal digits of a commit's name; SHA-256 has more.
const SHA1_DIGITS: usize = 40;

/// The inputs as a revision of the repository held them.
#[derive(Debug)]
pub(crate) struct Revision {
    /// The inputs that were there then, in a directory that goes with this.
    pub(crate) roots: Vec<Root>,
    _directory: TempDir,
    /// Where the inputs stand in the repository.
    inputs: Vec<(PathBuf, bool)>,
    /// Files that differ now, by path in the repository.
    changed: HashSet<PathBuf>,
}

impl Revision {
    /// Checks the inputs out as they were.
    pub(crate) fn check_out(revision: &str, roots: &[Root]) -> anyhow::Result<Self> {
        let repository = Repository::of(roots)?;
        let commit = repository.commit(revision)?;
        let mut inputs = Vec::new();
        for root in roots {
            let real = real(root)?;
            let below = real.strip_prefix(&repository.top).map(Path::to_owned);
            let below = below.ok().with_context(|| {
                format!(
                    "{}: it is not in the git repository {}; --since-ref needs all inputs in one repository",
                    printable(root.path()),
                    printable(&repository.top)
                )
            })?;
            inputs.push((below, matches!(root, Root::Directory(_))));
        }
        let paths: Vec<&OsStr> = inputs
            .iter()
            .map(|(path, _)| if path.as_os_str().is_empty() { OsStr::new(".") } else { path.as_os_str() })
            .collect();
        let directory = tempfile::tempdir().context("cannot make a temporary directory")?;
        let tree = directory.path().join("tree");
        repository.check_out(&commit, &paths, directory.path())?;
        let changed = repository.changed(&commit, &paths)?;
        let mut then = Vec::new();
        for (root, (path, _)) in roots.iter().zip(&inputs) {
            let path = tree.join(path);
            if path.symlink_metadata().is_ok() {
                then.push(match (Root::look(&path)?, root) {
                    (Root::File(path), Root::Listed { relative, .. }) => {
                        Root::Listed { path, relative: relative.clone() }
                    }
                    (found, _) => found,
                });
            }
        }
        Ok(Self { roots: then, _directory: directory, inputs, changed })
    }

    /// Whether a file differs from what it was, or is new.
    pub(crate) fn has_changed(&self, place: InputPlace<'_>) -> bool {
        self.inputs.get(place.root).is_none_or(|(input, is_directory)| {
            let path = if *is_directory { input.join(from_bytes(place.relative)) } else { input.clone() };
            self.changed.contains(&path)
        })
    }
}

fn real(root: &Root) -> anyhow::Result<PathBuf> {
    if *root == Root::Stdin {
        bail!("input -: standard input is not in a git repository; --since-ref needs files");
    }
    if root.is_stream() {
        bail!("{}: a FIFO is not in a git repository; --since-ref needs files", printable(root.path()));
    }
    root.path()
        .canonicalize()
        .with_context(|| format!("{}: cannot resolve this path", printable(root.path())))
}

/// A git repository with a working tree.
struct Repository {
    top: PathBuf,
}

impl Repository {
    /// The one that the first input is in.
    fn of(roots: &[Root]) -> anyhow::Result<Self> {
        let first = roots.first().context("no input")?;
        let real = real(first)?;
        let directory = if real.is_dir() { real.as_path() } else { real.parent().unwrap_or(&real) };
        let told = format!("{}: --since-ref needs an input in a git repository", printable(first.path()));
        let top = git(directory, &[OsStr::new("rev-parse"), OsStr::new("--show-toplevel")], &told)?;
        Ok(Self { top: from_bytes(top.strip_suffix(b"\n").unwrap_or(&top)).to_owned() })
    }

    fn commit(&self, revision: &str) -> anyhow::Result<String> {
        let spelled = format!("{revision}^{{commit}}");
        let args = ["rev-parse", "--verify", "--quiet", "--end-of-options", &spelled].map(OsStr::new);
        let told = format!(
            "since-ref {revision}: {} does not have this commit; fetch it first (a shallow clone has the last commit \
             only)",
            printable(&self.top)
        );
        let commit = git(&self.top, &args, &told)?;
        Ok(String::from_utf8_lossy(&commit).trim().to_owned())
    }

    /// Checks paths out below `directory/tree`, through an index of its own.
    fn check_out(&self, commit: &str, paths: &[&OsStr], directory: &Path) -> anyhow::Result<()> {
        let index = directory.join("index");
        let told = format!("since-ref {commit}: git cannot read this commit");
        let mut command = self.command(&index);
        run(command.args(["read-tree", commit]), &[], &told)?;
        let mut command = self.command(&index);
        let names = run(command.args(["ls-files", "-z", "--"]).args(paths), &[], &told)?;
        let mut prefix = OsStr::new("--prefix=").to_owned();
        prefix.push(directory.join("tree"));
        prefix.push("/");
        let mut command = self.command(&index);
        run(command.args(["checkout-index", "-z", "-f", "-q", "--stdin"]).arg(prefix), &names, &told)?;
        Ok(())
    }

    /// Files that differ from the commit, and those that it does not know.
    fn changed(&self, commit: &str, paths: &[&OsStr]) -> anyhow::Result<HashSet<PathBuf>> {
        let told = format!("since-ref {commit}: git cannot compare with this commit");
        let list = |args: &[&str]| {
            let mut command = plain(&self.top);
            run(command.args(args).arg("--").args(paths), &[], &told)
        };
        let differing = list(&["diff", "--name-only", "-z", "--no-renames", "--no-ext-diff", commit])?;
        let unknown = list(&["ls-files", "--others", "-z"])?;
        let names = differing.split(|byte| *byte == 0).chain(unknown.split(|byte| *byte == 0));
        Ok(names.filter(|name| !name.is_empty()).map(|name| from_bytes(name).to_owned()).collect())
    }

    fn command(&self, index: &Path) -> Command {
        let mut command = plain(&self.top);
        command.env("GIT_INDEX_FILE", index);
        command
    }
}

/// git in a directory; paths are taken as they are.
fn plain(directory: &Path) -> Command {
    let mut command = Command::new("git");
    command.arg("--literal-pathspecs").arg("-C").arg(directory).env("LC_ALL", "C");
    // A hook sets these for its own repository.
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"] {
        command.env_remove(name);
    }
    command
}

fn git(directory: &Path, args: &[&OsStr], told: &str) -> anyhow::Result<Vec<u8>> {
    run(plain(directory).args(args), &[], told)
}

/// Runs git with this on its standard input; what it prints.
fn run(command: &mut Command, input: &[u8], told: &str) -> anyhow::Result<Vec<u8>> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().context("cannot run git, which --since-ref needs; install it")?;
    let stdin = child.stdin.take();
    let output = std::thread::scope(|scope| {
        scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(input)));
        child.wait_with_output()
    })
    .context("cannot run git")?;
    if !output.status.success() {
        let said = printable_bytes(String::from_utf8_lossy(&output.stderr).trim().as_bytes());
        bail!("{told}{}", if said.is_empty() { String::new() } else { format!(" (git says: {said})") });
    }
    Ok(output.stdout)
}
