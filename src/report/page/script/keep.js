// Places that the reader ticks, to be kept by `tamis clean --keep-places`.

const ticked = new Set();

/** A removed copy as `--keep-places` takes it: all of its document if that went as a whole. */
function spelledPlace(group, place) {
  const document = spelledDocument(place);
  const paragraphs = place.first === place.last ? `${place.first}` : `${place.first}-${place.last}`;
  const spelled = group.whole ? document : `${document}:${paragraphs}`;
  // A place is a line: a path with a line break is a JSON string.
  return /[\n\r]|^"/.test(spelled) ? JSON.stringify(spelled) : spelled;
}

const placesOf = (group) => group.places.map((place) => spelledPlace(group, place));

/** A box to tick, for some places. */
function tick(label, places) {
  const box = make("input", { type: "checkbox" });
  const numTicked = places.filter((place) => ticked.has(place)).length;
  box.checked = numTicked === places.length;
  box.indeterminate = numTicked > 0 && numTicked < places.length;
  box.addEventListener("change", () => {
    for (const place of places) {
      if (box.checked) ticked.add(place);
      else ticked.delete(place);
    }
    drawKeep();
    drawRows();
  });
  return make("label", { class: "tick" }, box, label);
}

/** The boxes of an opened group: one for the copy that is shown, and one for all. */
function ticks(group, place) {
  const places = placesOf(group);
  const what = group.whole ? "document" : "copy";
  const one = tick(`Keep this ${what}`, [spelledPlace(group, place)]);
  if (group.copies === 1) return make("div", { class: "ticks" }, one);
  const all = group.copies > places.length ? `Keep the ${number(places.length)} copies listed here` : `Keep all ${number(places.length)} copies`;
  return make("div", { class: "ticks" }, one, tick(all, places));
}

/** The list of places, as a file to download. */
function drawKeep() {
  const section = byId("keep");
  const text = [...ticked].map((place) => `${place}\n`).join("");
  section.hidden = ticked.size === 0;
  section.replaceChildren(make("h2", {}, `Places to keep: ${number(ticked.size)}`));
  const note = "Download this list and clean again with --keep-places keep.txt: the text at these places is kept, whatever the rules say.";
  const area = make("textarea", { readonly: true, rows: Math.min(ticked.size, 8) + 1, "aria-label": "Places to keep", spellcheck: "false" });
  area.value = text;
  const button = (label, onClick) => {
    const made = make("button", { type: "button", class: "action" }, label);
    made.addEventListener("click", () => onClick(made));
    return made;
  };
  const buttons = make(
    "div",
    { class: "actions" },
    button("Download keep.txt", () => download("keep.txt", "text/plain;charset=utf-8", text)),
    button("Copy", (made) => copyText(text, made)),
    button("Clear", () => {
      ticked.clear();
      drawKeep();
      drawRows();
    }),
  );
  section.append(make("p", { class: "note" }, note), area, buttons);
}

