//! Pages that were changed at random, the same in every run.

use encoding_rs::{BIG5, Encoding, GB18030, SHIFT_JIS, WINDOWS_1252};

use super::seeds::SEEDS;
use crate::support::random::Noise;

/// A page in pieces, any of which may be left out to find the smallest that fails.
#[derive(Debug, Clone)]
pub(super) struct Page {
    pub(super) pieces: Vec<Vec<u8>>,
    /// Its scripts and styles are whole: nothing of them is text.
    pub(super) is_tame: bool,
}

impl Page {
    pub(super) fn bytes(&self) -> Vec<u8> {
        self.pieces.concat()
    }
}

/// Tags that are put anywhere.
const TAGS: [&str; 44] = [
    "<p>",
    "</p>",
    "<div>",
    "</div>",
    "<br>",
    "</br>",
    "<table>",
    "</table>",
    "<tr>",
    "<td>",
    "</td>",
    "<ul>",
    "<li>",
    "</ul>",
    "<pre>",
    "</pre>",
    "<a href=x>",
    "</a>",
    "<b>",
    "</i>",
    "<font size=2>",
    "<span>",
    "</span>",
    "<x-y>",
    "</x-y>",
    "<h1>",
    "</body>",
    "</html>",
    "<body>",
    "<head>",
    "<title>",
    "</title>",
    "<form>",
    "<select>",
    "<option>",
    "<svg>",
    "<math>",
    "<template>",
    "</template>",
    "<textarea>",
    "<noscript>",
    "<frameset>",
    "<ruby>",
    "<button>",
];

/// Texts that are put anywhere.
const TEXTS: [&str; 20] = [
    "&#13;",
    "&#0;",
    "&#10;",
    "\0",
    "\r",
    "\r\n",
    "\n\n",
    "\t",
    "\u{b}",
    "\u{85}",
    "\u{2028}",
    "\u{feff}",
    "\u{3000}",
    "&nbsp;",
    "。",
    "a sentence, with a comma, and an end.",
    "&lt;html&gt;",
    "&amp;lt;",
    "{\"text\": 1}",
    "\u{10ffff}",
];

/// Bytes that are put anywhere in a page whose markup may break.
const BYTES: [&[u8]; 22] = [
    b"<",
    b">",
    b"\"",
    b"'",
    b"</",
    b"<!--",
    b"-->",
    b"--!>",
    b"<![CDATA[",
    b"]]>",
    b"<!",
    b"<?",
    b"=",
    b"&",
    b"&#",
    b"\0",
    b"\xff",
    b"\xe4\xb8",
    b"\xc3",
    b"\xed\xa0\x80",
    b"<script",
    b"<plaintext>",
];

/// Draws a page.
pub(super) fn draw(number: usize) -> Page {
    let mut noise = Noise::new(number);
    // The first numbers of neighbours are alike.
    for _ in 0..4 {
        noise.below(2);
    }
    let mut pieces = split(noise.pick(&SEEDS));
    for _ in 0..noise.below(7) {
        change(&mut pieces, &mut noise);
    }
    let pieces = encode(&pieces, &mut noise);
    if noise.below(2) == 0 {
        return Page { pieces, is_tame: true };
    }
    let mut bytes = pieces.concat();
    for _ in 0..=noise.below(6) {
        damage(&mut bytes, &mut noise);
    }
    Page { pieces: bytes.into_iter().map(|byte| vec![byte]).collect(), is_tame: false }
}

/// Parts a page at its tags; a script, a style or a comment is one piece.
fn split(page: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    let mut rest = page;
    while !rest.is_empty() {
        let begins = |tag: &str| rest.get(..tag.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(tag));
        let end = match () {
            () if begins("<!--") => "-->",
            () if begins("<script") => "</script>",
            () if begins("<style") => "</style>",
            () if begins("<") => ">",
            () => "<",
        };
        let found = rest.to_ascii_lowercase().find(end);
        let len = found.map_or(rest.len(), |found| if end == "<" { found } else { found + end.len() });
        pieces.push(rest[..len].to_owned());
        rest = &rest[len..];
    }
    pieces
}

fn is_tag(piece: &str) -> bool {
    piece.as_bytes().get(1).is_some_and(u8::is_ascii_alphabetic) && piece.starts_with('<') && !is_raw(piece)
}

/// Whether a piece holds what is not markup.
fn is_raw(piece: &str) -> bool {
    let lower = piece.to_ascii_lowercase();
    ["<script", "<style", "<!", "<?"].iter().any(|begin| lower.starts_with(begin))
}

/// One change of whole pieces.
fn change(pieces: &mut Vec<String>, noise: &mut Noise) {
    let (at, other) = (noise.below(pieces.len()), noise.below(pieces.len()));
    let run = at..(at + 1 + noise.below(8)).min(pieces.len());
    match noise.below(14) {
        0 => drop(pieces.drain(run)),
        1 => {
            let copy = pieces[run].to_vec();
            pieces.splice(other..other, copy);
        }
        2 => pieces.swap(at, other),
        3 => pieces.truncate(at),
        4 => {
            let donor = split(noise.pick(&SEEDS));
            let from = noise.below(donor.len());
            let part = donor[from..(from + 1 + noise.below(20)).min(donor.len())].to_vec();
            pieces.splice(at..at, part);
        }
        5 | 6 => pieces.insert(at, noise.pick(&TAGS).to_owned()),
        7 | 8 => pieces.insert(at, noise.pick(&TEXTS).to_owned()),
        // Elements in elements.
        9 => {
            let tag = noise.pick(&TAGS);
            let depth = noise.pick(&[3, 60, 250, 1500]);
            pieces.splice(at..at, vec![tag.to_owned(); depth]);
        }
        10 => {
            let pair = noise.pick(&[
                ["<p>", "x"],
                ["<td>", "y"],
                ["<b>", "<p>"],
                ["<a href=x>", "<div>"],
                ["</p>", "</div>"],
            ]);
            let depth = noise.pick(&[3, 60, 700]);
            pieces.splice(at..at, pair.map(str::to_owned).into_iter().cycle().take(depth));
        }
        11 | 12 if is_tag(&pieces[at]) => {
            let long = "x".repeat(noise.pick(&[10, 300, 30_000]));
            let attributes = [
                format!(" class=\"{long} comment\""),
                format!(" data-x='{long}'"),
                " hidden".to_owned(),
                " style=\"display:none\"".to_owned(),
                " id=article-body".to_owned(),
                format!(" href={long} href=y"),
                " a=1".repeat(long.len() / 5),
                " =\0 /".to_owned(),
            ];
            let name = 1 + pieces[at][1..].bytes().take_while(u8::is_ascii_alphanumeric).count();
            pieces[at].insert_str(name, &attributes[noise.below(attributes.len())]);
        }
        _ if !is_raw(&pieces[at]) => pieces[at] = pieces[at].to_uppercase(),
        _ => pieces.insert(at, noise.pick(&TEXTS).to_owned()),
    }
    if pieces.is_empty() {
        pieces.push("<html>".to_owned());
    }
}

/// Writes the pieces in one of the encodings of pages.
fn encode(pieces: &[String], noise: &mut Noise) -> Vec<Vec<u8>> {
    let by = |encoding: &'static Encoding| {
        pieces.iter().map(|piece| encoding.encode(piece).0.into_owned()).collect()
    };
    let wide = |to: fn(u16) -> [u8; 2]| {
        let mark = std::iter::once("\u{feff}");
        let all = mark.chain(pieces.iter().map(String::as_str));
        all.map(|piece| piece.encode_utf16().flat_map(to).collect()).collect()
    };
    match noise.below(16) {
        0 | 1 => by(GB18030),
        2 => by(SHIFT_JIS),
        3 => by(BIG5),
        4 => by(WINDOWS_1252),
        5 => wide(u16::to_le_bytes),
        6 => wide(u16::to_be_bytes),
        7 => [vec![b"\xef\xbb\xbf".to_vec()], by(encoding_rs::UTF_8)].concat(),
        _ => by(encoding_rs::UTF_8),
    }
}

/// One change of bytes.
fn damage(bytes: &mut Vec<u8>, noise: &mut Noise) {
    let at = noise.below(bytes.len() + 1);
    let end = (at + 1 + noise.below(60)).min(bytes.len()).max(at);
    match noise.below(8) {
        0 => drop(bytes.drain(at..end)),
        1 => {
            let copy = bytes[at..end].to_vec();
            let to = noise.below(bytes.len() + 1);
            bytes.splice(to..to, copy);
        }
        2 if at < bytes.len() => bytes[at] ^= 1 << noise.below(8),
        3 if noise.below(4) == 0 => bytes.truncate(at),
        _ => drop(bytes.splice(at..at, noise.pick(&BYTES).iter().copied())),
    }
}
