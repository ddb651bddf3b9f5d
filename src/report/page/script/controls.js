// Sorting, filtering, paging and keys; and the beginning, which draws everything.

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
  byId("export").addEventListener("click", exportGroups);
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

drawTitle();
drawSettings();
drawTotals();
drawRules();
drawParts("encodings", "encoding", data.summary.encodings);
drawParts("directories", "directory", data.summary.directories);
drawLengths();
drawCopies();
drawLost();
drawGroups();
drawRepeated();
drawRejected();

