//! Pieces of markup: tags, end tags, and what attributes say.

/// A start tag or an end tag.
pub(super) struct Tag<'a> {
    pub(super) name: &'a str,
    /// Attributes: name, value.
    pub(super) attributes: Vec<(&'a str, &'a str)>,
}

impl<'a> Tag<'a> {
    /// The value of an attribute.
    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        let mut found = self.attributes.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| *value)
    }
}

/// Where the end tag of this name begins.
pub(super) fn find_end(bytes: &[u8], name: &str) -> Option<usize> {
    memchr::memmem::find_iter(bytes, b"</").find(|at| {
        let after = at + 2 + name.len();
        let is_name =
            bytes.get(at + 2..after).is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()));
        is_name && bytes.get(after).is_none_or(|next| next.is_ascii_whitespace() || b"/>".contains(next))
    })
}

/// Whether what is shown without scripts is a page of its own, and no notice: a forum may give its text so.
pub(super) fn is_page(markup: &str) -> bool {
    /// Notices that scripts are off are shorter, in bytes outside of tags.
    const LEAST: usize = 1000;
    let (mut number, mut in_tag, mut in_space) = (0, false, false);
    for byte in markup.bytes() {
        match byte {
            b'<' => in_tag = true,
            b'>' => in_tag = false,
            _ if in_tag => {}
            _ => {
                let is_space = byte.is_ascii_whitespace();
                number += usize::from(!(is_space && in_space));
                in_space = is_space;
            }
        }
    }
    number >= LEAST
}

/// Whether a style says that something is not seen.
pub(super) fn is_about_sight(style: &str) -> bool {
    let has = |word: &[u8]| style.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word));
    style.len() < 4096 && (has(b"display") || has(b"visibility"))
}

/// The beginning of a text, up to this many bytes.
pub(super) fn head(text: &str, most: usize) -> &str {
    let mut end = text.len().min(most);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
