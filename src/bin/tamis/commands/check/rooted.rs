//! Reports for platforms, which look for files from the root of a repository, wherever in it the command ran.

use std::io;
use std::path::Path;

use tamis::report::{CheckReport, Location, Problem, ProblemWriter, ReportFormat};
use tamis::store::path::{bytes, lossless};

/// A repository of which a directory below its root is the current one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Repository {
    /// Its root, and the current directory below it, both spelled as reports spell paths.
    root: String,
    below: String,
}

impl Repository {
    /// The one that `directory` stands in, found as git finds it: the nearest directory with a `.git`. None if that is
    /// `directory` itself, as then nothing is to be done.
    pub(crate) fn above(directory: &Path) -> Option<Self> {
        let root = directory.ancestors().find(|above| above.join(".git").exists())?;
        let below = directory.strip_prefix(root).ok().filter(|below| !below.as_os_str().is_empty())?;
        let spelled = |path: &Path| lossless(bytes(path)).into_owned();
        Some(Self { root: spelled(root), below: spelled(below) })
    }

    /// Spells a path from the root on, if it lies below.
    fn below_root(&self, file: &str) -> String {
        if file.starts_with('/') {
            let below = file.strip_prefix(self.root.trim_end_matches('/'));
            return below.and_then(|below| below.strip_prefix('/')).unwrap_or(file).to_owned();
        }
        let mut parts: Vec<&str> = self.below.split('/').collect();
        for part in file.split('/') {
            match part {
                "" | "." => {}
                ".." if parts.is_empty() => return file.to_owned(),
                ".." => {
                    parts.pop();
                }
                part => parts.push(part),
            }
        }
        parts.join("/")
    }

    fn locate(&self, location: &mut Location) {
        // What an earlier run read, and what came through standard input, stands in no file of the repository.
        if location.run.is_none() && location.file != "-" {
            location.file = self.below_root(&location.file);
        }
    }

    fn problem(&self, problem: &Problem) -> Problem {
        let mut problem = problem.clone();
        self.locate(&mut problem.location);
        if let Some(survivor) = &mut problem.survivor {
            self.locate(survivor);
        }
        problem
    }
}

/// Whether a platform reads the format, and shows its problems at their files.
pub(crate) fn is_for_platforms(format: ReportFormat) -> bool {
    use ReportFormat::{Github, Gitlab, Junit, Sarif};
    matches!(format, Github | Gitlab | Junit | Sarif)
}

/// Tells a writer of all places as they are called from the root of a repository.
pub(crate) struct Rooted {
    pub(crate) repository: Repository,
    pub(crate) writer: Box<dyn ProblemWriter>,
}

impl ProblemWriter for Rooted {
    fn begin(&mut self, report: &CheckReport) -> io::Result<()> {
        let mut report = report.clone();
        for problem in report.limits.iter_mut().flat_map(|limit| &mut limit.worst) {
            *problem = self.repository.problem(problem);
        }
        self.writer.begin(&report)
    }

    fn problem(&mut self, problem: &Problem) -> io::Result<()> {
        self.writer.problem(&self.repository.problem(problem))
    }

    fn num_taken(&self) -> u64 {
        self.writer.num_taken()
    }

    fn finish(&mut self, report: &CheckReport) -> io::Result<()> {
        self.writer.finish(report)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_from_the_root_on() {
        let repository = Repository { root: "/r".into(), below: "a/b".into() };
        for (file, expected) in [
            ("c.txt", "a/b/c.txt"),
            ("./c.txt", "a/b/c.txt"),
            ("../c.txt", "a/c.txt"),
            ("../../c/d.txt", "c/d.txt"),
            ("../../../c.txt", "../../../c.txt"),
            ("/r/x/c.txt", "x/c.txt"),
            ("/rest/c.txt", "/rest/c.txt"),
            (r"\xff\\c.txt", r"a/b/\xff\\c.txt"),
        ] {
            assert_eq!(repository.below_root(file), expected);
        }
        let top = Repository { root: "/".into(), below: "a".into() };
        assert_eq!((top.below_root("/b/c").as_str(), top.below_root("c").as_str()), ("b/c", "a/c"));
    }
}
