// The table of tracks: sort, filter, open; and the theme. Text from tracks only ever becomes text.
(() => {
  const $ = (id) => document.getElementById(id);
  const table = $("tracks"), body = table.tBodies[0], form = $("filter");
  const rows = [...body.querySelectorAll("tr.track")];
  const views = new Map();
  const make = (tag, properties = {}, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };

  // --- theme
  const root = document.documentElement, dark = matchMedia("(prefers-color-scheme: dark)");
  const redrawAll = () => views.forEach((one) => one.view.redraw());
  const themed = (name) => { if (name) root.dataset.theme = name; else delete root.dataset.theme; redrawAll(); };
  // A browser may keep no notes for a page from the disk.
  const remember = (value) => { try { if (value) localStorage.setItem("edm-theme", value); return localStorage.getItem("edm-theme"); } catch { return null; } };
  themed(remember());
  $("theme").hidden = false;
  $("theme").addEventListener("click", () => {
    const now = root.dataset.theme || (dark.matches ? "dark" : "light");
    themed(now === "dark" ? "light" : "dark");
    remember(root.dataset.theme);
  });
  dark.addEventListener("change", redrawAll);
  let before = null;
  addEventListener("beforeprint", () => {
    before = root.dataset.theme || "";
    root.dataset.theme = "light";
    views.forEach((one) => one.view.draw(true));
  });
  addEventListener("afterprint", () => themed(before));

  // --- order
  const heads = [...table.tHead.querySelectorAll("th")], collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  const nameOf = new Map(rows.map((row) => [row, row.querySelector("bdi").textContent]));
  const sorters = { name: (row) => nameOf.get(row), verdict: (row) => row.dataset.verdict };
  function sortBy(head) {
    const next = { none: "ascending", ascending: "descending", descending: "none" }[head.getAttribute("aria-sort") || "none"];
    heads.forEach((one) => one.removeAttribute("aria-sort"));
    let order = rows;
    if (next !== "none") {
      head.setAttribute("aria-sort", next);
      const name = head.dataset.sort, sign = next === "ascending" ? 1 : -1, words = name in sorters;
      const value = (row) => words ? sorters[name](row) : row.dataset[name] === undefined ? null : Number(row.dataset[name]);
      const keyed = rows.map((row) => [row, value(row)]);
      // What is unknown stands last either way.
      const missing = (v) => v === null || v === "–";
      keyed.sort(([, p], [, q]) => missing(p) || missing(q) ? missing(p) - missing(q) : sign * (words ? collator.compare(p, q) : p - q));
      order = keyed.map(([row]) => row);
    }
    const all = document.createDocumentFragment();
    for (const row of order) { all.append(row); if (views.has(row)) all.append(views.get(row).detail); }
    body.append(all);
  }
  heads.forEach((head) => head.querySelector("button").addEventListener("click", () => sortBy(head)));

  // --- filter
  const field = (id) => $(id) || { value: "", checked: false };
  function goWith(one, other) {
    const [m, n] = [parseInt(one), parseInt(other)], around = Math.min((m - n + 12) % 12, (n - m + 12) % 12);
    return around + (one.slice(-1) !== other.slice(-1)) <= 1;
  }
  function filter() {
    const words = field("find").value.toLowerCase().split(/\s+/).filter(Boolean);
    const [low, high] = ["low", "high"].map((id) => field(id).value === "" ? null : Number(field(id).value));
    const key = field("key").value, fits = field("fits").checked, verdict = field("verdict").value;
    let count = 0;
    for (const row of rows) {
      const { text, bpm, code, verdict: its } = row.dataset;
      const shown = words.every((word) => text.includes(word))
        && (low === null || bpm !== undefined && Number(bpm) >= low) && (high === null || bpm !== undefined && Number(bpm) < high)
        && (!key || code !== undefined && (code === key || fits && goWith(key, code))) && (!verdict || its === verdict);
      row.hidden = !shown;
      if (views.has(row)) views.get(row).detail.hidden = !shown;
      count += shown;
    }
    $("count").textContent = count === rows.length ? `${count} track${count === 1 ? "" : "s"}` : `${count} of ${rows.length}`;
    $("nothing").hidden = count > 0;
    document.querySelectorAll(".pick").forEach((pick) => {
      const { key: code, low: from, high: to } = pick.dataset;
      pick.classList.toggle("chosen", code !== undefined ? code === key : (from || to) && from === field("low").value && to === field("high").value);
    });
  }
  let waiting = false;
  const filterSoon = () => { if (!waiting) { waiting = true; requestAnimationFrame(() => { waiting = false; filter(); }); } };
  form.hidden = false;
  form.addEventListener("input", filterSoon);
  form.addEventListener("reset", () => setTimeout(filter));
  form.addEventListener("submit", (event) => event.preventDefault());
  function pick(element) {
    const { key, low, high } = element.dataset, again = element.classList.contains("chosen");
    if (key !== undefined) field("key").value = again ? "" : key;
    else { field("low").value = again ? "" : low; field("high").value = again ? "" : high; }
    filter();
  }
  document.querySelectorAll(".pick").forEach((element) => {
    element.addEventListener("click", () => pick(element));
    element.addEventListener("keydown", (event) => {
      if (event.key === "Enter" || event.key === " ") { event.preventDefault(); pick(element); }
    });
  });

  // --- open and close
  const blockOf = (row) => $(`t${row.dataset.i}`);
  function open(row) {
    const block = blockOf(row);
    if (!block) {
      // The page is still being read.
      if (document.readyState === "loading") addEventListener("DOMContentLoaded", () => open(row), { once: true });
      return;
    }
    if (views.has(row)) return;
    const data = JSON.parse(block.textContent);
    const canvas = make("canvas", { tabIndex: 0 });
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `Picture of ${data.name}: ${data.sections.map((s) => `${s[4]} from ${clock(s[0])}`).join(", ") || "waveform"}. Plus and minus zoom, arrows move.`);
    const said = make("output");
    const cell = make("td", { colSpan: heads.length });
    const detail = make("tr", { className: "detail" }, cell);
    const view = new TrackView(canvas, data, (text) => { said.textContent = text; });
    const tool = (text, label, act) => {
      const button = make("button", { type: "button", textContent: text, title: label });
      button.setAttribute("aria-label", label);
      button.addEventListener("click", act);
      return button;
    };
    const tools = make("div", { className: "tools" },
      tool("−", "zoom out", () => view.zoom(2)), tool("+", "zoom in", () => view.zoom(0.5)),
      tool("◀", "move left", () => view.pan(-0.5)), tool("▶", "move right", () => view.pan(0.5)),
      tool("whole", "whole track", () => view.whole()), said);
    const sections = make("ul", { className: "sections" });
    for (const [start, end, first, last, label, confidence, energy] of data.sections) {
      const bars = first === null ? clock(start) : `bar ${first}–${last}`;
      const button = tool("", `${label}, from ${clock(start)} to ${clock(end)}; show it`, () => { view.show(start, end); canvas.focus(); });
      button.append(`${label} `, make("small", { textContent: `${bars} · ${confidence} % · energy ${energy} %` }));
      button.style.setProperty("--label", SECTION_COLOURS[label] || "#cccccc");
      sections.append(make("li", {}, button));
    }
    const facts = make("dl", { className: "facts" });
    for (const [name, text] of data.facts) facts.append(make("div", {}, make("dt", { textContent: name }), make("dd", { textContent: text })));
    cell.append(make("p", { className: "path" }, make("bdi", { textContent: data.path })), tools, canvas, sections, facts);
    detail.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      if (view.zoomed) { view.whole(); canvas.focus(); } else { close(row); }
    });
    views.set(row, { view, detail, canvas });
    row.classList.add("open");
    row.after(detail);
    row.querySelector("button").setAttribute("aria-expanded", "true");
    view.draw();
  }
  function close(row) {
    views.get(row).detail.remove();
    views.delete(row);
    row.classList.remove("open");
    const button = row.querySelector("button");
    button.setAttribute("aria-expanded", "false");
    button.focus();
  }
  body.addEventListener("click", (event) => {
    const row = event.target.closest("tr.track");
    if (!row || row.classList.contains("failed") || String(getSelection())) return;
    if (views.has(row)) close(row); else open(row);
  });

  // --- keys
  const stops = () => [...body.querySelectorAll("tr.track:not([hidden]) .name button")];
  body.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const row = event.target.closest("tr");
    if (!step || !row || event.ctrlKey || event.altKey || event.metaKey) return;
    const all = stops(), own = row.classList.contains("detail") ? row.previousElementSibling : row;
    const at = all.indexOf(own.querySelector(".name button"));
    const next = all[row.classList.contains("detail") && step < 0 ? at : at + step];
    if (next) { event.preventDefault(); next.focus(); next.scrollIntoView({ block: "nearest" }); }
  });
  addEventListener("keydown", (event) => {
    const typing = event.target.matches && event.target.matches("input, select");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) { event.preventDefault(); field("find").focus(); field("find").select(); }
    if (event.key === "Escape" && event.target === $("find")) { $("find").value = ""; filter(); }
    if (event.key === "ArrowDown" && event.target === $("find")) { const first = stops()[0]; if (first) { event.preventDefault(); first.focus(); } }
  });

  filter();
  if (rows.length === 1 && !rows[0].classList.contains("failed")) {
    if (document.readyState === "loading") addEventListener("DOMContentLoaded", () => open(rows[0]), { once: true });
    else open(rows[0]);
  }
})();
