"use strict";
// What a page can do with a script: sort, filter, save, point. Without it everything is read all the same.
(() => {
  const root = document.documentElement;
  root.classList.add("scripted");
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const raw = (cell) => cell.dataset.v ?? cell.textContent.trim();
  const store = { get: (k) => { try { return localStorage.getItem(k); } catch { return null; } }, set: (k, v) => { try { localStorage.setItem(k, v); } catch { /* a page from a file may have no storage */ } } };

  const theme = store.get("radiosens-theme");
  if (theme) root.dataset.theme = theme;
  all(".theme").forEach((button) => button.addEventListener("click", () => {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    store.set("radiosens-theme", root.dataset.theme);
  }));

  const save = (name, type, text) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };

  // Tables: a button in each heading sorts; numbers by value, what is empty last.
  const compare = (a, b) => {
    if (a === "" || b === "") return (a === "") - (b === "");
    const x = Number(a), y = Number(b);
    return Number.isNaN(x) || Number.isNaN(y) ? a.localeCompare(b, undefined, { numeric: true }) : x - y;
  };
  const value = (row, i) => { const text = raw(row.cells[i]); return text === "inf" ? "Infinity" : text; };
  all("div.table:not(.plain)").forEach((box) => {
    const body = box.querySelector("tbody"), rows = [...body.rows], heads = all("thead th", box);
    heads.forEach((head, i) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent;
      head.replaceChildren(button);
      button.addEventListener("click", () => {
        const up = head.getAttribute("aria-sort") !== "ascending";
        heads.forEach((h) => h.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", up ? "ascending" : "descending");
        const keyed = rows.map((row) => [value(row, i), row]);
        keyed.sort(([a], [b]) => (a === "" || b === "" ? compare(a, b) : up ? compare(a, b) : compare(b, a)));
        body.append(...keyed.map(([, row]) => row));
      });
    });
    const filter = box.querySelector(".filter"), count = box.querySelector(".count");
    filter?.addEventListener("input", () => {
      const want = filter.value.toLowerCase();
      let shown = 0;
      rows.forEach((row) => { row.hidden = !row.textContent.toLowerCase().includes(want); shown += !row.hidden; });
      count.textContent = want ? `${shown} of ${rows.length} rows` : `${rows.length} rows`;
    });
    box.querySelector(".save-csv")?.addEventListener("click", () => {
      // As the command writes it: what a spreadsheet would run gets an apostrophe.
      const field = (text, guard) => { const t = guard && /^[=+\-@\t\r]/.test(text) && Number.isNaN(Number(text)) ? `'${text}` : text; return /[",\n\r]/.test(t) ? `"${t.replaceAll('"', '""')}"` : t; };
      const lines = [heads.map((h) => field(h.dataset.column, true))];
      [...body.rows].filter((row) => !row.hidden).forEach((row) => lines.push([...row.cells].map((c, i) => field(value(row, i) === "" ? "" : raw(c), true))));
      save(box.dataset.file, "text/csv", lines.map((l) => l.join(",")).join("\n") + "\n");
    });
  });

  // Rows of samples: filter, order, open.
  all("figure.list").forEach((list) => {
    const entries = all(".entry", list), place = list.querySelector(".entries");
    const number = (entry) => (entry.dataset.value === "" ? Infinity : Number(entry.dataset.value));
    list.querySelector(".filter").addEventListener("input", (event) => {
      const want = event.target.value.toLowerCase();
      entries.forEach((entry) => { entry.hidden = !entry.textContent.toLowerCase().includes(want); });
    });
    list.querySelector(".order").addEventListener("change", (event) => {
      const sorted = [...entries];
      if (event.target.value === "value") sorted.sort((a, b) => number(a) - number(b));
      if (event.target.value === "verdict") sorted.sort((a, b) => a.dataset.verdict.localeCompare(b.dataset.verdict));
      place.append(...sorted);
    });
    list.querySelector(".open-all").addEventListener("click", (event) => {
      const open = entries.some((entry) => !entry.open);
      entries.forEach((entry) => { entry.open = open; });
      event.target.textContent = open ? "Close all" : "Open all";
    });
  });
  const reveal = () => { const target = document.getElementById(decodeURIComponent(location.hash.slice(1))); target?.closest("details")?.setAttribute("open", ""); };
  addEventListener("hashchange", reveal);
  reveal();

  // What stands in an element's title is shown at the pointer at once.
  const tip = document.getElementById("tip");
  all("svg title").forEach((title) => { title.parentNode.dataset.hit = title.textContent; });
  addEventListener("pointermove", (event) => {
    const hit = event.target.closest?.("[data-hit]");
    if (!tip) return;
    tip.hidden = !hit;
    if (!hit) return;
    hit.querySelector("title")?.remove();
    tip.textContent = hit.dataset.hit;
    const { width, height } = tip.getBoundingClientRect();
    // The policy forbids style attributes in the file; a script may still set properties.
    tip.style.left = `${Math.min(event.clientX + 14, innerWidth - width - 8)}px`;
    tip.style.top = `${event.clientY + 18 + height > innerHeight ? event.clientY - height - 10 : event.clientY + 18}px`;
  });

  // A figure is saved with the colours that it is seen in.
  const KEPT = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linecap", "opacity", "font-family", "font-size", "font-weight"];
  all(".save-svg").forEach((button) => button.addEventListener("click", () => {
    const drawing = document.getElementById(button.dataset.for).querySelector("svg.drawing"), copy = drawing.cloneNode(true);
    const from = [drawing, ...drawing.querySelectorAll("*")], to = [copy, ...copy.querySelectorAll("*")];
    from.forEach((element, i) => { const style = getComputedStyle(element); KEPT.forEach((k) => to[i].setAttribute(k, style.getPropertyValue(k))); to[i].removeAttribute("data-hit"); });
    copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    save(`${button.dataset.for}.svg`, "image/svg+xml", new XMLSerializer().serializeToString(copy));
  }));

  // The heat map: pointer, arrow keys and search tell the value of a cell.
  all("figure.heat").forEach((figure) => {
    const rows = all(".names.rows li", figure).map((n) => n.textContent), columns = all(".names.columns li", figure).map((n) => n.textContent);
    const values = Int8Array.from(atob(figure.dataset.values), (c) => c.charCodeAt(0));
    const map = figure.querySelector(".map"), told = figure.querySelector(".told"), [across, down] = all(".cross rect", figure);
    let at = [0, 0];
    const show = (r, c) => {
      at = [Math.min(Math.max(r, 0), rows.length - 1), Math.min(Math.max(c, 0), columns.length - 1)];
      across.setAttribute("y", at[0]); down.setAttribute("x", at[1]);
      const v = values[at[0] * columns.length + at[1]];
      told.textContent = `${rows[at[0]]} to ${columns[at[1]]}: ${v === -128 ? "not known" : (v / 100).toFixed(2)}`;
    };
    map.addEventListener("pointermove", (event) => {
      const box = map.getBoundingClientRect();
      show(Math.floor(((event.clientY - box.top) / box.height) * rows.length), Math.floor(((event.clientX - box.left) / box.width) * columns.length));
    });
    map.addEventListener("keydown", (event) => {
      const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
      if (step) { event.preventDefault(); show(at[0] + step[0], at[1] + step[1]); }
    });
    figure.querySelector(".find").addEventListener("input", (event) => {
      const want = event.target.value.toLowerCase();
      if (!want) return;
      const r = rows.findIndex((n) => n.toLowerCase().includes(want)), c = columns.findIndex((n) => n.toLowerCase().includes(want));
      if (r >= 0 || c >= 0) show(r >= 0 ? r : at[0], c >= 0 ? c : at[1]);
      else told.textContent = "nothing of that name";
    });
  });
})();
