// Lists of texts, rejected inputs, documents that lost most; and a text with differences marked.

// ---- Lists -----------------------------------------------------------------------------------------------------

const missingText = (place) => {
  if (place.missing !== undefined) return `The text is not shown: ${data.reasons[place.missing]}.`;
  return "The text is not in this page.";
};

function list(kind, names, rows) {
  const head = names.map((name) => make("th", { scope: "col" }, name));
  return make("table", { class: `list ${kind}` }, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows));
}

function drawRepeated() {
  const rows = data.repeated.filter(({ place }) => place).map(({ times, place }) => {
    const text = place.text === undefined ? make("span", { class: "note" }, missingText(place)) : prose("div", "clamp", place.text);
    const where = make("td", { class: "where" }, `${nameOf(place)} · ${whereOf(place)}`);
    return make("tr", {}, make("td", {}, number(times)), make("td", { class: "text" }, text), where);
  });
  if (rows.length > 0) revealFew("repeated", rows, (some) => list("repeated", ["times", "paragraph", "is kept in"], some));
}

/** Rejected inputs, by reason: how many, what to do, and the first of them. */
function drawRejected() {
  const { files, members, records } = data.summary;
  const counts = {};
  for (const unit of [files, members, records]) {
    for (const [reason, count] of Object.entries(unit.rejected)) counts[reason] = (counts[reason] || 0) + count;
  }
  const reasons = Object.entries(counts).sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  const blocks = reasons.map(([reason, count]) => {
    const known = data.rejected.filter((rejected) => rejected.reason === reason);
    return rejectedReason(reason, count, known);
  });
  if (blocks.length === 1) blocks[0].open = true;
  if (blocks.length > 0) reveal("rejected", ...blocks);
}

/** One reason, to be opened. */
function rejectedReason(reason, count, known) {
  const rows = known.map((rejected) => {
    const inner = [];
    if (rejected.record !== undefined) inner.push(`record ${number(rejected.record)}`);
    if (rejected.line !== undefined) inner.push(`line ${number(rejected.line)}`);
    if (rejected.byte !== undefined) inner.push(`byte ${number(rejected.byte)}`);
    const where = make("td", { class: "text" }, rejected.path, inner.length > 0 ? make("span", { class: "note" }, ` ${inner.join(" · ")}`) : null);
    return make("tr", {}, where, make("td", { class: "where" }, rejected.detail));
  });
  const remedy = known.length > 0 ? make("span", { class: "remedy" }, known[0].remedy) : null;
  const head = make("summary", {}, make("b", {}, reason.replaceAll("_", " ")), ` ${number(count)} `, remedy);
  const block = make("details", { class: "reason" }, head);
  if (rows.length > 0) {
    const table = (some) => list("plain", ["input", "what is wrong"], some);
    fewOf(block, rows, table);
  }
  if (count > rows.length) block.append(make("p", { class: "note" }, `and ${number(count - rows.length)} more in rejected.jsonl`));
  return block;
}

/** Documents that lost the most text, and what is left of them. */
function drawLost() {
  const rows = data.lost.map((lost) => {
    const share = lost.total === undefined ? "–" : percent(lost.bytes, lost.total);
    const figures = [number(lost.paragraphs), size(lost.bytes), share].map((cell) => make("td", {}, cell));
    const name = make("div", { class: "place" }, make("b", {}, nameOf(lost)), lost.id === undefined ? null : ` id ${lost.id}`);
    return make("tr", {}, make("td", { class: "text" }, name, whatIsLeft(lost), commandLine(explainCommand(lost))), ...figures);
  });
  const table = (some) => list("lost", ["document, and what is left of it", "removed", "text", "share"], some);
  if (rows.length > 0) revealFew("lost", rows, table);
}

function whatIsLeft(lost) {
  if (lost.missing !== undefined) return make("div", { class: "note" }, missingText(lost));
  if (lost.left === "" || lost.left === undefined) return make("div", { class: "note" }, lost.cut ? "What is left begins further down." : "Nothing is left.");
  return prose("div", "clamp", lost.left);
}

// ---- Differences -----------------------------------------------------------------------------------------------

/** Shows a text; of its runs every second one is marked, beginning with one that is not. */
function marked(side, text, runs = [text.length]) {
  const element = make("div", { class: "prose", lang: language(text), dir: "auto", tabindex: "0" });
  let at = 0;
  runs.forEach((length, number) => {
    const run = text.slice(at, at + length);
    if (run !== "" && number % 2 === 1) element.append(appendText(make("mark", { class: side }), run));
    else appendText(element, run);
    at += length;
  });
  return element;
}

