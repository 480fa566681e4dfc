// The table: sorted, filtered, every headline on the ruler between its floors and its ceiling.
culture.span = () => {
  const shown = culture.group().entries.map((entry) => culture.figures(entry));
  const values = shown.flatMap((figures) => [culture.headline(), ...culture.marks()]
    .flatMap((column) => (figures[column.metric] || []).slice(0, 3)))
    .filter((value) => value !== null && value !== undefined);
  const low = Math.min(...values), high = Math.max(...values), room = (high - low || 1) * 0.04;
  return [low - room, high + room];
};

culture.ruler = (figures, span, name) => {
  const make = culture.make, headline = culture.headline();
  const estimate = figures[headline.metric];
  if (!estimate) return "—";
  const x = (value) => `${(100 * (value - span[0])) / (span[1] - span[0])}%`;
  const marks = culture.marks().filter((mark) => figures[mark.metric]);
  const words = [`${name}: ${headline.label} ${culture.number(estimate[0])} ${culture.ends(estimate)}`,
    ...marks.map((mark) => `${mark.label} ${culture.number(figures[mark.metric][0])}`)].join("; ");
  const svg = make("svg", {class: "ruler", role: "img", "aria-label": words},
    make("title", {}, words),
    make("line", {class: "base", x1: "0", x2: "100%", y1: "50%", y2: "50%"}));
  const classes = {uniform: "floor", world: "world", blind: "blind", ceiling: "top", again: "again"};
  for (const mark of marks) {
    const at = x(figures[mark.metric][0]);
    svg.append(make("line", {class: classes[culture.look(mark.metric)], x1: at, x2: at, y1: "14%", y2: "86%"}));
  }
  if (estimate[1] !== null && estimate[1] !== undefined)
    svg.append(make("line", {class: "ends", x1: x(estimate[1]), x2: x(estimate[2]), y1: "50%", y2: "50%"}));
  svg.append(make("circle", {class: "point", cx: x(estimate[0]), cy: "50%", r: "4.5"}));
  return svg;
};

culture.counted = [["n", "n", "Answers scored."],
  ["unasked", "not asked", "Questions that the survey did not ask there, or whose answers leave fewer than two options."],
  ["unanswered", "not answered", "Questions that the model was asked and gave no usable answer to."]];

culture.shownCounts = () => (culture.leftOpen() ? culture.counted : culture.counted.slice(0, 1));

culture.trustOrder = {"self-reported": 0, replayed: 1, "re-run": 2};

culture.sortValue = (entry, key) => {
  const state = culture.state;
  if (key === "model") return culture.label(entry).toLowerCase();
  if (key === "trust") return culture.trustOrder[entry.trust];
  if (key === "rank") return ((entry.rank[state.proxy] || {})[state.reading]) ?? null;
  if (key === culture.headline().metric && culture.otherwise(entry)) return null; // ranked by nothing, so not among those that are
  const place = culture.counted.findIndex(([name]) => name === key);
  if (place >= 0) return culture.counts(entry)[place];
  return (culture.figures(entry)[key] || [])[0] ?? null;
};

culture.matches = (entry) => {
  const text = [entry.model, entry.model_id, entry.revision, entry.kind, entry.trust, entry.config,
    entry.harness_version, entry.complete ? "complete" : "partial"].join(" ").toLowerCase();
  return culture.state.filter.toLowerCase().split(/\s+/).every((word) => text.includes(word));
};

culture.visible = () => {
  const {sort, descending, baselines} = culture.state;
  const found = culture.group().entries.filter((entry) =>
    (baselines || entry.kind !== "reference") && culture.matches(entry));
  return found.sort((one, other) => {
    const a = culture.sortValue(one, sort), b = culture.sortValue(other, sort);
    if (a === null || b === null) return (a === null) - (b === null); // unscored last, either way
    const order = a < b ? -1 : a > b ? 1 : 0;
    return (descending ? -order : order) || one.entry_id.localeCompare(other.entry_id);
  });
};

culture.heads = () => {
  const beside = culture.column("beside");
  const ranked = culture.suite().words.no_grade ? []
    : [["rank", "Rank", "Models whose intervals overlap share a rank; baselines, partial runs, and models that give the options almost no probability have none."]];
  return [...ranked,
    ["model", "Model", ""], ["", culture.marks().length ? "Between floors and ceiling" : "With its interval", ""],
    [culture.headline().metric, culture.headline().short, culture.headline().note],
    ...beside.map((column) => [column.metric, column.short, column.note]),
    ...culture.shownCounts(), ["trust", "Trust", "How far the row was checked."]];
};

culture.sortBy = (key) => {
  const state = culture.state;
  state.descending = state.sort === key ? !state.descending : !["model", "rank"].includes(key);
  state.sort = key;
  culture.showBoard();
  document.querySelector(`#board thead button[data-key="${CSS.escape(key)}"]`).focus();
};

culture.headRow = () => culture.make("tr", {}, ...culture.heads().map(([key, text, note]) => {
  const sorted = key === culture.state.sort ? (culture.state.descending ? "descending" : "ascending") : null;
  const left = ["model", ""].includes(key) ? "left" : "";
  if (!key) return culture.make("th", {scope: "col", class: left}, text);
  return culture.make("th", {scope: "col", class: left, "aria-sort": sorted},
    culture.make("button", {type: "button", title: note || null, "data-key": key, onclick: () => culture.sortBy(key)}, text));
}));

culture.tags = (entry) => {
  const {make} = culture;
  const found = [];
  if (entry.kind) found.push(entry.kind === "reference" ? "baseline, a rule" : make("b", {}, entry.kind));
  if (culture.otherwise(entry)) found.push(make("b", {class: "missed"}, culture.data.names.otherwise));
  if (!entry.complete) found.push(make("b", {}, `partial: ${entry.partial_because.join(", ") || "not all cases"}`));
  const commit = entry.revision.replace(/^sha256:/, "").slice(0, 10);
  if (commit.length > 1 && entry.kind !== "reference") found.push(commit);
  found.push(entry.config_digest.slice(0, 8));
  return make("span", {class: "tags"}, ...found.flatMap((tag, place) => (place ? [" · ", tag] : [tag])));
};

culture.boardRow = (entry, span) => {
  const {make, state} = culture;
  const figures = culture.figures(entry), headline = culture.headline();
  const estimate = figures[headline.metric];
  const rank = (entry.rank[state.proxy] || {})[state.reading];
  const open = make("button", {type: "button", title: "Look into this row", onclick: () => culture.chooseModel(entry.entry_id, true)}, culture.label(entry));
  return make("tr", {class: entry.kind === "reference" ? "baseline" : "", "data-id": entry.entry_id},
    culture.suite().words.no_grade ? null : make("td", {class: "rank"}, rank ? String(rank) : "–"),
    make("th", {scope: "row", class: "left"}, make("span", {class: "model-name"}, open, culture.tags(entry))),
    make("td", {class: "left"}, culture.ruler(figures, span, culture.label(entry))),
    make("td", {}, culture.number(estimate && estimate[0], headline.decimals),
      make("span", {class: "interval"}, culture.ends(estimate, headline.decimals))),
    ...culture.column("beside").map((column) => make("td", {}, culture.share((figures[column.metric] || [])[0], column))),
    ...culture.shownCounts().map((_, place) => make("td", {}, String(culture.counts(entry)[place] ?? "—"))),
    make("td", {class: "trust", title: culture.data.view.trust[entry.trust]}, entry.trust));
};

culture.showBoard = () => {
  const {make, state} = culture, group = culture.group(), visible = culture.visible(), span = culture.span();
  culture.byId("board").classList.toggle("many", culture.column("beside").length + culture.shownCounts().length > 5);
  culture.byId("board").tHead.replaceChildren(culture.headRow());
  culture.byId("board").tBodies[0].replaceChildren(...visible.map((entry) => culture.boardRow(entry, span)));
  culture.fill("board-caption", `Asked the same, so comparable: ${group.title}. ` +
    `Shown: ${Object.keys(group.readings).length > 1 ? `${group.readings[state.reading]}; ` : ""}${group.proxies[state.proxy] || "everything together"}.`);
  const all = group.entries.length;
  culture.fill("board-status", `${visible.length} of ${all} ${all === 1 ? "row" : "rows"} shown.`);
  const key = (look, text) => make("span", {}, make("svg", {class: "ruler-key", "aria-hidden": "true"},
    make("line", {x1: "50%", x2: "50%", y1: "0", y2: "100%", style: {
      uniform: "stroke:var(--soft);stroke-width:1.4", world: "stroke:var(--ink);stroke-width:1.4;stroke-dasharray:2.5 2",
      blind: "stroke:var(--soft);stroke-width:1.4;stroke-dasharray:1.5 1.5", again: "stroke:var(--ink);stroke-width:1", ceiling: "stroke:var(--ink);stroke-width:2"}[look]})), text);
  const columns = [culture.headline(), ...culture.marks(), ...culture.column("beside")];
  culture.fill("legend", ...columns.filter((column) => column.note).map((column) =>
    culture.marks().includes(column) ? key(culture.look(column.metric), `${column.label}: ${column.note}`)
      : make("span", {}, `${column.label}: ${column.note}`)),
  ...culture.shownCounts().slice(1).map(([, name, note]) => make("span", {}, `${name}: ${note}`)));
};
