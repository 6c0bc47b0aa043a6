"use strict";
(() => {
  // Saved pages are made from the page as it was before anything was shown in it.
  const pristine = document.documentElement.cloneNode(true);
  const record = JSON.parse(document.getElementById("review").textContent);
  const storageKey = "tarjama-review:" + document.documentElement.dataset.review;
  const element = (id) => document.getElementById(id);
  const CODE = /<(?:([gx])\s+id\s*=\s*["'](\d{1,9})["']\s*(\/?)|\/([gx])\s*)>/g;
  const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": "\"", "&apos;": "'" };
  const DOUBTFUL = new Set(["degenerate", "low_confidence", "check_numbers", "check_verbatim", "glossary_missed", "tag_moved"]);
  const FLAG_NAMES = {
    passed_through: "nothing to translate", split: "long sentence, cut", repaired: "repaired",
    degenerate: "broken output", low_confidence: "low confidence", check_numbers: "check numbers",
    check_verbatim: "check names and codes", unknown_carried_over: "characters carried over",
    glossary_missed: "glossary term missed", tag_moved: "mark moved to the edge",
    placed_by_proportion: "marks placed by proportion", lines_joined: "lines joined",
  };
  const ORIGIN_NAMES = { memory: "from the memory", file: "was in the file", person: "reviewed", machine: "" };

  const unescaped = (text) => text.replace(/&(?:amp|lt|gt|quot|apos);/g, (entity) => ENTITIES[entity]);
  const escaped = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");

  /** Shows tagged text: its codes as marks that are taken or left whole. */
  function show(parent, tagged) {
    parent.replaceChildren();
    const open = [];
    let at = 0;
    const addText = (text) => { if (text) parent.append(unescaped(text)); };
    for (const match of tagged.matchAll(CODE)) {
      addText(tagged.slice(at, match.index));
      at = match.index + match[0].length;
      const [, kind, id, empty, closed] = match;
      if (kind === "g" && !empty) open.push(id);
      const number = closed ? open.pop() || "" : id;
      parent.append(mark(match[0], closed ? number + "›" : kind === "g" && !empty ? "‹" + number : "‹" + number + "›"));
    }
    addText(tagged.slice(at));
  }

  function mark(code, label) {
    const span = document.createElement("span");
    span.className = "code";
    span.contentEditable = "false";
    span.dataset.code = code;
    span.textContent = label;
    return span;
  }

  /** Reads the tagged text that an edited element shows. */
  function read(parent) {
    let tagged = "";
    for (const node of parent.childNodes) {
      if (node.nodeType === Node.TEXT_NODE) tagged += escaped(node.data);
      else if (node.nodeType !== Node.ELEMENT_NODE) continue;
      else if (node.dataset.code) tagged += node.dataset.code;
      else if (node.tagName === "BR") tagged += "\n";
      else tagged += (node.tagName === "DIV" && tagged ? "\n" : "") + read(node);
    }
    return tagged;
  }

  const ends = (text) => [text.match(/^\s*/)[0], text.trim() ? text.match(/\s*$/)[0] : ""];
  const codes = (tagged) => Array.from(tagged.matchAll(CODE), (match) => match[0]);

  /** Tells which codes a text lacks or has too often, given those that it should have. */
  function difference(expected, found) {
    const left = [...found];
    const missing = expected.filter((code) => {
      const at = left.indexOf(code);
      if (at >= 0) left.splice(at, 1);
      return at < 0;
    });
    return { missing, surplus: left };
  }

  const rows = [];
  const rowOfItem = new Map();
  for (const unit of record.units) {
    for (const segment of unit.segments) {
      if (!segment.source.trim()) continue;
      rows.push({ unit, segment, number: rows.length + 1, first: { target: segment.target, origin: segment.origin } });
    }
  }

  /** Larger for what a reviewer should look at sooner. */
  function doubt({ segment }) {
    if (segment.origin !== "machine") return -1;
    const flags = segment.flags.filter((flag) => DOUBTFUL.has(flag)).length;
    return (segment.flags.includes("degenerate") ? 1000 : 0) + 10 * flags - (segment.score ?? 0);
  }

  // What a search looks through: without vowel marks, tatweel and case.
  const folded = (text) => text.normalize("NFKD").replace(/[\p{M}\u0640]/gu, "").toLowerCase();
  const plain = (tagged) => unescaped(tagged.replace(CODE, ""));

  function build(row) {
    const { segment, unit } = row;
    const item = element("segment").content.firstElementChild.cloneNode(true);
    const part = (name) => item.querySelector("." + name);
    row.item = item;
    rowOfItem.set(item, row);
    row.target = part("target");
    row.box = item.querySelector("input");
    row.problem = part("problem");
    // Those the unit's other segments have are looked at when the page is merged.
    row.codes = codes(segment.target);
    part("number").textContent = row.number;
    part("context").textContent = [unit.context, unit.note].filter(Boolean).join(": ");
    show(part("source"), segment.source.trim());
    row.target.setAttribute("aria-label", "English of segment " + row.number);
    row.box.setAttribute("aria-label", "Segment " + row.number + " is reviewed");
    const origin = ORIGIN_NAMES[row.first.origin];
    part("score").textContent = segment.score === null ? origin : "score " + segment.score.toFixed(2);
    for (const flag of segment.flags) {
      const entry = document.createElement("li");
      entry.textContent = FLAG_NAMES[flag] || flag;
      entry.classList.toggle("doubtful", DOUBTFUL.has(flag));
      part("flags").append(entry);
    }
    for (const note of segment.notes) {
      const entry = document.createElement("li");
      entry.textContent = note;
      part("notes").append(entry);
    }
    suggest(row, part("suggestions"));
    fill(row);
  }

  function suggest(row, list) {
    const { segment } = row;
    const add = (kind, tagged, old) => {
      const entry = document.createElement("li");
      const button = document.createElement("button");
      const label = document.createElement("span");
      const text = document.createElement("span");
      button.type = "button";
      label.className = "kind";
      label.textContent = (row.suggestions.length + 1) + ". " + kind;
      show(text, tagged.trim());
      button.append(label, text);
      if (old) {
        const source = document.createElement("span");
        source.className = "old";
        source.lang = "ar";
        show(source, old.trim());
        button.append(source);
      }
      const at = row.suggestions.push(tagged) - 1;
      button.addEventListener("click", () => use(row, at));
      entry.append(button);
      list.append(entry);
    };
    row.suggestions = [];
    for (const match of segment.matches) add("memory " + match.percent + " %", match.target, match.source);
    for (const alternative of segment.alternatives) add("alternative", alternative);
  }

  function fill(row) {
    show(row.target, row.segment.target.trim());
    refresh(row);
  }

  function refresh(row) {
    const isDone = row.segment.origin === "person";
    row.box.checked = isDone;
    row.item.classList.toggle("is-done", isDone);
    const { missing, surplus } = difference(row.codes, codes(row.segment.target));
    const said = [];
    if (missing.length) said.push("a mark is missing (Alt R puts it back)");
    if (surplus.length) said.push("a mark is here too often");
    row.problem.textContent = said.join("; ");
    row.text = undefined;
  }

  /** Takes a new translation. White space at its ends stays what it was. */
  function change(row, tagged) {
    const [lead, trail] = ends(row.first.target);
    row.segment.target = lead + tagged.trim() + trail;
    row.segment.origin = "person";
    refresh(row);
    changed();
  }

  function use(row, at) {
    if (row.suggestions[at] === undefined) return;
    change(row, row.suggestions[at]);
    fill(row);
    row.target.focus();
  }

  function restoreMarks(row) {
    const { missing } = difference(row.codes, codes(row.segment.target));
    if (!missing.length) return;
    change(row, row.segment.target + missing.join(""));
    fill(row);
  }

  function setDone(row, isDone) {
    row.segment.origin = isDone ? "person" : row.first.origin === "person" ? "machine" : row.first.origin;
    refresh(row);
    changed();
  }

  let storing = 0;
  let isUnsaved = false;
  let isStored = false;
  function changed() {
    isUnsaved = true;
    isStored = false;
    showProgress();
    clearTimeout(storing);
    storing = setTimeout(store, 300);
  }

  // A browser may refuse storage; then the edits live as long as the page does, and it warns.
  function store() {
    const edits = {};
    for (const row of rows) {
      const { target, origin } = row.segment;
      if (target !== row.first.target || origin !== row.first.origin) edits[row.number] = [target, origin];
    }
    try {
      localStorage.setItem(storageKey, JSON.stringify(edits));
      isStored = true;
    } catch { isStored = false; }
  }

  function restore() {
    let edits = null;
    try { edits = JSON.parse(localStorage.getItem(storageKey)); } catch { /* As said above. */ }
    for (const [number, [target, origin]] of Object.entries(edits || {})) {
      const row = rows[number - 1];
      if (!row) continue;
      row.segment.target = target;
      row.segment.origin = origin;
      isUnsaved = true;
    }
    element("restored").hidden = !isUnsaved;
  }

  function discard() {
    try { localStorage.removeItem(storageKey); } catch { /* As said above. */ }
    for (const row of rows) {
      Object.assign(row.segment, row.first);
      fill(row);
    }
    isUnsaved = false;
    element("restored").hidden = true;
    showProgress();
  }

  function showProgress() {
    const done = rows.filter((row) => row.segment.origin === "person").length;
    element("progress").textContent = done + " of " + rows.length + " segments reviewed" + (isUnsaved ? ", not saved yet" : "");
  }

  /** Writes the record so that nothing in it can end the script element that holds it. */
  const written = () => JSON.stringify(record).replace(/</g, "\\u003c");

  function download(content, type, extension) {
    const name = record.source.path.split("/").pop();
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([content], { type }));
    link.download = name + ".reviewed." + extension;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    isUnsaved = false;
    showProgress();
  }

  function savePage() {
    // Its own edits are kept apart from those of this page.
    pristine.dataset.review = Date.now().toString(36) + Math.random().toString(36).slice(2);
    pristine.querySelector("#review").textContent = written();
    download("<!DOCTYPE html>\n" + pristine.outerHTML, "text/html", "html");
  }

  const filters = {
    all: ["all segments", () => true],
    open: ["not reviewed yet", (row) => row.segment.origin !== "person"],
    doubtful: ["doubtful ones", (row) => row.segment.flags.some((flag) => DOUBTFUL.has(flag))],
    matched: ["with a match of the memory", (row) => row.segment.matches.length > 0],
  };

  function offerFilters() {
    for (const flag of Object.keys(FLAG_NAMES)) {
      filters["flag-" + flag] = [FLAG_NAMES[flag], (row) => row.segment.flags.includes(flag)];
    }
    for (const [value, [name, holds]] of Object.entries(filters)) {
      const count = rows.filter(holds).length;
      if (value === "open") element("filter").append(new Option(name, value));
      else if (count) element("filter").append(new Option(name + " (" + count + ")", value));
    }
  }

  function view() {
    const sought = folded(element("search").value.trim());
    const holds = filters[element("filter").value][1];
    let count = 0;
    for (const row of rows) {
      row.text ??= folded(plain(row.segment.source) + "\n" + plain(row.segment.target));
      row.item.hidden = !(holds(row) && row.text.includes(sought));
      count += !row.item.hidden;
    }
    element("nothing").hidden = count > 0;
  }

  function arrange() {
    const order = [...rows];
    if (element("sort").value === "doubt") order.sort((one, other) => doubt(other) - doubt(one));
    element("segments").replaceChildren(...order.map((row) => row.item));
  }

  const rowOf = (node) => rowOfItem.get(node.closest("#segments > li"));

  function go(row, step) {
    let item = row.item;
    do { item = step > 0 ? item.nextElementSibling : item.previousElementSibling; } while (item && item.hidden);
    if (!item) return;
    item.querySelector(".target").focus();
    item.scrollIntoView({ block: "nearest" });
  }

  function onKey(event) {
    const row = rowOf(event.target);
    const command = event.ctrlKey || event.metaKey;
    if (command && event.code === "KeyS") savePage();
    else if (event.altKey && event.code === "KeyS") element("search").focus();
    else if (row && command && event.key === "Enter") { setDone(row, true); go(row, 1); }
    else if (row && event.altKey && event.key === "ArrowDown") go(row, 1);
    else if (row && event.altKey && event.key === "ArrowUp") go(row, -1);
    else if (row && event.altKey && event.code === "KeyR") restoreMarks(row);
    else if (row && event.altKey && /^Digit[1-9]$/.test(event.code)) use(row, Number(event.code.slice(5)) - 1);
    else return;
    event.preventDefault();
  }

  // Only text and marks may come into a translation.
  function onBeforeInput(event) {
    if (event.inputType.startsWith("format")) event.preventDefault();
    if (event.inputType === "insertParagraph") {
      event.preventDefault();
      document.execCommand("insertLineBreak");
    }
  }

  function onPaste(event) {
    if (!event.target.closest(".target")) return;
    event.preventDefault();
    const text = (event.clipboardData || event.dataTransfer).getData("text/plain");
    document.execCommand("insertText", false, text.replace(/\r\n?/g, "\n"));
  }

  restore();
  for (const row of rows) build(row);
  offerFilters();
  arrange();
  showProgress();
  const list = element("segments");
  list.addEventListener("input", (event) => {
    const row = rowOf(event.target);
    if (event.target === row.box) setDone(row, row.box.checked);
    else change(row, read(row.target));
  });
  list.addEventListener("beforeinput", onBeforeInput);
  list.addEventListener("paste", onPaste);
  list.addEventListener("drop", onPaste);
  document.addEventListener("keydown", onKey);
  element("search").addEventListener("input", view);
  element("filter").addEventListener("change", view);
  element("sort").addEventListener("change", arrange);
  element("save").addEventListener("click", savePage);
  element("save-json").addEventListener("click", () => download(JSON.stringify(record), "application/json", "json"));
  element("discard").addEventListener("click", discard);
  addEventListener("beforeunload", (event) => {
    if (!isUnsaved) return;
    store();
    if (!isStored) event.preventDefault();
  });
})();
