//! Pages that have every structure a page can have. Scripts hold [`SCRIPT`], styles hold [`STYLE`], and no text does.

/// Stands in every script.
pub(super) const SCRIPT: &str = "qzscriptqz";

/// Stands in every style.
pub(super) const STYLE: &str = "qzstyleqz";

pub(super) const SEEDS: [&str; 14] = [
    // A plain article, with what stands around it.
    r#"<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>No boat today - The Harbour Post</title>
<meta property="og:title" content="No boat today"><meta name="author" content="A. Reporter">
<meta itemprop="datePublished" content="2020-01-31T08:05:00+08:00"><link rel="canonical" href="https://post.example/a">
<script>var a = "qzscriptqz <p>never shown</p>"; if (a < 3 && a > 1) { document.write("<div>"); }</script>
<style>.ad { content: "qzstyleqz" } p > a { color: red }</style></head>
<body class="single"><nav><ul><li><a href="/">Home</a></li><li><a href="/n">News</a></li></ul></nav>
<article><h1>No boat today</h1><p class="byline">By A. Reporter, <time datetime="2020-01-31">31 January</time></p>
<p>The ferry to the outer islands did not leave the harbour on Tuesday morning, as the wind had reached gale force, the
company said &amp; the harbour master&#39;s office agreed.</p>
<p>About two hundred passengers waited in the terminal, where volunteers served tea and soup, <b>and some</b> of them
decided to take the <a href="/train">train to the southern port</a> instead.</p>
<blockquote><p>We have never seen such a wind, and we have <q>seen <q>a few</q> of them</q>, said one.</p></blockquote>
<p>The company expects the first boat to sail on Wednesday at noon; tickets stay valid until the end of the month.</p>
</article><aside><h3>Read more</h3><ul><li><a href="/1">One</a></li></ul></aside><footer><p>© The Post</p></footer>
<script async src="x.js">/* qzscriptqz */</script></body></html>"#,
    // Chinese, laid out by tables and line breaks, in upper case.
    r#"<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN" "http://www.w3.org/TR/html4/loose.dtd">
<HTML><HEAD><META http-equiv="Content-Type" content="text/html; charset=gb2312"><TITLE>渡轮停航</TITLE>
<SCRIPT LANGUAGE="JavaScript"><!-- qzscriptqz
document.write('<table>'); //--></SCRIPT><STYLE type=text/css><!-- .a{qzstyleqz} --></STYLE></HEAD>
<BODY bgColor=#ffffff><TABLE width=760 border=0><TR><TD vAlign=top><FONT size=4><B>渡轮停航</B></FONT><BR>
　　渡轮公司昨天表示，由于夜间北风达到八级，开往外岛的渡轮星期二上午没有离港，三个班次全部取消。<BR><BR>
　　大约两百名旅客在候船大厅等候，港口志愿者为他们送上了热茶和热汤，
其中一些旅客后来决定改乘火车前往南边的港口。<BR><BR>　　公司预计第一班船将在星期三中午启航。<br/>
<TD width=200><A href="a.htm">更多<IMG src=x.gif></A><TR><TD colspan=2>版权所有</TABLE></BODY></HTML>"#,
    // Tables.
    r#"<html><body><div id="content"><table summary="figures"><caption>Sailings</caption><colgroup><col><col></colgroup>
<thead><tr><th>Day<th>Boats</tr></thead><tbody><tr><td>Monday</td><td>3</td></tr><tr><td>Tuesday<td><p>0</p><p>storm</p>
<tr><td><table><tr><td>nested<td>table</table></td><td>&nbsp;</td></tr></tbody><tfoot><tr><td colspan="2">in all: 3</td></tr>
</tfoot></table><p>Sailings are counted at midnight, and boats that return to the harbour are counted twice, of course.</p>
stray text <td>a cell without a row</td> <tr>a row without a table</tr><table>text in a table<p>and a block</p><tr></table>
</div><script>qzscriptqz</script></body></html>"#,
    // Lists, definitions, details.
    r"<body><main><h2>What to bring</h2><ul><li>Warm clothes<li>Food<ul><li>bread<li>cheese<ol type=a start=3><li>hard
<li>soft</ol></ul><li>A book</ul><dl><dt>Ferry<dd>A boat that crosses<dt>Pier<dd>Where it lands<dd>and leaves</dl>
<details open><summary>More</summary>Everything that you may need on the way, and what you need when you are late.</details>
<menu><li>One</menu><dir><li>Two</dir></main><style>li::before{content:'qzstyleqz'}</style></body>",
    // Code and verse.
    "<!doctype html>\r\n<html><body><article><p>Run this command and wait until it has ended, which may take a while:</p>\r\n\
     <pre><code>fn main() {\r\n\tprintln!(&quot;&lt;p&gt;&quot;);\r\n\r\n    let x = 1 &lt;&lt; 3;\r\n}</code></pre>\r\n<pre>\n\n  first\n\
     second<br>third <b>bold</b>\x0bfourth\x0c</pre><listing>\nold</listing><p><kbd>Ctrl</kbd>+<samp>C</samp> <var>n</var><sub>2\
     </sub><sup>3</sup> <tt>x</tt></p><textarea>a field</textarea><xmp><b>raw</b></xmp></article>\
     <script type=\"module\">import 'qzscriptqz'</script></body></html>",
    // Ruby, directions, soft breaks, marks.
    r#"<html lang=ja><head><meta charset="shift_jis"><title>欠航</title></head><body><div class="entry"><p><ruby>強風<rp>(</rp><rt>きょうふう</rt>
<rp>)</rp></ruby>のため、離島へ向かうフェリーの午前の便はすべて欠航となりました。</p><p dir=rtl><bdo dir=ltr>運航</bdo><wbr>会社は、
午後には&shy;平常どおりの&zwj;運航に&#x200b;戻る見込みだとしています。</p><p>およそ二百人の乗客が<mark>ターミナル</mark>で待ち、
港の有志が<del>冷たい</del><ins>温かい</ins>お茶とスープを配りました。</p></div><script>"qzscriptqz"</script></body></html>"#,
    // An application: custom elements, data, templates, a shadow.
    r#"<!DOCTYPE html><html><head><script type="application/ld+json">{"@type":"NewsArticle","headline":"No boat","datePublished":"2020-01-31"}</script>
<script type="application/ld+json">{"@graph":[{"broken":</script><base href="/"><meta name=description content='It is "so"'></head>
<body><x-app><x-header>Header</x-header><template><p>never</p></template><template shadowrootmode=open><slot></slot></template>
<x-article data-id=7><x-p>Elements of a page's own hold text as all others do, and the text of this one is long enough.</x-p>
<div><div><div><span><p>Deep in the page stands a paragraph that says what happened on the pier, who was there and why.</p>
</span></div></div></div></x-article></x-app><script id="__NEXT_DATA__" type="application/json">{"a":"qzscriptqz <p>"}</script>
<noscript><img src="t.gif"><p>Turn scripts on</p></noscript></body></html>"#,
    // Comments, declarations, processing instructions, CDATA.
    r#"<?xml version="1.0" encoding="utf-8"?><!-- first --><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x.dtd" [<!ENTITY e "x">]>
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en"><head/><body><!--[if IE]><script>qzscriptqz</script><![endif]--><!--> <!---> <!-- a -- b --!>
<p>Before <!-- in -- the --- middle --> after, with enough words to be a paragraph of a page and to be kept by all.</p>
<![CDATA[ raw <b>text</b> ]]> <![if !IE]><p>For all others, there is a second paragraph of nearly the same length as the first.</p><![endif]>
<?php echo 1 ?> </> </ x> <%= y %> <!x> <!-- BEGIN WAYBACK TOOLBAR INSERT --><div>bar</div><!-- END WAYBACK TOOLBAR INSERT --></body></html>"#,
    // References.
    r#"<html><body><p>&lt;html&gt; is a tag, &amp;amp; &copy &notit; &hellip;&nbsp;&ensp;&#12288;&#x4e2d;&#20013; &#0; &#13; &#10; &#x85; &#x2028;
&#xd800; &#x110000; &#99999999999; &unknown; &; &# &#x; &NotEqualTilde; &fjlig; &ZeroWidthSpace; a&#9;b and some more.</p>
<pre>&#13;&#10;&#11;&#12;&#x85;&#x2029;line</pre><p title="&quot;&lt;p&gt;">Text &#8203;with marks&#65279; that cannot be seen&#173;.</p></body></html>"#,
    // Forms, frames, media, vectors, formulas.
    r#"<html><body><form action=/s><fieldset><legend>Search</legend><label>Word <input value="x"></label><select><option selected>One
<option>Two<optgroup label=x><option>Three</select><button type=submit>Go</button><output>7</output></fieldset></form>
<iframe src=x><p>old</p></iframe><object><embed><p>none</p></object><video controls><track><source>no video</video><audio></audio>
<svg viewBox="0 0 1 1"><title>icon</title><style>qzstyleqz</style><text>vector</text><foreignObject><p>in it</p></foreignObject></svg>
<math><mi>x</mi><annotation encoding="TeX">x</annotation><mtext>formula</mtext></math><canvas>none</canvas><map><area></map>
<figure><picture><source><img alt="A boat" src="b.jpg"></picture><figcaption>A boat at the pier, seen from the hill.</figcaption></figure>
<p>Between all of these stands one paragraph, of the length that a paragraph has, with a comma or two, so that it is found.</p></body></html>"#,
    "<html><head><title>Frames</title></head><frameset cols=\"20%,*\"><frame src=a.htm><frame src=b.htm><noframes><body><p>Your \
     browser has no frames.</p></body></noframes></frameset></html>",
    // Tags that are not closed, closed twice, or closed in the wrong order.
    r#"<p>Text before the page. <html><body><p>One paragraph begins <b>and <i>its marks</b> overlap</i> <a href=a>with a link <a href=b>and one
more <p>and the next begins</p></p></p></div></span></br></body>
<div>After the end of the body there is more text, as in many pages that were put together from pieces, and it counts.<h1>A <h2>B</h1> C</h2>
</html> and behind the page <p hidden>not seen</p><p style="display:none">nor this</p><div aria-hidden=true>nor that</div><p attr attr= attr='x' attr="y z" /attr / =a "b>end"#,
    // A list of links, which has no article.
    r#"<html><body><div class="list"><ul><li><a href=1>Ferry stays in the harbour</a> 01-31<li><a href=2>Train is late again</a> 01-30
<li><a href=3>Museum opens on Sunday</a> 01-29<li><a href=4>Market moves to the pier</a> 01-28</ul><a href=p2>next</a></div></body></html>"#,
    // An error page, and one that scripts fill.
    r#"<!doctype html><html><head><title>404 Not Found</title><meta http-equiv=refresh content="0; url=/"></head><body><center><h1>404 Not Found</h1></center>
<hr><center>nginx</center><div id="root"></div><script src="app.js"></script><script>qzscriptqz</script></body></html>"#,
];
