// What all parts of the script use: building blocks, numbers, texts of inputs, places.

const PAGE_SIZE = 50;
// Rows of a table that are shown before all are asked for.
const FEW = 12;

const data = JSON.parse(document.getElementById("data").textContent);
// What varies from run to run; null where the page is of no run.
const run = JSON.parse(document.getElementById("run").textContent);
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

// ---- Commands and files ----------------------------------------------------------------------------------------

/** The path as the ledger spells it. */
const spelledPath = (place) => data.spelled[place.path] ?? data.paths[place.path];

/** A document as `tamis explain` and `--keep-places` take it. */
const spelledDocument = (place) => spelledPath(place) + (place.record !== undefined ? `#${place.record}` : "");

/** A word for a POSIX shell. */
const quoted = (word) => (/^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

/** The command that explains a place; none for what is in an earlier run, or where the page does not know OUT. */
function explainCommand(place, paragraph) {
  if (!run || place.run !== undefined) return null;
  const words = [run.out, spelledDocument(place) + (paragraph === undefined ? "" : `:${paragraph}`)];
  const options = words.some((word) => word.startsWith("-")) ? ["--"] : [];
  return ["tamis", "explain", ...options, ...words].map(quoted).join(" ");
}

/** Puts a text on the clipboard, and says so on the button. */
async function copyText(text, button) {
  let isCopied = true;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = make("textarea", { class: "offscreen", readonly: true });
    area.value = text;
    document.body.append(area);
    area.select();
    isCopied = document.execCommand("copy");
    area.remove();
  }
  const label = button.textContent;
  button.textContent = isCopied ? "Copied" : "Select the text to copy it";
  button.disabled = true;
  setTimeout(() => {
    button.textContent = label;
    button.disabled = false;
  }, 1200);
}

/** A command that can be copied. What is hidden in it is spelled out where it is shown, and copied as it is. */
function commandLine(command) {
  if (!command) return null;
  const button = make("button", { type: "button", class: "action copy", "aria-label": "Copy the command" }, "Copy");
  button.addEventListener("click", () => copyText(command, button));
  return make("div", { class: "command" }, appendText(make("code", {}), command), button);
}

/** Gives the reader a file. */
function download(name, type, text) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = make("a", { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}

/** A field of CSV (RFC 4180). A spreadsheet takes no field for a formula. */
function csvField(value) {
  const text = String(value);
  const safe = typeof value === "string" && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const csv = (rows) => `\ufeff${rows.map((row) => `${row.map(csvField).join(",")}\r\n`).join("")}`;

