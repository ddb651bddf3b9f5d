//! The head of the page of a check: the outcome, and each limit with what was found.
//!
//! The page keeps what comes from an input in its block of data. Here stand our own words and names that were
//! typed, and those are escaped.

use std::fmt::Write as _;

use super::words::{advice, allowed, known, measured_alone, outcome};
use crate::report::check::CheckReport;

/// The section, as HTML.
pub(in crate::report) fn section(report: &CheckReport) -> String {
    let mut html = format!(
        "\n<section id=\"outcome\" aria-label=\"Outcome\">\n<h2>{}</h2>\n",
        escaped(&outcome(report))
    );
    let mut limits = String::new();
    for limit in &report.limits {
        let verdict = if limit.is_broken { "FAIL" } else { "pass" };
        // Writing to a String cannot fail.
        let _ = writeln!(
            limits,
            "<tr><td>{verdict}</td><td class=\"text\">{}</td><td class=\"where\">--{}</td></tr>",
            escaped(&measured_alone(limit)),
            limit.name
        );
    }
    if !limits.is_empty() {
        html.push_str("<table class=\"list plain\">\n<thead><tr><th scope=\"col\"></th>");
        html.push_str("<th scope=\"col\">found</th><th scope=\"col\">limit</th></tr></thead>\n<tbody>\n");
        html.push_str(&limits);
        html.push_str("</tbody>\n</table>\n");
    }
    let advice = advice(report).map(|advice| format!("What to do: {advice}"));
    for note in [known(report), allowed(report), advice].into_iter().flatten() {
        let _ = writeln!(html, "<p class=\"note\">{}</p>", escaped(&note));
    }
    html.push_str("</section>");
    html
}

/// Text that is no markup.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            _ => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_no_markup() {
        assert_eq!(escaped("a</h2><script>\"&"), "a&lt;/h2&gt;&lt;script&gt;&quot;&amp;");
    }
}
