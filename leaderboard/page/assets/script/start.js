// Ties controls to the state and shows everything once; the costliest comes after the first view.
culture.setTheme = (dark) => {
  document.documentElement.dataset.theme = dark ? "dark" : "light";
  const button = culture.byId("theme");
  button.setAttribute("aria-pressed", String(dark));
  culture.redraw(true);
};

culture.compareChoices = () => {
  const {state, byId, options} = culture, entries = culture.group().entries;
  const models = entries.filter((entry) => entry.kind !== "reference");
  const ordered = [...models, ...entries.filter((entry) => entry.kind === "reference")];
  const pairs = ordered.map((entry) => [entry.entry_id, culture.label(entry)]);
  state.model = options(byId("model-choice"), pairs, state.model);
  state.first = options(byId("first"), pairs, state.first);
  state.second = options(byId("second"), pairs, state.second || (pairs[1] || pairs[0])[0]);
  byId("comparison").hidden = entries.length < 2;
};

culture.showGroup = () => {
  const {state, byId, options} = culture, group = culture.group();
  state.reading = options(byId("reading"), Object.entries(group.readings), state.reading || group.first_reading);
  if (!(state.reading in group.readings)) state.reading = group.first_reading;
  const proxies = Object.entries(group.proxies);
  state.proxy = options(byId("proxy"), proxies, state.proxy ?? "");
  byId("proxy").closest("label").hidden = proxies.length < 2;
  for (const [id, word] of [["proxy-word", culture.suite().words.shown_by], ["case-proxy-word", culture.suite().words.shown_by], ["case-topic-word", culture.capital(culture.suite().words.topic)]]) culture.fill(id, word);
  byId("reading").closest("label").hidden = Object.keys(group.readings).length < 2;
  const known = group.columns.map((column) => column.metric);
  if (![...known, "rank", "model", "trust", ...culture.counted.map(([key]) => key)].includes(state.sort)) {
    state.sort = group.headline;
    state.descending = !culture.headline().lower_is_better;
  }
  culture.compareChoices();
  culture.showBoard();
  setTimeout(culture.showBelow, 0);
};

culture.showBelow = () => {
  culture.showComparison();
  culture.showModel();
};

culture.families = () => [["country", "country"], ["topic", culture.suite().words.topic], ["income_group", "income group"], ["region", "region"], ["proxy", culture.suite().words.proxy]];

culture.showSuite = (name) => {
  const {state, byId, make, fill} = culture;
  Object.assign(state, {suite: name, group: null, reading: null, proxy: null, sort: "", model: null, first: null, second: null, caseId: null,
    caseCountry: null, caseTopic: null, caseProxy: null, figure: ""});
  const suite = culture.suite();
  const tabs = culture.data.view.suites.map((one) => make("button", {type: "button", "aria-current": one.name === name ? "true" : null,
    onclick: () => { culture.showSuite(one.name); byId("suites").querySelector("[aria-current]").focus(); }}, one.name));
  fill("suites", ...(tabs.length > 1 ? tabs : []));
  fill("board-heading", suite.words.title);
  fill("about", suite.words.about.join(" "));
  fill("no-grade", suite.words.no_grade);
  byId("no-grade").hidden = !suite.words.no_grade;
  fill("cases-heading", `Down to the ${suite.words.item}`);
  culture.options(byId("compared-by"), culture.families().map(([family, name]) => [family, name]), state.by);
  fill("credit", suite.words.credit);
  state.group = culture.options(byId("group"), suite.groups.map((group) => [group.group_id, group.title]), suite.groups[0].group_id);
  byId("group-label").hidden = suite.groups.length < 2;
  culture.showGroup();
};

culture.listen = () => {
  const {state, byId} = culture;
  const on = (id, name, after, event = "change") => byId(id).addEventListener(event, () => {
    const control = byId(id);
    state[name] = control.type === "checkbox" ? control.checked : control.value;
    after();
  });
  const afresh = () => { Object.assign(state, {model: null, first: null, second: null}); culture.showGroup(); };
  on("group", "group", afresh);
  on("reading", "reading", culture.showGroup);
  on("proxy", "proxy", culture.showGroup);
  on("filter", "filter", culture.showBoard, "input");
  on("baselines", "baselines", culture.showBoard);
  on("model-choice", "model", culture.showModel);
  const charts = () => culture.showCharts(culture.loaded.runs[state.model]);
  on("colour", "colour", charts);
  on("figure", "figure", charts);
  for (const name of ["concept", "picture", "heat", "one", "other"]) on(`story-${name}`, `story_${name}`, () => culture.openStories());
  for (const [id, name] of [["first", "first"], ["second", "second"], ["compared-by", "by"]]) on(id, name, culture.showComparison);
  for (const [id, name] of [["case-country", "caseCountry"], ["case-topic", "caseTopic"], ["case-proxy", "caseProxy"]])
    on(id, name, () => culture.listCases(culture.loaded.runs[state.model]));
  for (const form of document.forms) form.addEventListener("submit", (event) => event.preventDefault());
  byId("theme").addEventListener("click", () => culture.setTheme(document.documentElement.dataset.theme !== "dark"));
  let later = 0;
  addEventListener("resize", () => { clearTimeout(later); later = setTimeout(culture.redraw, 120); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) => culture.setTheme(event.matches));
};

culture.start = () => {
  const {byId, data} = culture;
  culture.setTheme(matchMedia("(prefers-color-scheme: dark)").matches);
  byId("app").hidden = false;
  culture.listen();
  if (data.view.suites.length) culture.showSuite(data.view.suites[0].name);
  else byId("app").replaceChildren(culture.make("p", {}, "This leaderboard has no rows yet."));
  performance.mark("culture-ready"); // the board can be used from here on
};

culture.start();
