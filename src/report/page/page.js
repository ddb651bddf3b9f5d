// Draws the page from its data. Everything from an input becomes a text node, never markup.
(() => {
  "use strict";

  const PAGE_SIZE = 50;
  // Rows of a table that are shown before all are asked for.
  const FEW = 12;

  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);

  // ---- Building blocks -------------------------------------------------------------------------------------------

  /** An element with properties and children; a child that is no node becomes text. */
  function make(tag, properties, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(properties || {})) {
      if (value === undefined || value === false) continue;
      if (name === "class") element.className = value;
      else element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  }

  const grouping = new Intl.NumberFormat("en-US");
  const number = (value) => grouping.format(value);

  /** Bytes in decimal units, cut to one decimal as the command prints them. */
  function size(bytes) {
    const unit = [["GB", 1e9], ["MB", 1e6], ["kB", 1e3]].find(([, divisor]) => bytes >= divisor);
    if (!unit) return `${bytes} B`;
    const tenths = Math.floor((bytes * 10) / unit[1]);
    return `${number(Math.floor(tenths / 10))}.${tenths % 10} ${unit[0]}`;
  }

  function percent(part, whole) {
    if (whole === 0 || part === 0) return "0 %";
    const share = (100 * part) / whole;
    return share < 0.1 ? "< 0.1 %" : `${share.toFixed(1)} %`;
  }

  const plural = (count, one, more) => `${number(count)} ${count === 1 ? one : more}`;
  const sum = (counts) => Object.values(counts).reduce((total, count) => total + count, 0);

  // ---- Text of inputs --------------------------------------------------------------------------------------------

  // What has no width or reorders a line is spelled out, so that it can be seen and does nothing.
  const HIDDEN = /([\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff])/;

  /** Appends text, with what is hidden in it spelled out. */
  function appendText(element, text) {
    text.split(HIDDEN).forEach((part, at) => {
      if (at % 2 === 1) {
        const code = part.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
        element.append(make("span", { class: "ctl" }, `U+${code}`));
      } else if (part) {
        element.append(part);
      }
    });
    return element;
  }

  const SIMPLIFIED = /[国学会这个们来时为对说还过发经产业务员问题间东车马门长书电话点将现实开关与从众应进样种无当动机没爱让认识]/g;
  const TRADITIONAL = /[國學會這個們來時為對說還過發經產業務員問題間東車馬門長書電話點將現實開關與從眾應進樣種無當動機沒愛讓認識]/g;
  const matches = (text, pattern) => (text.match(pattern) || []).length;

  /** The language, as far as the script tells: for fonts and line breaks. */
  function language(text) {
    const start = text.slice(0, 2000);
    if (/[\u3040-\u30ff]/.test(start)) return "ja";
    if (/\p{Script=Hangul}/u.test(start)) return "ko";
    if (/\p{Script=Han}/u.test(start)) {
      return matches(start, TRADITIONAL) > matches(start, SIMPLIFIED) ? "zh-Hant" : "zh-Hans";
    }
    return /[A-Za-z]/.test(start) && !/[^\u0000-\u024f\u2000-\u22ff]/.test(start) ? "en" : "";
  }

  /** An element that shows a text of an input. */
  function prose(tag, className, text) {
    return appendText(make(tag, { class: className, lang: language(text), dir: "auto" }), text);
  }

  const range = (first, last) => (first === last ? number(first) : `${number(first)}–${number(last)}`);
  const pathOf = (place) => (place ? data.paths[place.path] : "");

  /** Path, and behind it the record. */
  function nameOf(place) {
    const run = place && place.run !== undefined ? `${place.run}/` : "";
    return run + pathOf(place) + (place && place.record !== undefined ? `#${place.record}` : "");
  }

  /** Where in the document: lines count from 1, paragraphs from 0 as in the ledger. */
  function whereOf(place) {
    const parts = [];
    if (place.id !== undefined) parts.push(`id ${place.id}`);
    if (place.line !== undefined) parts.push(`line ${number(place.line)}`);
    parts.push(`${place.first === place.last ? "paragraph" : "paragraphs"} ${range(place.first, place.last)}`);
    return parts.join(" · ");
  }

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

  function drawSettings() {
    const { config } = data.summary;
    const parts = [`split ${config.split}`, `match ${config.match}`, `scope ${config.scope}`];
    if (config.exact) parts.push(`exact ${config.exact}`);
    if (config.min_chars > 0) parts.push(`at least ${number(config.min_chars)} characters`);
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
    const columns = ["", "", "read", "kept", "removed", "share"].map((name) => ({ name }));
    const table = figures(columns, rows);
    for (const line of table.tBodies[0].rows) line.lastChild.classList.add("big");
    reveal("totals", table, legend(), stubs(documents.stubs || 0), make("p", { class: "note" }, inputs()));
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
    const few = table(rows.slice(0, FEW));
    reveal(id, few);
    if (rows.length <= FEW) return;
    const more = make("button", { type: "button", class: "more" }, `all ${number(rows.length)}`);
    more.addEventListener("click", () => {
      few.replaceWith(table(rows));
      more.remove();
    });
    byId(id).append(more);
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
    const note = make("p", { class: "note" }, "Distinct paragraphs, copies told by the exact rules.");
    reveal("copies", figures([{ name: "times" }, { name: "" }, { name: "paragraphs" }], rows), note);
  }

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
    if (rows.length > 0) revealFew("repeated", rows, (some) => list("repeated", ["times", "paragraph", "stays in"], some));
  }

  function drawRejected() {
    const rows = data.rejected.map((rejected) => {
      const inner = [];
      if (rejected.record !== undefined) inner.push(`record ${number(rejected.record)}`);
      if (rejected.line !== undefined) inner.push(`line ${number(rejected.line)}`);
      if (rejected.byte !== undefined) inner.push(`byte ${number(rejected.byte)}`);
      const where = make("td", { class: "text" }, rejected.path, inner.length > 0 ? make("span", { class: "note" }, ` ${inner.join(" · ")}`) : null);
      const why = make("td", { class: "where" }, `${rejected.reason.replaceAll("_", " ")}: ${rejected.detail}; ${rejected.remedy}`);
      return make("tr", {}, where, why);
    });
    if (rows.length === 0) return;
    const more = data.num_rejected - rows.length;
    const note = more > 0 ? make("p", { class: "note" }, `and ${number(more)} more, in rejected.jsonl`) : null;
    reveal("rejected", list("plain", ["input", "why"], rows), note);
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

  // ---- Groups ----------------------------------------------------------------------------------------------------

  const groups = data.groups.map((group, at) => ({ ...group, number: at + 1, path: nameOf(group.survivor) }));
  const view = { key: "bytes", isDown: true, words: [], rule: "", page: 0, shown: groups, open: 0, copy: 0 };

  const COLUMNS = [
    { key: "number", name: "#", isDown: false, cell: (group) => number(group.number) },
    { key: "path", name: "stays in", isDown: false, cell: null },
    { key: "rule", name: "rule", isDown: false, cell: (group) => group.rule },
    { key: "similarity", name: "similarity", isDown: false, cell: (group) => similarity(group.similarity) },
    { key: "copies", name: "copies", isDown: true, cell: (group) => number(group.copies) },
    { key: "paragraphs", name: "paragraphs", isDown: true, cell: (group) => number(group.paragraphs) },
    { key: "bytes", name: "text", isDown: true, cell: (group) => size(group.bytes) },
  ];

  const similarity = (value) => (value === 1 ? "1" : value.toFixed(4));

  /** What the filter looks through, made when it is first needed. */
  function haystack(group) {
    if (group.haystack === undefined) {
      const places = [group.survivor, ...group.places].filter(Boolean);
      const parts = places.flatMap((place) => [nameOf(place), place.id || "", place.text || ""]);
      group.haystack = parts.join("\n").toLowerCase();
    }
    return group.haystack;
  }

  /** Filters and sorts; equals stay in the order of their numbers. */
  function refresh() {
    const { key, isDown, words, rule } = view;
    const isShown = (group) => (!rule || group.rule === rule) && words.every((word) => haystack(group).includes(word));
    const sign = isDown ? -1 : 1;
    const order = (a, b) => (a[key] < b[key] ? -sign : a[key] > b[key] ? sign : a.number - b.number);
    view.shown = groups.filter(isShown).sort(order);
    view.page = 0;
    view.open = 0;
    draw();
  }

  const numPages = () => Math.max(1, Math.ceil(view.shown.length / PAGE_SIZE));

  function draw() {
    view.page = Math.min(Math.max(view.page, 0), numPages() - 1);
    drawHead();
    drawRows();
    drawPager();
  }

  function drawHead() {
    const row = byId("group-table").tHead.rows[0];
    for (const cell of row.cells) {
      const isSorted = cell.dataset.key === view.key;
      if (isSorted) cell.setAttribute("aria-sort", view.isDown ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    }
    byId("sort").value = `${view.key} ${view.isDown ? "down" : "up"}`;
  }

  function drawRows() {
    const body = byId("group-table").tBodies[0];
    const start = view.page * PAGE_SIZE;
    const rows = view.shown.slice(start, start + PAGE_SIZE).flatMap((group) => {
      const row = groupRow(group);
      return group.number === view.open ? [row, detailRow(group)] : [row];
    });
    if (rows.length === 0) {
      rows.push(make("tr", { role: "row" }, make("td", { role: "cell", class: "none", colspan: COLUMNS.length }, "No group fits this filter.")));
    }
    body.replaceChildren(...rows);
    const openers = body.querySelectorAll(".opener");
    const current = body.querySelector(".open .opener") || openers[0];
    if (current) current.tabIndex = 0;
  }

  function groupRow(group) {
    const isOpen = group.number === view.open;
    const cells = COLUMNS.map(({ key, name, cell }) => {
      const properties = { role: "cell", class: `c-${key}`, "data-name": key === "number" || key === "path" ? undefined : name };
      return make("td", properties, cell ? cell(group) : pathCell(group, isOpen));
    });
    const row = make("tr", { role: "row", class: isOpen ? "row open" : "row" }, ...cells);
    row.dataset.number = group.number;
    return row;
  }

  function pathCell(group, isOpen) {
    const cell = document.createDocumentFragment();
    const properties = { type: "button", class: "opener", tabindex: "-1", title: group.path, "aria-expanded": String(isOpen) };
    cell.append(make("button", properties, group.path));
    // Of what stands in an earlier run only copies can be shown.
    const first = group.survivor && group.survivor.run !== undefined ? group.places[0] : group.survivor;
    const text = first && first.text;
    if (text) cell.append(prose("div", "preview", text.slice(0, 160).replaceAll("\n", " ")));
    return cell;
  }

  function drawPager() {
    const { shown, page } = view;
    const start = page * PAGE_SIZE;
    const part = shown.length === 0 ? "0" : range(start + 1, Math.min(start + PAGE_SIZE, shown.length));
    byId("count").textContent = `${part} of ${plural(shown.length, "group", "groups")}`;
    const pager = byId("pager");
    pager.hidden = numPages() === 1;
    pager.querySelector("input").value = page + 1;
    pager.querySelector("input").max = numPages();
    pager.querySelector(".pages").textContent = `of ${number(numPages())}`;
    for (const button of pager.querySelectorAll("button")) {
      const isBack = ["first", "previous"].includes(button.dataset.to);
      button.disabled = isBack ? page === 0 : page === numPages() - 1;
    }
  }

  // ---- A group, opened -------------------------------------------------------------------------------------------

  function placeLine(place) {
    return make("div", { class: "place" }, make("b", {}, nameOf(place)), ` ${whereOf(place)}`);
  }

  function side(kind, title, where, text) {
    return make("div", { class: "side" }, make("h3", { class: kind }, title), where, text);
  }

  const staysOf = (place) => (place.run === undefined ? "stays" : "stands in an earlier run");

  const nothing = (place) => make("div", { class: "prose empty" }, missingText(place));

  /** The two texts, each with what the other has not marked; a copy's may be the same as what stays. */
  function textsOf(stays, went) {
    const right = went.same ? stays.text : went.text;
    const [ofRight, ofLeft] = (stays.text !== undefined && went.runs) || [];
    const shown = (place, text, kind, runs) => (text === undefined ? nothing(place) : marked(kind, text, runs));
    return [shown(stays, stays.text, "left", ofLeft), shown(went, right, "right", ofRight)];
  }

  function detailRow(group) {
    const stays = group.survivor;
    const went = group.places[view.copy] || group.places[0];
    const cell = make("td", { role: "cell", colspan: COLUMNS.length });
    if (stays && went) {
      const [left, right] = textsOf(stays, went);
      const where = group.places.length > 1 ? copyPicker(group) : placeLine(went);
      const title = group.copies > 1 ? `removed: copy ${number(view.copy + 1)} of ${number(group.copies)}` : "removed";
      cell.append(make("div", { class: "pair" }, side("left", staysOf(stays), placeLine(stays), left), side("right", title, where, right)));
      cell.append(make("p", { class: "pair-note" }, noteOf(group, stays, went)));
    }
    const row = make("tr", { role: "row", class: "detail" }, cell);
    return row;
  }

  /** What is to be said of the pair. */
  function noteOf(group, stays, went) {
    const parts = [`g${group.number}`, `${group.rule}: ${RULES[group.rule] || ""}`];
    if (went.similarity !== undefined) parts.push(`similarity ${went.similarity}`);
    if (went.containment !== undefined) parts.push(`${went.containment} of it stands in what stays`);
    if (went.same) parts.push("the same text");
    if (stays.cut || went.cut) parts.push(`texts are cut at ${size(data.max_text)}`);
    const more = group.copies - group.places.length;
    if (more > 0) parts.push(`${plural(more, "more copy is", "more copies are")} in the ledger`);
    return parts.join(" · ");
  }

  function copyPicker(group) {
    const select = make("select", { "aria-label": "Copy" });
    group.places.forEach((place, at) => {
      select.append(make("option", { value: at }, `${at + 1}  ${nameOf(place)} · ${whereOf(place)}`));
    });
    select.value = String(view.copy);
    select.addEventListener("change", () => {
      view.copy = Number(select.value);
      drawRows();
      byId("group-table").querySelector(".pick select").focus();
    });
    return make("div", { class: "pick place" }, select);
  }

  const openerOf = (groupNumber) => byId("group-table").querySelector(`tr[data-number="${groupNumber}"] .opener`);

  /** Opens a group, or closes it if it is open. */
  function toggle(groupNumber) {
    const isOpen = view.open === groupNumber;
    view.open = isOpen ? 0 : groupNumber;
    view.copy = 0;
    drawRows();
    history.replaceState(null, "", isOpen ? location.pathname + location.search : `#g${groupNumber}`);
    const opener = openerOf(groupNumber);
    if (opener) opener.focus();
  }

  /** Opens the group that the address names. */
  function follow() {
    const groupNumber = Number((/^#g(\d+)$/.exec(location.hash) || [])[1] || 0);
    const at = view.shown.findIndex((group) => group.number === groupNumber);
    if (at < 0) return;
    view.page = Math.floor(at / PAGE_SIZE);
    view.open = groupNumber;
    view.copy = 0;
    draw();
    const opener = openerOf(groupNumber);
    opener.focus();
    opener.scrollIntoView({ block: "center" });
  }

  // ---- Controls --------------------------------------------------------------------------------------------------

  function sortBy(key, isDown) {
    view.key = key;
    view.isDown = isDown;
    refresh();
  }

  function makeHead() {
    const row = byId("group-table").tHead.rows[0];
    for (const { key, name, isDown } of COLUMNS) {
      const title = { similarity: "the lowest of its copies", bytes: "bytes removed", paragraphs: "paragraphs removed" }[key];
      const button = make("button", { type: "button", title }, name);
      button.addEventListener("click", () => sortBy(key, view.key === key ? !view.isDown : isDown));
      const cell = make("th", { scope: "col", role: "columnheader", class: `c-${key}` }, button);
      cell.dataset.key = key;
      row.append(cell);
      for (const down of [isDown, !isDown]) {
        byId("sort").append(make("option", { value: `${key} ${down ? "down" : "up"}` }, `${name} ${down ? "↓" : "↑"}`));
      }
    }
    byId("sort").addEventListener("change", (event) => {
      const [key, direction] = event.target.value.split(" ");
      sortBy(key, direction === "down");
    });
  }

  function makePager() {
    const moves = {
      first: ["«", "First page", () => 0],
      previous: ["‹", "Previous page", () => view.page - 1],
      next: ["›", "Next page", () => view.page + 1],
      last: ["»", "Last page", () => numPages() - 1],
    };
    const go = (page) => {
      view.page = page;
      view.open = 0;
      draw();
    };
    const buttons = Object.entries(moves).map(([to, [sign, label, page]]) => {
      const button = make("button", { type: "button", "aria-label": label }, sign);
      button.dataset.to = to;
      button.addEventListener("click", () => go(page()));
      return button;
    });
    const input = make("input", { type: "number", min: "1", "aria-label": "Page" });
    input.addEventListener("change", () => go((Number(input.value) || 1) - 1));
    byId("pager").append(buttons[0], buttons[1], input, make("span", { class: "pages note" }), buttons[2], buttons[3]);
  }

  function makeFilters() {
    let timer = 0;
    const filter = byId("filter");
    const take = () => {
      view.words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
      refresh();
    };
    filter.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(take, 120);
    });
    byId("controls").addEventListener("submit", (event) => {
      event.preventDefault();
      clearTimeout(timer);
      take();
    });
    const rule = byId("rule");
    for (const name of new Set(groups.map((group) => group.rule))) rule.append(make("option", { value: name }, name));
    rule.addEventListener("change", () => {
      view.rule = rule.value;
      refresh();
    });
  }

  /** Moves the focus by so many rows. */
  function moveFocus(from, step) {
    const openers = [...byId("group-table").querySelectorAll(".opener")];
    const at = from === null ? 0 : openers.indexOf(from) + step;
    const next = openers[Math.min(Math.max(at, 0), openers.length - 1)];
    if (!next) return;
    openers.forEach((opener) => { opener.tabIndex = opener === next ? 0 : -1; });
    next.focus();
  }

  function onTableKey(event) {
    const opener = event.target.closest(".opener");
    const steps = { ArrowDown: 1, ArrowUp: -1, Home: -PAGE_SIZE, End: PAGE_SIZE };
    if (opener && event.key in steps) {
      event.preventDefault();
      moveFocus(opener, steps[event.key]);
    } else if (event.key === "Escape" && view.open > 0) {
      event.preventDefault();
      toggle(view.open);
    }
  }

  function onPageKey(event) {
    const filter = byId("filter");
    const isTyping = event.target.closest("input, select, textarea");
    if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      filter.focus();
      filter.select();
    } else if (event.target === filter && event.key === "ArrowDown") {
      event.preventDefault();
      moveFocus(null, 0);
    }
  }

  function onTableClick(event) {
    const row = event.target.closest("tr.row");
    if (row && String(getSelection()) === "") toggle(Number(row.dataset.number));
  }

  function drawGroups() {
    if (groups.length === 0) return;
    const of = data.num_groups > groups.length ? `The ${number(groups.length)} that removed the most text, of ${number(data.num_groups)}.` : "";
    byId("groups-note").textContent = `${of} A group is what one rule removed as copies of the same paragraphs or document.`.trim();
    makeHead();
    makePager();
    makeFilters();
    reveal("groups");
    const table = byId("group-table");
    table.tBodies[0].addEventListener("click", onTableClick);
    table.addEventListener("keydown", onTableKey);
    document.addEventListener("keydown", onPageKey);
    addEventListener("hashchange", follow);
    draw();
    follow();
  }

  drawSettings();
  drawTotals();
  drawRules();
  drawParts("encodings", "encoding", data.summary.encodings);
  drawParts("directories", "directory", data.summary.directories);
  drawLengths();
  drawCopies();
  drawGroups();
  drawRepeated();
  drawRejected();
})();
