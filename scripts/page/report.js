// Sorts a table by the column whose heading is pressed, shows only the rows that hold the words of its filter, and shows
// numbers as they were measured, without rounding.
"use strict";
const valueOf = (row, place) => {
  const cell = row.cells[place];
  return "value" in cell.dataset ? Number(cell.dataset.value) : cell.textContent.trim();
};
const compare = (a, b) => {
  if (typeof a === typeof b) return typeof a === "number" ? a - b : a.localeCompare(b, "en", { numeric: true });
  return typeof a === "number" ? -1 : 1;  // what has no number comes last
};
const sortBy = (table, place, direction) => {
  const body = table.tBodies[0];
  const sign = direction === "ascending" ? 1 : -1;
  const rows = [...body.rows].map((row) => [valueOf(row, place), row]);
  rows.sort((a, b) => (typeof a[0] === typeof b[0] ? sign : 1) * compare(a[0], b[0]));
  rows.forEach(([, row]) => body.append(row));
  [...table.tHead.rows[0].cells].forEach((head, at) => {
    if (at === place) head.setAttribute("aria-sort", direction);
    else head.removeAttribute("aria-sort");
  });
};
for (const table of document.querySelectorAll("table.sortable")) {
  [...table.tHead.rows[0].cells].forEach((head, place) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.addEventListener("click", () => sortBy(
      table, place, head.getAttribute("aria-sort") === "ascending" ? "descending" : "ascending"));
    head.replaceChildren(button);
  });
  const tools = document.createElement("div");
  tools.className = "tools";
  if (table.tBodies[0].rows.length > 12) {
    const input = document.createElement("input");
    input.type = "search";
    input.placeholder = "filter: words of a row";
    input.setAttribute("aria-label", "Show only the rows with these words");
    input.addEventListener("input", () => {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const row of table.tBodies[0].rows) {
        const text = row.textContent.toLowerCase();
        row.hidden = !words.every((word) => text.includes(word));
      }
    });
    tools.append(input);
  }
  const numbers = [...table.querySelectorAll("td[data-value]")];
  if (numbers.length > 0) {
    const toggle = document.createElement("button");
    toggle.type = "button";
    toggle.textContent = "raw values (ns, 1/s, B)";
    toggle.setAttribute("aria-pressed", "false");
    toggle.addEventListener("click", () => {
      const raw = toggle.getAttribute("aria-pressed") === "false";
      toggle.setAttribute("aria-pressed", String(raw));
      for (const cell of numbers) {
        const text = cell.firstChild;
        cell.dataset.text ??= text.textContent;
        text.textContent = raw ? String(Number(cell.dataset.value)) : cell.dataset.text;
      }
    });
    tools.append(toggle);
  }
  table.closest(".wide").before(tools);
}
// On paper nothing can be opened: what is folded is printed too.
let opened = [];
addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details:not([open])")];
  opened.forEach((each) => { each.open = true; });
});
addEventListener("afterprint", () => opened.forEach((each) => { each.open = false; }));
// On a phone broad figures scroll sideways (report.css): there the keyboard must reach them.
const phone = matchMedia("(max-width: 600px)");
const reachFigures = () => document.querySelectorAll("figure.broad").forEach((figure) => {
  if (phone.matches) figure.tabIndex = 0;
  else figure.removeAttribute("tabindex");
});
phone.addEventListener("change", reachFigures);
reachFigures();
