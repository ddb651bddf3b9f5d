//! UTF-8 that was read in an encoding of one byte a character. Sequences of UTF-8 are seldom there by accident, so that most of them are told by
//! themselves; what right text can hold too (`É…`, `à »`) must have a certain one beside it in the line.

use std::ops::Range;

use super::charset::Charset;
use super::line::{Line, Stretch, sequence};
use super::{Edit, Misread};

/// Charsets of one byte that UTF-8 is read as; of those that explain as much of a line, the first is taken.
pub(super) const SINGLE: [Charset; 11] = [
    Charset::Cp1252,
    Charset::Cp1251,
    Charset::Cp1250,
    Charset::MacRoman,
    Charset::Cp437,
    Charset::Cp850,
    Charset::Koi8R,
    Charset::Cp866,
    Charset::Latin2,
    Charset::Cp1254,
    Charset::Cp1257,
];

/// The damage of a line, for each charset that UTF-8 may have been read as.
pub(super) fn edits(line: &Line) -> Vec<Vec<Edit>> {
    SINGLE.into_iter().map(|read| misread_as(line, read)).filter(|edits| !edits.is_empty()).collect()
}

/// A sequence as it stands in the line.
#[derive(Debug, Clone, Copy)]
struct Found {
    /// Of its first character in the line, and how many it has.
    at: usize,
    len: usize,
    c: char,
    is_odd: bool,
    is_plausible: bool,
}

fn misread_as(line: &Line, read: Charset) -> Vec<Edit> {
    let mut found = Vec::new();
    let mut num_covered = 0;
    for stretch in line.stretches(read) {
        for run in runs(line, stretch) {
            let before = found.len();
            if add_run(line, stretch, run, &mut found) {
                num_covered += found[before..].iter().map(|found| found.len).sum::<usize>();
            } else {
                found.truncate(before);
            }
        }
    }
    if found.is_empty() {
        return Vec::new();
    }
    judge(line, read, &mut found);
    if let [only] = found.as_slice()
        && is_quoted(line, *only)
    {
        return Vec::new();
    }
    let odd = found.iter().filter(|found| found.is_odd && found.is_plausible);
    let num_points: usize = odd.map(|found| if is_sure(line, *found) { 2 } else { 1 }).sum();
    let is_right_elsewhere = line.chars.iter().filter(|c| !c.is_ascii()).count() > num_covered;
    if num_points < if is_right_elsewhere { 2 } else { 1 } {
        return Vec::new();
    }
    found.retain(|found| found.is_plausible);
    merge(line, read, &found)
}

/// Runs of characters beyond ASCII in a stretch, as indices in the stretch.
pub(super) fn runs(line: &Line, stretch: &Stretch) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for at in 0..stretch.num_chars() {
        if line.chars[stretch.first + at].is_ascii() {
            continue;
        }
        match runs.last_mut() {
            Some(run) if run.end == at => run.end += 1,
            _ => runs.push(at..at + 1),
        }
    }
    runs
}

/// Adds the sequences of a run; says whether they explain it. Quotation marks and the like at their sides may be right.
fn add_run(line: &Line, stretch: &Stretch, run: Range<usize>, found: &mut Vec<Found>) -> bool {
    let (mut num_covered, mut num_left) = (0, 0);
    let mut at = run.start;
    while at < run.end {
        if let Some((c, len)) = sequence(&stretch.bytes[at..run.end]) {
            found.push(Found { at: stretch.first + at, len, c, is_odd: false, is_plausible: false });
            num_covered += len;
            at += len;
        } else {
            num_left += usize::from(!is_typographic(line.chars[stretch.first + at]));
            at += 1;
        }
    }
    num_covered > 0 && num_covered >= 12 * num_left
}

fn judge(line: &Line, read: Charset, found: &mut [Found]) {
    let is_beside =
        |at: usize| found.get(at).zip(found.get(at + 1)).is_some_and(|(a, b)| a.at + a.len == b.at);
    let rows: Vec<bool> = (0..found.len()).map(|at| is_beside(at) || at > 0 && is_beside(at - 1)).collect();
    let is_east_asian =
        found.iter().zip(&rows).any(|(found, is_in_row)| *is_in_row && script(found.c) == Script::EastAsian);
    // Two letters of another script in a row: an elided article and an accent (`l’à`) are one in Mac OS Roman.
    let mut words: Vec<Script> = found
        .windows(2)
        .filter(|two| two[0].at + two[0].len == two[1].at && script(two[0].c) == script(two[1].c))
        .map(|two| script(two[0].c))
        .collect();
    words.dedup();
    for (at, is_in_row) in rows.into_iter().enumerate() {
        let this = found[at];
        let script = script(this.c);
        let num_alike = found.iter().filter(|other| self::script(other.c) == script).take(2).count();
        found[at].is_odd = is_odd(line, read, this, is_in_row);
        // A mark before a letter with an accent (`l’à`, `«ç`) is right far more often than it is one letter.
        let is_marked = this.len == 2 && is_typographic(line.chars[this.at]) && !is_in_row;
        found[at].is_plausible = match script {
            _ if is_marked => false,
            Script::Common => true,
            Script::Never => false,
            Script::Control => is_in_row,
            Script::Greek => num_alike > 1 || is_joined(line, this),
            Script::Of(_) => words.contains(&script),
            Script::EastAsian => is_east_asian,
        };
    }
}

/// Whether a sequence is one that no right text has.
fn is_odd(line: &Line, read: Charset, found: Found, is_in_row: bool) -> bool {
    let conts = &line.chars[found.at + 1..found.at + found.len];
    let lead = line.chars[found.at];
    let before = line.before(found.at);
    let after = line.at(found.at + found.len);
    if conts.iter().any(|c| is_control(*c)) {
        return true;
    }
    if matches!(read, Charset::Cp437 | Charset::Cp850 | Charset::Cp866 | Charset::MacRoman) {
        return is_odd_sign(line, found, is_in_row);
    }
    if matches!(read, Charset::Cp1251 | Charset::Koi8R) {
        return is_odd_cyrillic(line, found, is_in_row);
    }
    let is_in_word =
        before.is_some_and(char::is_alphabetic) && after.is_some_and(|c| c.is_ascii_alphabetic());
    // `Ã\u{a0} la`: the French word that is damaged most, alone between spaces.
    let is_alone = conts == ['\u{a0}'] && before == Some(' ') && after == Some(' ');
    // `Â©`, `Ã¨`: a capital that is a word by itself, and a sign that ends none.
    let is_word = !before.is_some_and(char::is_alphabetic) && "ÂÃ".contains(lead) && found.len == 2;
    let is_prefixed = is_word && conts.iter().all(|c| "©®°±²³·£¥§¶¨ª¬\u{ad}¯´¸¹º".contains(*c));
    // Letters of Romanian and Slovak before letters of other languages.
    let is_central =
        matches!(read, Charset::Cp1250 | Charset::Latin2) && found.len == 2 && "ĂĹ".contains(lead);
    let is_foreign = is_central
        && conts.iter().all(|c| !"şŞţŢšŠžŽ".contains(*c) && (!is_closing(*c) || "‚„".contains(*c)));
    if is_prefixed
        || is_foreign
        || is_alone
        || is_in_word && conts.iter().any(|c| "«‘“¿¡".contains(*c))
        || found.len > 2 && !may_close(conts)
    {
        return true;
    }
    let is_word_broken = before.is_some_and(char::is_lowercase) && lead.is_uppercase();
    let is_sign = |c: char| !c.is_alphabetic() && !is_closing(c);
    let is_late_letter = |c: char| "œŒšŠžŽŸƒ".contains(c) && (found.len > 2 || "ÂÃÄÅ".contains(lead));
    let goes_on = after.is_some_and(|c| c.is_ascii_alphabetic())
        && conts.last().is_some_and(|c| !c.is_alphabetic() && is_closing(*c) && !may_join(*c));
    is_word_broken
        || goes_on
        || conts.iter().any(|c| is_sign(*c) || read == Charset::Cp1252 && is_late_letter(*c))
}

/// Box drawing and mathematics beside letters.
fn is_odd_sign(line: &Line, found: Found, is_in_row: bool) -> bool {
    let chars = &line.chars[found.at..found.at + found.len];
    let is_box = |c: &char| ('\u{2500}'..='\u{259f}').contains(c);
    let is_letter =
        |at: Option<usize>| at.and_then(|at| line.at(at)).is_some_and(|c| c.is_ascii_alphabetic());
    if chars.iter().all(is_box) {
        // `versi├│n`, but no row of boxes with a letter between them.
        let is_in_word = is_letter(found.at.checked_sub(1)) && is_letter(Some(found.at + found.len));
        return is_in_word && is_letter(found.at.checked_sub(2)) && found.c.is_lowercase();
    }
    let is_greek = ('\u{370}'..='\u{3ff}').contains(&chars[0]);
    let is_word_sign = is_greek || chars[0] == 'ƒ';
    if chars[0].is_alphabetic()
        && !is_word_sign
        && (found.len == 2 || chars.iter().all(|c| c.is_alphabetic()))
    {
        let is_word_broken = line.before(found.at).is_some_and(char::is_lowercase) && chars[0].is_uppercase();
        return is_word_broken
            || is_joined(line, found) && !chars[1].is_alphabetic() && !is_closing(chars[1]);
    }
    let is_pair = match chars[0] {
        '√' => "®©™´¨†°¢£§•¶ß".contains(chars[1]),
        '¬' => "©®£§†".contains(chars[1]),
        '├' => found.c.is_lowercase(),
        _ => false,
    };
    found.len > 2
        || is_pair
        || is_joined(line, found) && !"π∞".contains(chars[1])
        || is_in_row && chars[1].is_alphabetic()
}

/// Letters of Cyrillic beside signs, or beside letters of Latin.
fn is_odd_cyrillic(line: &Line, found: Found, is_in_row: bool) -> bool {
    let conts = &line.chars[found.at + 1..found.at + found.len];
    let is_beside_latin = is_joined(line, found);
    let is_sign = |c: &char| !c.is_alphabetic() && !is_closing(*c);
    let is_other = |c: &char| "ЂЃѓЉЊЌЋЏђљњќћџЎўҐґЅѕЈј".contains(*c);
    let any = conts.iter().any(is_sign);
    let all_strange = conts.iter().all(|c| !c.is_alphabetic() || is_other(c));
    any && (is_in_row || is_beside_latin || found.len > 2)
        || all_strange && (is_beside_latin || found.len > 2 && !conts.iter().all(|c| is_closing(*c)))
        || is_in_row && conts.iter().any(is_other)
}

/// Whether two or three characters may close a quotation behind a letter.
fn may_close(conts: &[char]) -> bool {
    let (last, others) = conts.split_last().map_or((' ', [].as_slice()), |(last, others)| (*last, others));
    "’”…›»\u{a0}–—".contains(last) && others.iter().all(|c| "’”…›»®©™\u{a0}¿¡°".contains(*c))
}

/// Whether an ASCII letter stands beside it.
fn is_joined(line: &Line, found: Found) -> bool {
    [line.before(found.at), line.at(found.at + found.len)]
        .into_iter()
        .any(|c| c.is_some_and(|c| c.is_ascii_alphabetic()))
}

fn is_sure(line: &Line, found: Found) -> bool {
    found.len > 2 || line.chars[found.at..found.at + found.len].iter().any(|c| is_control(*c))
}

fn is_control(c: char) -> bool {
    ('\u{80}'..='\u{9f}').contains(&c)
}

/// Whether a sequence stands alone in quotation marks: a line that speaks of damage.
fn is_quoted(line: &Line, found: Found) -> bool {
    let is_mark = |c: Option<char>| c.is_some_and(|c| "\"'`“”‘’«»「」『』;&".contains(c));
    is_mark(line.before(found.at)) && is_mark(line.at(found.at + found.len))
}

/// Quotation marks, dashes and the like.
fn is_typographic(c: char) -> bool {
    "‘’‚“”„«»‹›…–—\u{a0}•·¡¿°®©™".contains(c)
}

/// What may stand behind a letter in right text.
fn is_closing(c: char) -> bool {
    is_typographic(c) || "´²³¹ªº¨¸†‡\u{ad}¯".contains(c)
}

/// What may stand between a letter and a letter in right text.
fn may_join(c: char) -> bool {
    "‘’“«–—\u{a0}…·¡¿\u{ad}•".contains(c)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Script {
    /// Of Latin script, or signs and East Asian characters, which stand alone too.
    Common,
    Greek,
    /// Characters of East Asia: somewhere in the line there are two in a row.
    EastAsian,
    /// Letters of other scripts, by block: somewhere in the line two of them stand in a row.
    Of(u32),
    /// C1 controls: halves of what was damaged twice.
    Control,
    /// What no text has.
    Never,
}

pub(super) fn script(c: char) -> Script {
    match u32::from(c) {
        0x80..=0x9f => Script::Control,
        // Letters of Latin script, signs, punctuation of East Asia, emoji, U+FFFD.
        0xa0..=0x17f
        | 0x192
        | 0x1a0..=0x1b0
        | 0x1cd..=0x1dc
        | 0x218..=0x21b
        | 0x2c6..=0x2dd
        | 0x1e00..=0x1eff
        | 0x2000..=0x204a
        | 0x2060..=0x20bf
        | 0x2100..=0x27bf
        | 0x2900..=0x2bff
        | 0x3000..=0x3020
        | 0xfb00..=0xfb06
        | 0xfe00..=0xfe6f
        | 0xfeff..=0xffef
        | 0xfffd
        | 0x1f000..=0x1faff => Script::Common,
        0x370..=0x3ff => Script::Greek,
        0x2e80..=0x2fff | 0x3021..=0x9fff | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0x20000..=0x323af => {
            Script::EastAsian
        }
        0xfff0..=0xffff | 0xe000..=0xf8ff | 0x800..=0x8ff | 0xe0000.. => Script::Never,
        0x400..=0x52f => Script::Of(0),
        0x530..=0x58f => Script::Of(1),
        0x590..=0x5ff => Script::Of(2),
        0x600..=0x77f => Script::Of(3),
        value => Script::Of(value >> 7),
    }
}

/// Edits of sequences, those side by side in one.
fn merge(line: &Line, read: Charset, found: &[Found]) -> Vec<Edit> {
    let mut edits: Vec<Edit> = Vec::new();
    for found in found {
        match edits.last_mut() {
            Some(edit) if edit.chars.end == found.at => {
                edit.chars.end += found.len;
                edit.text.push(found.c);
            }
            _ => edits.push(Edit {
                chars: found.at..found.at + found.len,
                text: found.c.to_string(),
                misread: Misread { written: Charset::Utf8, read: refined(line, read, found) },
                gain: 0,
            }),
        }
    }
    edits
}

/// Latin-1, where there are its controls: told apart from Windows-1252 for the name only.
fn refined(line: &Line, read: Charset, found: &Found) -> Charset {
    let has_control = line.chars[found.at..found.at + found.len].iter().any(|c| is_control(*c));
    if read == Charset::Cp1252 && has_control { Charset::Latin1 } else { read }
}
