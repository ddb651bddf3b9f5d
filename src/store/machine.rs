//! Properties of the machine: the memory that this process may use.

use std::fs;
use std::path::{Path, PathBuf};

/// Bytes of memory of the machine, or of the container or control group this process runs in, if that is less.
/// `None` where the system does not tell.
pub fn machine_memory() -> Option<u64> {
    let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let limits = group_files(&groups).into_iter().filter_map(|file| limit(&fs::read_to_string(file).ok()?));
    limits.chain(total(&fs::read_to_string("/proc/meminfo").unwrap_or_default())).min()
}

/// The files in which the limits on this process's control groups stand: its own and those above it, of version 2 of
/// control groups and of the memory controller of version 1 (`cgroups(7)`).
fn group_files(groups: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for line in groups.lines() {
        let mut fields = line.splitn(3, ':');
        let (_, controllers, path) = (fields.next(), fields.next(), fields.next());
        let (base, name) = match controllers {
            Some("") => ("/sys/fs/cgroup", "memory.max"),
            Some(list) if list.split(',').any(|controller| controller == "memory") => {
                ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")
            }
            _ => continue,
        };
        let path = Path::new(path.unwrap_or_default().trim_start_matches('/'));
        // Inside a container the path may be that of the host; the root is the container's own group.
        files.extend(path.ancestors().map(|group| Path::new(base).join(group).join(name)));
    }
    files
}

/// A limit; `max`, and the numbers that version 1 writes for none, are more than any machine has.
fn limit(text: &str) -> Option<u64> {
    text.trim().parse().ok()
}

/// The memory of the machine (`proc_meminfo(5)`).
fn total(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_of_both_versions() {
        let files = |groups| -> Vec<String> {
            group_files(groups).iter().map(|file| file.to_str().unwrap().to_owned()).collect()
        };
        assert_eq!(files("0::/\n"), ["/sys/fs/cgroup/memory.max"]);
        assert_eq!(
            files("0::/user.slice/run\n"),
            [
                "/sys/fs/cgroup/user.slice/run/memory.max",
                "/sys/fs/cgroup/user.slice/memory.max",
                "/sys/fs/cgroup/memory.max"
            ]
        );
        assert_eq!(
            files("12:pids:/x\n4:cpu,memory:/docker/a\n"),
            [
                "/sys/fs/cgroup/memory/docker/a/memory.limit_in_bytes",
                "/sys/fs/cgroup/memory/docker/memory.limit_in_bytes",
                "/sys/fs/cgroup/memory/memory.limit_in_bytes"
            ]
        );
        assert!(files("garbage\n\n").is_empty());
    }

    #[test]
    fn figures() {
        assert_eq!((limit("max\n"), limit("536870912\n")), (None, Some(512 << 20)));
        assert_eq!(total("MemTotal:       16303428 kB\nMemFree: 1 kB\n"), Some(16_303_428 * 1024));
        assert_eq!((total(""), total("MemTotal: x kB\n")), (None, None));
        assert!(machine_memory().is_some_and(|bytes| bytes > 64 << 20), "this machine has some");
    }
}
