//! Pages of HTML for tests: an article among what stands around one on a site.
#![expect(clippy::format_collect, reason = "texts of a few lines, made for a test")]

/// The paragraphs of an article about a ferry.
pub(crate) const FERRY: [&str; 3] = [
    "The ferry to the outer islands did not leave the harbour on Tuesday morning, as the wind from the north had reached \
     gale force during the night, the company said.",
    "About two hundred passengers waited in the terminal, where volunteers of the harbour mission served tea and soup, \
     and some of them decided to take the train to the southern port instead.",
    "The company expects the first boat to sail on Wednesday at noon; tickets for the cancelled crossings stay valid \
     until the end of the month, or can be returned at any counter.",
];

/// The same in Chinese.
pub(crate) const FERRY_ZH: [&str; 3] = [
    "渡轮公司昨天表示，由于夜间北风达到八级，开往外岛的渡轮星期二上午没有离港，三个班次全部取消，码头广播从清晨起就反复通知旅客。",
    "大约两百名旅客在候船大厅等候，港口志愿者为他们送上了热茶和热汤，其中一些旅客后来决定改乘火车前往南边的港口，再换乘那里的班船。",
    "公司预计第一班船将在星期三中午启航，已经取消的班次的船票在月底以前继续有效，旅客也可以在任何一个售票窗口办理全额退票手续。",
];

/// A page of this article: its title, its paragraphs, and what stands around them. `head` goes into the head as it is.
pub(crate) fn page(head: &str, title: &str, paragraphs: &[&str]) -> String {
    let body: String = paragraphs.iter().map(|text| format!("<p>{text}</p>\n")).collect();
    let links: String = (1..9).map(|n| format!("<li><a href=\"/s/{n}\">Section {n}</a></li>\n")).collect();
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n{head}\n<title>{title} - The Harbour Post</title>\n\
         <script>var tracker = \"<p>never shown</p>\";</script>\n<style>p {{ color: red }}</style>\n</head>\n<body>\n\
         <nav><ul>\n{links}</ul></nav>\n<div class=\"content\">\n<h1>{title}</h1>\n{body}</div>\n\
         <div class=\"sidebar\"><ul>\n{links}</ul></div>\n<footer><p>© 2026 The Harbour Post</p></footer>\n\
         </body>\n</html>\n"
    )
}

/// The text of such a page.
pub(crate) fn text(title: &str, paragraphs: &[&str]) -> String {
    let lines = std::iter::once(&title).chain(paragraphs).map(ToString::to_string);
    lines.collect::<Vec<_>>().join("\n\n") + "\n"
}
