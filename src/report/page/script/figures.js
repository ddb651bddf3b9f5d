// Totals and tables of figures.

// ---- Figures ---------------------------------------------------------------------------------------------------

/** A bar of parts, each with its share of the whole. */
function bar(parts, whole) {
  const track = make("div", { class: "track", "aria-hidden": "true" });
  for (const [kind, value] of parts) {
    if (value === 0) continue;
    const part = make("i", { class: `${kind} some` });
    part.style.setProperty("--share", `${(100 * value) / Math.max(whole, 1)}%`);
    track.append(part);
  }
  return track;
}

/**
 * A table of figures: columns are { name, wide } and rows { name, title, bar, cells }. The bar is its second column.
 */
function figures(columns, rows) {
  const head = columns.map(({ name, wide }, at) => {
    return make("th", { scope: "col", class: [wide && "wide", at === 1 && "bar"].filter(Boolean).join(" ") }, name);
  });
  const body = rows.map((row) => {
    const cells = row.cells.map((cell, at) => {
      const kinds = [columns[at + 2].wide && "wide", cell.startsWith("0") && cell.length < 4 && "zero"];
      return make("td", { class: kinds.filter(Boolean).join(" ") }, cell);
    });
    const name = make("th", { scope: "row", class: "name", title: row.title || row.name }, row.name);
    return make("tr", {}, name, make("td", { class: "bar" }, row.bar), ...cells);
  });
  return make("table", { class: "figures" }, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...body));
}

function reveal(id, ...children) {
  const section = byId(id);
  section.append(...children.filter(Boolean));
  section.hidden = false;
}

function legend() {
  return make("p", { class: "legend" }, make("span", { class: "kept" }, "kept"), make("span", { class: "gone" }, "removed"));
}

/** The title: the corpus, when and how the run was made. */
function drawTitle() {
  if (!run) return;
  const corpus = run.inputs.length > 3 ? `${run.inputs.slice(0, 3).join(", ")} and ${number(run.inputs.length - 3)} more` : run.inputs.join(", ");
  if (corpus) {
    document.title = `${corpus} – tamis report`;
    byId("corpus").textContent = ` · ${corpus}`;
  }
  const date = new Date(run.started * 1000);
  const made = Number.isNaN(date.getTime()) ? "" : `${date.toISOString().slice(0, 16).replace("T", " ")} UTC · `;
  byId("made").textContent = `${made}tamis ${run.version}`;
  if (run.command.length === 0) return;
  const [program, ...words] = run.command;
  const command = [program.slice(program.lastIndexOf("/") + 1), ...words].map(quoted).join(" ");
  byId("command").replaceWith(commandLine(command));
}

function drawSettings() {
  const { config } = data.summary;
  const parts = [`split ${config.split}`, `match ${config.match}`, `scope ${config.scope}`];
  if (config.exact) parts.push(`exact ${config.exact}`);
  if (config.min_chars > 1) parts.push(`at least ${number(config.min_chars)} characters`);
  if (config.near) {
    const { units, threshold, shingle } = config.near;
    parts.push(`near ${units}, threshold ${threshold}, ${shingle}`);
  }
  byId("settings").textContent = parts.join(" · ");
}

function drawTotals() {
  const { documents, paragraphs, bytes } = data.summary;
  const row = (name, kept, gone, show) => ({
    name,
    bar: bar([["kept", kept], ["gone", gone]], kept + gone),
    cells: [show(kept + gone), show(kept), show(gone), percent(gone, kept + gone)],
  });
  const rows = [
    row("Documents", documents.kept, documents.emptied, number),
    row("Paragraphs", paragraphs.kept, sum(paragraphs.removed), number),
    row("Text", bytes.kept, sum(bytes.removed), size),
  ];
  const byHand = paragraphs.kept_by_hand || 0;
  const columns = ["", "", "read", "kept", "removed", "share"].map((name) => ({ name }));
  const table = figures(columns, rows);
  for (const line of table.tBodies[0].rows) line.lastChild.classList.add("big");
  reveal("totals", table, legend(), byHandNote(byHand), stubs(documents.stubs || 0), make("p", { class: "note" }, inputs()));
}

/** How many paragraphs are kept though rules would remove them. */
function byHandNote(count) {
  const told = plural(count, "paragraph is kept by hand", "paragraphs are kept by hand");
  return count > 0 ? make("p", { class: "note" }, told) : null;
}

/** How many documents are hardly there any more. */
function stubs(count) {
  const told = plural(count, "kept document keeps less than a fifth of its text", "kept documents keep less than a fifth of their text");
  return count > 0 ? make("p", { class: "note" }, told) : null;
}

/** What became of files, members and records. */
function inputs() {
  const { files, members, records } = data.summary;
  const reasons = (counts) => {
    const told = Object.entries(counts).map(([reason, count]) => `${reason.replaceAll("_", " ")} ${number(count)}`);
    return told.length > 0 ? ` (${told.join(", ")})` : "";
  };
  const parts = [`${number(files.read)} of ${plural(files.found, "file", "files")} read`];
  if (members.found > 0) parts.push(`${number(members.read)} of ${plural(members.found, "member", "members")} of archives`);
  if (records.read > 0) parts.push(plural(records.read, "record", "records"));
  const all = (what) => [files, members, records].reduce((merged, unit) => {
    for (const [reason, count] of Object.entries(unit[what])) merged[reason] = (merged[reason] || 0) + count;
    return merged;
  }, {});
  if (data.num_skipped > 0) parts.push(`${number(data.num_skipped)} skipped${reasons(all("skipped"))}`);
  if (data.num_rejected > 0) parts.push(`${number(data.num_rejected)} rejected${reasons(all("rejected"))}`);
  return parts.join(" · ");
}

const RULES = {
  // rules
};

function drawRules() {
  const { paragraphs, bytes } = data.summary;
  const most = Math.max(...Object.values(bytes.removed), 1);
  const rows = Object.entries(paragraphs.removed).map(([rule, count]) => ({
    name: rule,
    title: RULES[rule] || rule,
    bar: bar([["gone", bytes.removed[rule] || 0]], most),
    cells: [number(count), size(bytes.removed[rule] || 0), percent(bytes.removed[rule] || 0, bytes.paragraphs)],
  }));
  const columns = [{ name: "rule" }, { name: "" }, { name: "paragraphs" }, { name: "text", wide: true }, { name: "of all text" }];
  if (rows.length > 0) reveal("rules", figures(columns, rows));
}

/** Rows of parts of the corpus, those that lost the most first. */
function partRows(parts) {
  const entries = Object.entries(parts);
  entries.sort(([a, x], [b, y]) => y.bytes_removed - x.bytes_removed || y.bytes_kept - x.bytes_kept || (a < b ? -1 : 1));
  const whole = (part) => part.bytes_kept + part.bytes_removed;
  const most = Math.max(...entries.map(([, part]) => whole(part)), 1);
  return entries.map(([name, part]) => ({
    name,
    bar: bar([["kept", part.bytes_kept], ["gone", part.bytes_removed]], most),
    cells: [number(part.documents), number(part.removed), size(part.bytes_removed), percent(part.bytes_removed, whole(part))],
  }));
}

function partColumns(name) {
  return [{ name }, { name: "" }, { name: "documents", wide: true }, { name: "removed" }, { name: "text", wide: true }, { name: "share" }];
}

function drawParts(id, name, parts) {
  const rows = partRows(parts || {});
  if (rows.length === 0) return;
  revealFew(id, rows, (some) => figures(partColumns(name), some));
}

/** Shows the first rows of a table, and the others when they are asked for. */
function revealFew(id, rows, table) {
  fewOf(byId(id), rows, table);
  reveal(id);
}

/** Appends the first rows of a table, and a button for the others. */
function fewOf(block, rows, table) {
  const few = table(rows.slice(0, FEW));
  block.append(few);
  if (rows.length <= FEW) return;
  const more = make("button", { type: "button", class: "more" }, `Show all ${number(rows.length)}`);
  more.addEventListener("click", () => {
    few.replaceWith(table(rows));
    more.remove();
  });
  block.append(more);
}

function drawLengths() {
  const classes = Object.entries(data.summary.lengths || {}).map(([from, counts]) => [Number(from), counts]);
  classes.sort(([a], [b]) => a - b);
  if (classes.length === 0) return;
  const most = Math.max(...classes.map(([, { kept, removed }]) => kept + removed), 1);
  const label = (from) => (from >= 32768 ? `${number(from)} and more` : range(from, 2 * from - 1));
  const rows = classes.map(([from, { kept, removed }]) => ({
    name: label(from),
    bar: bar([["kept", kept], ["gone", removed]], most),
    cells: [number(kept), number(removed)],
  }));
  reveal("lengths", figures([{ name: "bytes" }, { name: "" }, { name: "kept" }, { name: "removed" }], rows), legend());
}

function drawCopies() {
  if (data.copies.length === 0) return;
  const most = Math.max(...data.copies.map(([, count]) => count), 1);
  const label = (from, next) => (next ? range(from, next - 1) : `${number(from)} and more`);
  const starts = [2, 3, 4, 5, 10, 100, 1000, 10000];
  const rows = data.copies.map(([from, count], at) => ({
    name: label(from, starts[at + 1]),
    bar: bar([["gone", count]], most),
    cells: [number(count)],
  }));
  const note = make("p", { class: "note" }, "Each distinct paragraph counts once. Near-duplicates are not counted as copies.");
  reveal("copies", figures([{ name: "times" }, { name: "" }, { name: "paragraphs" }], rows), note);
}

