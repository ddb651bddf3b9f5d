//! The block structure of pages, as lines.

use dom_query::Document;

use super::super::reduce::reduce;
use super::{Line, lines, prose};

fn read(html: &str) -> Vec<Line> {
    let document = Document::from(reduce(html).html);
    document.body().map_or_else(Vec::new, |body| lines(&body))
}

/// The lines of a page, joined by `/`.
fn text(html: &str) -> String {
    read(html).iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join("/")
}

#[test]
fn blocks_are_lines() {
    for (html, lines) in [
        ("<p>One<p>Two", "One/Two"),
        ("<div>One<div>Two</div>Three</div>", "One/Two/Three"),
        ("<p>One <b>and</b> <a href=x>two</a></p>", "One and two"),
        ("<h1>Rain</h1>It rains.<h2>Snow</h2>", "Rain/It rains./Snow"),
        ("One<br>two<br/><br>three<hr>four", "One/two/three/four"),
        ("<blockquote><p>One</p><p>two</p></blockquote><cite>A</cite>", "One/two/A"),
        ("<figure><img src=a><figcaption>A river</figcaption></figure>", "A river"),
        ("<dl><dt>Rain<dd>Water<dd>from above</dl>", "Rain/Water/from above"),
        ("<ul><li>One<li>Two<ul><li>in two</ul>after<li>Three</ul>", "One/Two/in two/after/Three"),
        ("<ol><li><p>One</p><p>more</p></li></ol>", "One/more"),
        ("<details><summary>One</summary>two</details>", "One/two"),
        ("H<sub>2</sub>O", "H2O"),
        ("<p></p><div> </div><p>&nbsp;</p>", ""),
    ] {
        assert_eq!(text(html), lines, "{html}");
    }
}

#[test]
fn a_row_is_a_line() {
    for (html, lines) in [
        ("<table><caption>Rain<tr><th>Day<th>mm<tr><td>1<td>20</table>", "Rain/Day\tmm/1\t20"),
        ("<table><tr><td>1</td><td></td><td> 20 </td></tr></table>", "1\t20"),
        ("<table><tr><td>alone</table>", "alone"),
        // A cell of several lines is a part of the page, not of a line.
        ("<table><tr><td>menu<td><p>One</p><p>two</p></table>", "menu/One/two"),
        ("<table><tr><td>menu<td><table><tr><td>1<td>2<tr><td>3<td>4</table></table>", "menu/1\t2/3\t4"),
        ("<table><tr><td>1<table><tr><td>2<td>3</table></table>", "1/2\t3"),
        ("<table><tr><td>a<td>b</table>text<table><tr><td>c<td>d</table>", "a\tb/text/c\td"),
    ] {
        assert_eq!(text(html), lines, "{html}");
    }
}

#[test]
fn code_keeps_its_lines() {
    assert_eq!(text("<pre>\nif a:\n    b()\n\nc()  \n</pre>after   all"), "if a:/    b()/c()/after all");
    assert_eq!(text("<pre><code>one\r\n\ttwo</code></pre>"), "one/\ttwo");
    assert_eq!(text("<p>one\n    two\t three</p>"), "one two three");
}

#[test]
fn breaks_in_the_markup_join_chinese() {
    for (html, lines) in [
        ("<p>今天下\n  雨，\n路上人少。</p>", "今天下雨，路上人少。"),
        ("<p>今天 下雨</p>", "今天 下雨"),
        ("<p>今天\nRain\n下雨</p>", "今天 Rain 下雨"),
        ("<p>오늘\n비</p>", "오늘 비"),
        ("<p>\u{3000}\u{3000}今天下雨。</p>", "今天下雨。"),
        ("<p>今天<span>\n</span>下雨</p>", "今天下雨"),
        ("<ruby>漢<rp>(</rp><rt>かん</rt><rp>)</rp>字</ruby>", "漢字"),
    ] {
        assert_eq!(text(html), lines, "{html}");
    }
}

#[test]
fn links_headings_and_places_are_counted() {
    let found = read("<h2>Rain</h2>\n<p>See <a href=x>the sky</a> now\n<p><a href=y>天空</a>");
    let facts: Vec<_> = found.iter().map(|line| (line.num_linked, line.level, line.at)).collect();
    assert_eq!(facts, [(0, 2, 1), (6, 0, 2), (2, 0, 3)]);
    assert!(!found[1].is_linked() && found[2].is_linked());
    let code = read("<pre>a\nb</pre>\n<p>c");
    assert_eq!(code.iter().map(|line| line.at).collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn prose_is_sentences_outside_of_links() {
    let sentence = "It rained all day, and the river rose by a metre before noon came.";
    assert_eq!(prose(&read(&format!("<p>{sentence}</p><p>Rain</p>"))), sentence.len());
    assert_eq!(prose(&read(&format!("<p><a href=x>{sentence}</a></p>"))), 0);
    assert_eq!(prose(&read("<p>今天下了一整天的大雨，到中午河水已上涨一米，无人受伤。</p>")), 27 * 3);
    assert_eq!(
        prose(&read("<p>Home News Sport Weather Travel Money Culture Science Health Education</p>")),
        0
    );
}
