//! Hidden files: what tools keep for themselves beside a corpus, such as `.git` (contract D2).

/// Whether a path below an input names what is hidden: one of its components begins with a dot, or is `__MACOSX`, in
/// which macOS keeps what a zip archive has no room for.
pub fn is_hidden(relative: &[u8]) -> bool {
    relative.split(|&byte| byte == b'/').any(|name| match name {
        b"." | b".." => false,
        name => name.starts_with(b".") || name == b"__MACOSX",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_hide() {
        for (path, expected) in [
            (".git/config", true),
            ("a/.b.txt", true),
            ("a/.b/c.txt", true),
            ("__MACOSX/._a.txt", true),
            ("a/__MACOSX/b", true),
            ("..a", true),
            ("a.b/c.txt", false),
            ("a/./b.txt", false),
            ("../a", false),
            ("__MACOSX.txt", false),
            ("", false),
        ] {
            assert_eq!(is_hidden(path.as_bytes()), expected, "{path}");
        }
    }
}
