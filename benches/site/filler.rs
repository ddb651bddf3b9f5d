//! What stands around an article: headlines for lists of links, scripts, styles, data.

use std::fmt::Write as _;

use crate::common::Documents;
use crate::common::random::Random;

/// Bytes of the documents that headlines are taken from.
const HEADLINE_BYTES: u64 = 3_000_000;

/// The purpose of a [`Random`].
const FOR_PAGE: u64 = 11;

/// What pages are filled with.
#[derive(Debug)]
pub(crate) struct Filler {
    seed: u64,
    chinese: Vec<String>,
    english: Vec<String>,
}

impl Filler {
    pub(crate) fn new(seed: u64) -> Self {
        let (mut chinese, mut english) = (Vec::new(), Vec::new());
        for document in Documents::new(seed.wrapping_add(1000), HEADLINE_BYTES) {
            for line in document.lines().skip(1).take(4) {
                let headlines = if line.contains('，') { &mut chinese } else { &mut english };
                headlines.push(escape(&headline(line)));
            }
        }
        Self { seed, chinese, english }
    }

    /// The numbers of a page.
    pub(crate) fn random(&self, page: usize) -> Random {
        Random::new(self.seed, FOR_PAGE, page as u64)
    }

    /// A headline, escaped.
    pub(crate) fn headline(&self, is_chinese: bool, random: &mut Random) -> &str {
        let headlines = if is_chinese { &self.chinese } else { &self.english };
        let number = usize::try_from(random.below(headlines.len() as u64)).unwrap_or(0);
        headlines.get(number).map_or("", String::as_str)
    }
}

/// The beginning of a paragraph, as long as a headline is.
pub(crate) fn headline(paragraph: &str) -> String {
    let is_wide = paragraph.contains('，');
    let most = if is_wide { 24 } else { 70 };
    let text: String = paragraph.trim().chars().take(most).collect();
    match text.rfind(' ') {
        Some(end) if !is_wide => text[..end].to_owned(),
        _ => text,
    }
}

/// Text as it stands in a page.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A script of about so many bytes, as a packer of scripts leaves it.
pub(crate) fn script(out: &mut String, bytes: usize, random: &mut Random) {
    const STATEMENTS: [&str; 8] = [
        "function {}(e,t){for(var n=0;n<t.length;n++)e[t[n].key]=t[n].value;return e}",
        "var {}=document.createElement(\"script\");{}.async=!0;",
        "if(window.{}&&window.{}.length>1){{}.push([\"_trackEvent\",\"click\"])}",
        "!function(e){e.{}=e.{}||[];e.{}.html=\"<div class='ad'><p>Loading...</p></div>\"}(window);",
        "{}.prototype.render=function(){return this.a<this.b&&this.c>0?\"<span>\"+this.d+\"<\\/span>\":null};",
        "try{localStorage.setItem(\"{}\",JSON.stringify({}))}catch(e){console.log(e)}",
        "/* {}: see the documentation of {} */\n",
        "var {}={id:\"{}\",url:\"https://static.example/{}.js\",ttl:86400,w:300,h:250};",
    ];
    let end = out.len() + bytes;
    while out.len() < end {
        let mut parts = random.pick(&STATEMENTS).split("{}");
        out.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let _ = write!(out, "_{:x}", random.below(1 << 24)); // a string takes everything
            out.push_str(part);
        }
    }
}

/// A style sheet of about so many bytes.
pub(crate) fn style(out: &mut String, bytes: usize, random: &mut Random) {
    let end = out.len() + bytes;
    while out.len() < end {
        let (class, size) = (random.below(1 << 20), random.below(40));
        let _ = writeln!(
            out,
            ".c-{class:x}>li:hover,.c-{class:x} a{{margin:0 {size}px;color:#{class:06x};display:block;font:{size}px/1.5 Arial}}"
        );
    }
}

/// The data of an application as JSON, with the texts of other pages in it.
pub(crate) fn data(out: &mut String, bytes: usize, texts: (&Filler, bool), random: &mut Random) {
    let end = out.len() + bytes;
    out.push_str("{\"props\":{\"items\":[{}");
    while out.len() < end {
        let _ = write!(
            out,
            ",{{\"id\":{},\"type\":\"story\",\"title\":\"{}\",\"image\":{{\"src\":\"https://img.example/{:x}.jpg\",\"w\":640,\"h\":360}}}}",
            random.below(1 << 30),
            texts.0.headline(texts.1, random).replace(['"', '\\'], ""),
            random.next()
        );
    }
    out.push_str("]}}");
}

/// An image that stands in the page itself.
pub(crate) fn image(out: &mut String, bytes: usize, random: &mut Random) {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    out.push_str("<img alt=\"\" width=\"40\" height=\"40\" src=\"data:image/png;base64,");
    let mut bits = random.next();
    for number in 0..bytes {
        if number % 10 == 0 {
            bits = random.next();
        }
        out.push(char::from(DIGITS[(bits & 63) as usize]));
        bits >>= 6;
    }
    out.push_str("\">");
}
