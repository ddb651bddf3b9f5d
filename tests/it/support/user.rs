//! A user whom permissions stop, also where the tests are run by root.
#![expect(clippy::disallowed_methods, reason = "tests look at what the store did")]

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::process::{Ran, TAMIS, has, run, skip};
use super::sandbox::Sandbox;

/// A user whom permissions stop. As root, one is borrowed with `setpriv`.
pub(crate) struct OrdinaryUser {
    binary: PathBuf,
    prefix: Vec<&'static str>,
    _home: Sandbox,
}

impl OrdinaryUser {
    /// `None`, and a word why, if there is none to be had. Opens the sandbox to everybody.
    pub(crate) fn find(sandbox: &Sandbox, test: &str) -> Option<Self> {
        fs::set_permissions(sandbox.root(), Permissions::from_mode(0o777)).expect("permissions");
        let home = Sandbox::new();
        let shut = home.file("shut", "");
        fs::set_permissions(&shut, Permissions::from_mode(0o0)).expect("permissions");
        if fs::File::open(&shut).is_err() {
            return Some(Self { binary: TAMIS.into(), prefix: Vec::new(), _home: home });
        }
        // The target directory may stand where only root can look.
        fs::set_permissions(home.root(), Permissions::from_mode(0o755)).expect("permissions");
        let binary = home.path("tamis");
        fs::hard_link(TAMIS, &binary).or_else(|_| fs::copy(TAMIS, &binary).map(drop)).expect("a binary");
        let prefix = vec!["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"];
        let user = Self { binary, prefix, _home: home };
        if has("setpriv") && run(&mut user.command(sandbox, &["--version"])).code() == 0 {
            return Some(user);
        }
        skip(test, "permissions do not stop root, and `setpriv` cannot be used");
        None
    }

    fn command(&self, sandbox: &Sandbox, args: &[&str]) -> Command {
        let words: Vec<&OsStr> =
            self.prefix.iter().map(OsStr::new).chain([self.binary.as_os_str()]).collect();
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).args(args).current_dir(sandbox.root()).stdin(Stdio::null());
        command
    }

    /// Runs tamis with these permissions on a path, which are put right again after it.
    pub(crate) fn tamis_with(&self, sandbox: &Sandbox, shut: &[(&Path, u32)], args: &[&str]) -> Ran {
        let set =
            |path: &Path, mode| fs::set_permissions(path, Permissions::from_mode(mode)).expect("permissions");
        for (path, mode) in shut {
            set(path, *mode);
        }
        let ran = run(&mut self.command(sandbox, args));
        for (path, _) in shut {
            set(path, 0o777);
        }
        ran
    }
}
