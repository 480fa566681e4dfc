// One model: what was found, a map, groups and cells; `figures` says which number is shown.
culture.against = () => {
  const name = culture.suite().words.against;
  return culture.marks().findIndex((mark) => mark.metric === name);
};

// Whether colours diverge at a floor.
culture.parts = () => culture.state.colour === "against" && culture.isHeadline() && culture.against() >= 0;

// What colours a country: its distance from the floor that matters, or the headline itself.
culture.tone = (pair) => {
  if (!pair || pair[0][0] === null) return null;
  if (!culture.parts()) return pair[0][0];
  const floor = pair[1][culture.against()];
  return floor === null || floor === undefined ? null : pair[0][0] - floor;
};

culture.scaleOf = (values) => {
  const found = values.filter((value) => value !== null);
  if (culture.parts()) {
    const most = Math.max(0.02, ...found.map(Math.abs));
    return {from: -most, middle: 0, to: most, form: "+.2f"};
  }
  const [low, high] = culture.spread(new Set(found).size < 2 ? [...found, 0, found[0] || 1] : found); // one value has no scale of its own
  return {from: low, middle: (low + high) / 2, to: high, form: culture.form(culture.figureColumn()), diverging: false};
};

culture.toneTitle = () => {
  const column = culture.figureColumn();
  return culture.parts()
    ? `${column.label} less ${culture.marks()[culture.against()].label.replace("floor: ", "")}`
    : column.label;
};

culture.tip = (name, pair) => {
  const column = culture.figureColumn();
  return [`${name}: ${column.label} ${culture.number(pair[0][0], column.decimals)} ${culture.ends(pair[0], column.decimals)}`,
    ...culture.figureMarks().map((mark, place) => `${mark.label} ${culture.number(pair[1][place])}`),
    ...(pair[0][3] === undefined ? [] : [`n = ${pair[0][3]}`])].join("; ");
};

// A case's own value of the chosen figure, or its headline where cases do not have that figure.
culture.casePair = (one) => {
  if (culture.isHeadline()) return one[7][culture.state.reading];
  const found = (one[8] || {})[culture.state.figure];
  const value = found && typeof found === "object" ? found[culture.state.reading] : found;
  return value === undefined || value === null ? null : [[value], []];
};

culture.heatCells = (run, proxy) => run.cases
  .filter((one) => (one[6] === "" || one[8]) && one[3] === "" && one[2] === proxy && culture.casePair(one))
  .map((one) => ({id: one[5], country: one[0], topic: one[1], pair: culture.casePair(one)}));

// "Everything together" has no cells of its own: the first proxy that has some is shown.
culture.heatProxy = (run) => {
  const found = new Set(run.cases.filter((one) => one[6] === "" && one[3] === "").map((one) => one[2]));
  const order = [culture.state.proxy, ...Object.keys(culture.group().proxies), ...found];
  return order.find((proxy) => found.has(proxy));
};

const MANY = 16; // countries beyond which they stand below each other

culture.showHeatmap = (run) => {
  const proxy = culture.heatProxy(run), cells = culture.heatCells(run, proxy), make = culture.make, column = culture.figureColumn();
  const word = culture.suite().words.topic;
  culture.hideFigure("heatmap", !cells.length);
  if (!cells.length) return;
  const own = Object.keys(culture.suite().words.topics), order = own.length ? own : Object.keys(culture.data.names.topics);
  const place = (slug) => order.indexOf(slug) >>> 0; // unknown ones last
  const topics = [...new Set(cells.map((cell) => cell.topic))].sort((a, b) => place(a) - place(b) || a.localeCompare(b));
  const countries = [...new Set(cells.map((cell) => cell.country))].sort((a, b) => culture.country(a).localeCompare(culture.country(b)));
  const tall = countries.length > MANY; // then countries are rows
  const values = cells.map((cell) => ({...cell, row: tall ? culture.country(cell.country) : culture.topic(cell.topic),
    column: tall ? culture.topic(cell.topic) : culture.country(cell.country), value: culture.tone(cell.pair),
    label: `${culture.tip(`${culture.country(cell.country)}, ${culture.topic(cell.topic)}`, cell.pair)}. Click to look into it.`}));
  culture.caption("heatmap-caption", `${culture.capital(word)} by country`,
    `${culture.capital(culture.proxyName(proxy))}. Colour: ${culture.toneTitle()}; an empty cell was not asked. A click opens the cell.`);
  const names = [topics.map(culture.topic), countries.map(culture.country)];
  const [rows, columns] = tall ? [names[1], names[0]] : names;
  const signals = {...culture.scaleOf(values.map((cell) => cell.value)), rows, columns, title: culture.toneTitle(), tall, step: tall ? 21 : 25,
    slanted: (Math.max(540, culture.byId("heatmap").clientWidth) - 190) / columns.length < 66};
  culture.draw("heatmap", "heatmap", {cells: values}, signals, "Heatmap by country. The numbers are in the table below.",
    (cell) => cell.id && culture.openCase(cell.id, true));
  const byPlace = new Map(cells.map((cell) => [`${cell.topic}/${cell.country}`, cell]));
  const entry = (topic, country) => {
    const cell = byPlace.get(`${topic}/${country}`);
    if (!cell) return "";
    const value = culture.tone(cell.pair), text = culture.parts() ? culture.signed(value, 2) : culture.number(value, Math.min(2, column.decimals));
    return make("button", {type: "button", "aria-label": `${culture.topic(topic)}, ${culture.country(country)}: ${text}, open`, onclick: () => culture.openCase(cell.id, true)}, text);
  };
  culture.fill("heatmap-table", tall
    ? culture.table(culture.toneTitle(), ["Country", ...names[0]], countries.map((country) => [culture.country(country), ...topics.map((topic) => entry(topic, country))]))
    : culture.table(culture.toneTitle(), [word, ...names[1]], topics.map((topic) => [culture.topic(topic), ...countries.map((country) => entry(topic, country))])));
};

culture.showMap = (run) => {
  const members = culture.members(run, "country");
  culture.hideFigure("map", !members.length);
  if (!members.length) return;
  const proxy = culture.proxyName(culture.shownProxy(culture.rowsBy(run, "country")));
  const values = members.map(({member, name, pair}) => ({id: member, value: culture.tone(pair), label: culture.tip(name, pair)}));
  const drawn = new Set(culture.data.world.features.map((feature) => feature.id));
  const small = members.filter(({member}) => !drawn.has(member)).map(({name}) => name);
  culture.caption("map-caption", "On the map", `Colour: ${culture.toneTitle()}, ${proxy}. Grey was not measured.` +
    (small.length ? ` Too small for this map, in the table only: ${small.slice(0, 8).join(", ")}${small.length > 8 ? ` and ${small.length - 8} more` : ""}.` : ""));
  const world = culture.data.world.features;
  culture.draw("map", "map", {values, world}, {...culture.scaleOf(values.map((value) => value.value)), title: culture.toneTitle()},
    "Map of the world, measured countries coloured. The numbers are in the table of countries below.",
    (shape) => shape.id && values.some((value) => value.id === shape.id) && culture.chooseCases({country: shape.id}, true));
};

// Without a run, the previous model's stories and answers must not stay under this one's name.
culture.showNothing = () => {
  culture.showStories(null);
  culture.showCases(null);
};

culture.showModel = async () => {
  const entry = culture.entry(culture.state.model), {make, fill} = culture;
  const body = culture.byId("model-body");
  fill("model-heading", culture.label(entry));
  for (const row of document.querySelectorAll("#board tbody tr"))
    row.toggleAttribute("aria-current", row.dataset.id === entry.entry_id);
  if (!entry.has_cases) {
    body.hidden = true;
    fill("model-status", "The run file of this row was missing when the page was built: only the table's figures are known.");
    return culture.showNothing();
  }
  fill("model-status", "Reading the run …");
  let run;
  try {
    run = await culture.loadRun(entry.entry_id);
  } catch (error) {
    if (culture.state.model !== entry.entry_id) return undefined;
    body.hidden = true;
    fill("model-status", error.message);
    return culture.showNothing();
  }
  if (culture.state.model !== entry.entry_id) return undefined; // another was chosen meanwhile
  body.hidden = false;
  const kind = (entry.kind ? ` ${culture.data.view.kinds[entry.kind]}.` : "") + (culture.otherwise(entry, "") ? ` It ${culture.data.names.otherwise}, so it is not ranked.` : "");
  fill("model-status", `${entry.n_cases} cases measured, ${entry.n_failed} failed; ${entry.trust}: ${culture.data.view.trust[entry.trust]}.${kind}` +
    (entry.complete ? "" : ` Partial: ${entry.partial_because.join(", ")}.`));
  culture.showFindings(run.about);
  const when = [["measured", entry.measured_at], ["harness", entry.harness_version], ["trust", entry.trust]].filter(([, value]) => value);
  fill("facts", ...[...run.about.facts, ...when].flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
  culture.showStories(run);
  culture.showCharts(run, entry);
  return culture.showCases(run);
};

// Summary, other findings, and the gates; the word before a gate is its status.
culture.showFindings = (about) => {
  const {make, fill, byId} = culture;
  fill("in-short", ...about.lines.flatMap(([label, value, beside]) => [make("dt", {}, label), make("dd", {}, value ? make("b", {}, value) : "", value && beside ? ` · ${beside}` : beside)]));
  byId("in-short").hidden = !about.lines.length;
  const lines = [...about.findings, ...about.failed.map((one) => `failed: ${one.case}: ${one.reason}`)];
  fill("findings", ...lines.map((line) => make("li", {}, line)));
  byId("findings").hidden = !lines.length;
  const held = about.gates.filter(([, holds]) => holds).length;
  fill("gates-heading", `Gates: ${held} of ${about.gates.length} ${about.gates.length === 1 ? "holds" : "hold"}`);
  fill("gates", ...about.gates.map(([status, holds, sentence]) => make("li", {class: holds ? "" : "missed"}, make("b", {class: "status"}, status || "said"), ` ${sentence}`)));
  byId("gates-part").hidden = !about.gates.length;
};

culture.showCharts = (run, entry = culture.entry(culture.state.model)) => {
  culture.figureChoices(run);
  const words = culture.suite().words, column = culture.figureColumn(), reading = culture.group().readings[culture.state.reading];
  const by = (family) => {
    const rows = culture.rowsBy(run, family), what = Object.keys(culture.group().readings).length > 1 ? `, ${reading}` : "";
    return `${culture.capital(culture.proxyName(culture.shownProxy(rows)))}${what}`;
  };
  culture.fill("figure-note", [column.note, column.metric === culture.headline().metric ? "" : words.no_grade ? "It has no better end." : ""].join(" "));
  culture.showMap(run);
  culture.showDots("regions", culture.members(run, "region"), "By region", `${by("region")}. The United Nations' regions.`, "Region");
  culture.showDots("income", culture.members(run, "income_group"), "By income of the country", `${by("income_group")}. World Bank groups.`, "Income group");
  culture.showDots("proxies", culture.proxyMembers(run, entry), `By ${words.proxy}`, Object.keys(culture.group().readings).length > 1 ? `All countries, ${reading}.` : "All countries.", "Shown by");
  culture.showDots("topics", culture.members(run, "topic"), `By ${words.topic}`, `${by("topic")}.`, words.topic);
  culture.showGain(run);
  culture.showReliability(run);
  culture.showHeatmap(run);
  culture.showDots("countries", culture.members(run, "country"), "By country", `${by("country")}${culture.isHeadline() && words.below ? `; ${words.below}` : "."}`, "Country");
};

// By proxy: the board's figures for the headline, the run's for any other figure.
culture.proxyMembers = (run, entry) => {
  if (!culture.isHeadline()) return culture.membersOf(culture.rowsBy(run, "proxy"), "proxy", "");
  return Object.entries(culture.group().proxies).filter(([proxy]) => proxy)
    .map(([proxy, name]) => {
      const figures = culture.figures(entry, proxy);
      return {name, pair: [figures[culture.headline().metric], culture.marks().map((mark) => (figures[mark.metric] || [null])[0])]};
    }).filter(({pair}) => pair[0]);
};

culture.chooseModel = (id, go) => {
  culture.state.model = id;
  culture.byId("model-choice").value = id;
  if (go) culture.goTo("model");
  return culture.showModel();
};

culture.goTo = (id) => {
  const target = culture.byId(id);
  target.scrollIntoView();
  const heading = target.querySelector("h2, h3") || target;
  heading.setAttribute("tabindex", "-1");
  heading.focus({preventScroll: true});
};
