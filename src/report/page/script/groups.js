// The table of groups, and a group that is opened.

// ---- Groups ----------------------------------------------------------------------------------------------------

const groups = data.groups.map((group, at) => ({ ...group, number: at + 1, path: nameOf(group.survivor) }));
const view = { key: "bytes", isDown: true, words: [], rule: "", page: 0, shown: groups, open: 0, copy: 0 };

const COLUMNS = [
  { key: "number", name: "#", isDown: false, cell: (group) => number(group.number) },
  { key: "path", name: "is kept in", isDown: false, cell: null },
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

const staysOf = (place) => (place.run === undefined ? "is kept" : "is in an earlier run");

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
    const command = commandLine(explainCommand(went, group.whole ? undefined : went.first));
    cell.append(make("div", { class: "pair-tools" }, command, ticks(group, went)));
  }
  const row = make("tr", { role: "row", class: "detail" }, cell);
  return row;
}

/** What is to be said of the pair. */
function noteOf(group, stays, went) {
  const parts = [`g${group.number}`, `${group.rule}: ${RULES[group.rule] || ""}`];
  if (went.similarity !== undefined) parts.push(`similarity ${went.similarity}`);
  if (went.containment !== undefined) parts.push(`${went.containment} of it is in what is kept`);
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

// ---- The list as a file ----------------------------------------------------------------------------------------

// What is shown as the path where nothing is kept.
const NOWHERE = "(nothing is kept)";

/** The groups that fit the filter, in the order in which they are sorted. */
function exportGroups() {
  const names = ["group", "rule", "similarity", "copies", "paragraphs", "bytes", "is kept in", "first copy", "text"];
  const place = (of) => (of ? `${of.run !== undefined ? `${of.run}/` : ""}${spelledDocument(of)}:${of.first}` : "");
  const rows = view.shown.map((group) => {
    const [first] = group.places;
    const text = (group.survivor && group.survivor.text) || (first && first.text) || "";
    const kept = group.path === NOWHERE ? "" : place(group.survivor);
    return [group.number, group.rule, group.similarity, group.copies, group.paragraphs, group.bytes, kept, place(first), text];
  });
  download("groups.csv", "text/csv;charset=utf-8", csv([names, ...rows]));
}

