// One model: what was found, a map, topics by countries, income groups, and what stood for the country.
culture.against = () => {
  const name = culture.suite().words.against;
  return culture.marks().findIndex((mark) => mark.metric === name);
};

// What colours a place: how far above the floor that matters it lies, or the headline itself.
culture.tone = (pair) => {
  if (!pair || pair[0][0] === null) return null;
  if (culture.state.colour !== "against") return pair[0][0];
  const floor = pair[1][culture.against()];
  return floor === null || floor === undefined ? null : pair[0][0] - floor;
};

culture.scaleOf = (values) => {
  const found = values.filter((value) => value !== null);
  if (culture.state.colour === "against") {
    const most = Math.max(0.02, ...found.map(Math.abs));
    return {from: -most, middle: 0, to: most, form: "+.2f"};
  }
  const low = Math.min(...found), high = Math.max(...found);
  return {from: low, middle: (low + high) / 2, to: high, form: ".2f"};
};

culture.toneTitle = () => {
  const headline = culture.headline();
  return culture.state.colour === "against"
    ? `${headline.label} less the ${culture.marks()[culture.against()].label.replace("floor: ", "floor ")}`
    : headline.label;
};

culture.tip = (name, pair) => [`${name}: ${culture.headline().label} ${culture.number(pair[0][0])} ${culture.ends(pair[0])}`,
  ...culture.marks().map((mark, place) => `${mark.label} ${culture.number(pair[1][place])}`), `n = ${pair[0][3]}`].join("; ");

// Members of a family under the chosen proxy, with their figures in the chosen reading.
culture.members = (run, family, proxy = culture.state.proxy) => run.by[family]
  .filter(([, shownBy, readings]) => shownBy === proxy && readings[culture.state.reading])
  .map(([member, , readings]) => ({member, name: culture.member(family, member), pair: readings[culture.state.reading]}));

culture.numbers = (rows, first) => culture.table(
  `${culture.headline().label} with its floors and ceiling`,
  [first, culture.headline().short, "interval", ...culture.marks().map((mark) => mark.short), "n"],
  rows.map(({name, pair}) => [name, culture.number(pair[0][0]), culture.ends(pair[0]) || "too few",
    ...culture.marks().map((mark, place) => culture.number(pair[1][place])), String(pair[0][3] ?? "—")]));

culture.caption = (id, title, text) => culture.fill(id, culture.make("b", {}, title), text);

culture.showDots = (id, members, title, text, first) => {
  const figure = culture.byId(id).closest("figure");
  figure.hidden = !members.length;
  if (!members.length) return;
  culture.caption(`${id}-caption`, title, `${text} ${culture.lines()}`);
  const points = members.map(({name, pair}) => culture.pointRow(name, "a", pair[0], culture.headline().label));
  const marks = members.flatMap(({name, pair}) => culture.markRows(name, pair[1]));
  culture.dots(id, points, marks, `${title}. The numbers are in the table below.`);
  culture.fill(`${id}-table`, culture.numbers(members, first));
};

culture.heatCells = (run) => run.cases
  .filter((one) => one[6] === "" && one[3] === "" && (one[2] === culture.heatProxy(run)) && one[7][culture.state.reading])
  .map((one) => ({id: one[5], country: one[0], topic: one[1], pair: one[7][culture.state.reading]}));

// "Everything together" has no cells of its own: the country's name stands for it, else the first proxy.
culture.heatProxy = (run) => {
  const found = [...new Set(run.cases.filter((one) => one[6] === "").map((one) => one[2]))];
  if (found.includes(culture.state.proxy)) return culture.state.proxy;
  return found.includes("country") ? "country" : found[0];
};

culture.showHeatmap = (run) => {
  const cells = culture.heatCells(run), make = culture.make;
  const figure = culture.byId("heatmap").closest("figure");
  figure.hidden = !cells.length;
  if (!cells.length) return;
  const order = Object.keys(culture.data.names.topics);
  const place = (slug) => (order.includes(slug) ? order.indexOf(slug) : order.length);
  const topics = [...new Set(cells.map((cell) => cell.topic))].sort((a, b) => place(a) - place(b) || a.localeCompare(b));
  const countries = [...new Set(cells.map((cell) => cell.country))].sort((a, b) => culture.country(a).localeCompare(culture.country(b)));
  const values = cells.map((cell) => ({...cell, row: culture.topic(cell.topic), column: culture.country(cell.country), value: culture.tone(cell.pair),
    label: `${culture.tip(`${culture.country(cell.country)}, ${culture.topic(cell.topic)}`, cell.pair)}. Click for its questions.`}));
  culture.caption("heatmap-caption", "Topics by countries",
    `${culture.proxyName(culture.heatProxy(run))}. Colour: ${culture.toneTitle()}; an empty cell was not asked. A click opens the questions.`);
  const signals = {...culture.scaleOf(values.map((cell) => cell.value)), rows: topics.map(culture.topic), columns: countries.map(culture.country), title: culture.toneTitle(),
    slanted: (Math.max(540, culture.byId("heatmap").clientWidth) - 190) / countries.length < 66};
  culture.draw("heatmap", "heatmap", {cells: values}, signals, "Heatmap of topics by countries. The numbers are in the table below.",
    (cell) => cell.id && culture.openCase(cell.id, true));
  const byPlace = new Map(cells.map((cell) => [`${cell.topic}/${cell.country}`, cell]));
  culture.fill("heatmap-table", culture.table(culture.toneTitle(), ["Topic", ...countries.map(culture.country)],
    topics.map((topic) => [culture.topic(topic), ...countries.map((country) => {
      const cell = byPlace.get(`${topic}/${country}`);
      if (!cell) return "";
      const value = culture.tone(cell.pair), text = culture.state.colour === "against" ? culture.signed(value, 2) : culture.number(value, 2);
      return make("button", {type: "button", "aria-label": `${culture.topic(topic)}, ${culture.country(country)}: ${text}, open`, onclick: () => culture.openCase(cell.id, true)}, text);
    })])));
};

culture.showMap = (run) => {
  const members = culture.members(run, "country");
  const figure = culture.byId("map").closest("figure");
  figure.hidden = !members.length;
  if (!members.length) return;
  const values = members.map(({member, name, pair}) => ({id: member, value: culture.tone(pair), label: culture.tip(name, pair)}));
  const drawn = new Set(culture.data.world.features.map((feature) => feature.id));
  const small = members.filter(({member}) => !drawn.has(member)).map(({name}) => name);
  culture.caption("map-caption", "Where it lies", `Colour: ${culture.toneTitle()}, ${culture.proxyName(culture.state.proxy)}.` +
    (small.length ? ` Too small for this map, in the table only: ${small.join(", ")}.` : ""));
  const world = culture.data.world.features;
  culture.draw("map", "map", {values, world}, {...culture.scaleOf(values.map((value) => value.value)), title: culture.toneTitle()},
    "Map of the world, measured countries coloured. The numbers are in the table of countries below.",
    (shape) => shape.id && values.some((value) => value.id === shape.id) && culture.chooseCases({country: shape.id}, true));
};

culture.showModel = async () => {
  const entry = culture.entry(culture.state.model), {make, fill} = culture;
  const body = culture.byId("model-body");
  fill("model-heading", culture.label(entry));
  for (const row of document.querySelectorAll("#board tbody tr"))
    row.toggleAttribute("aria-current", row.dataset.id === entry.entry_id);
  if (!entry.has_cases) {
    body.hidden = true;
    fill("model-status", "The run file of this row was not at hand when the page was built: only the table's figures are known.");
    return culture.showCases(null);
  }
  fill("model-status", "Reading the run …");
  let run;
  try {
    run = await culture.loadRun(entry.entry_id);
  } catch (error) {
    body.hidden = true;
    return fill("model-status", error.message);
  }
  if (culture.state.model !== entry.entry_id) return undefined; // another was chosen meanwhile
  body.hidden = false;
  const kind = entry.kind ? ` ${culture.data.view.kinds[entry.kind]}.` : "";
  fill("model-status", `${entry.n_cases} cases measured, ${entry.n_failed} failed; ${entry.trust}: ${culture.data.view.trust[entry.trust]}.${kind}` +
    (entry.complete ? "" : ` Partial: ${entry.partial_because.join(", ")}.`));
  const lines = [...run.about.findings, ...run.about.gates, ...run.about.failed.map((one) => `failed: ${one.case}: ${one.reason}`)];
  fill("findings", ...(lines.length ? lines : ["nothing beside the figures"]).map((line) => make("li", {}, line)));
  const when = [["measured", entry.measured_at], ["harness", entry.harness_version], ["trust", entry.trust]].filter(([, value]) => value);
  fill("facts", ...[...run.about.facts, ...when].flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
  culture.showMap(run);
  culture.showHeatmap(run);
  const shownBy = `${culture.proxyName(culture.state.proxy)}, ${culture.group().readings[culture.state.reading]}`;
  culture.showDots("income", culture.members(run, "income_group"), "By income of the country", `World Bank groups; ${shownBy}.`, "Income group");
  const proxies = Object.entries(culture.group().proxies).filter(([proxy]) => proxy)
    .map(([proxy, name]) => {
      const figures = culture.figures(entry, proxy);
      return {name, pair: [figures[culture.headline().metric], culture.marks().map((mark) => (figures[mark.metric] || [null])[0])]};
    }).filter(({pair}) => pair[0]);
  culture.showDots("proxies", proxies, "By what stood for the country", `All countries, ${culture.group().readings[culture.state.reading]}.`, "Shown by");
  culture.showDots("countries", culture.members(run, "country"), "By country", `${shownBy}; a dot left of the dashed line knows less than the average of all other countries.`, "Country");
  return culture.showCases(run);
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
