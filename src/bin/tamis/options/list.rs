//! `--files-from`: a list of files, one a line or each ended by NUL (`find -print0`).

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::Context;
use tamis::store::path::{from_bytes, printable};

/// The files named in `list`; `-` is standard input.
pub(crate) fn read(list: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let cannot = || format!("{}: cannot read this list of files", printable(list));
    let bytes = if list.as_os_str() == "-" {
        let mut bytes = Vec::new();
        io::stdin().read_to_end(&mut bytes).with_context(cannot)?;
        bytes
    } else {
        #[expect(clippy::disallowed_methods, reason = "a list is no document; the store is for corpora")]
        std::fs::read(list).with_context(cannot)?
    };
    Ok(parse(&bytes))
}

/// Names may hold anything but NUL, so that one NUL says that all are ended by it.
fn parse(bytes: &[u8]) -> Vec<PathBuf> {
    let is_nul = bytes.contains(&0);
    let names = bytes.split(|&byte| byte == if is_nul { 0 } else { b'\n' });
    let names = names.map(|name| if is_nul { name } else { name.strip_suffix(b"\r").unwrap_or(name) });
    names.filter(|name| !name.is_empty()).map(|name| from_bytes(name).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_or_nuls() {
        for (bytes, expected) in [
            (&b""[..], &[][..]),
            (b"a\nb c\n\nd", &["a", "b c", "d"]),
            (b"a\r\nb\r\n", &["a", "b"]),
            (b"a\nb\0c\0", &["a\nb", "c"]),
        ] {
            let expected: Vec<_> = expected.iter().map(PathBuf::from).collect();
            assert_eq!(parse(bytes), expected);
        }
    }
}
