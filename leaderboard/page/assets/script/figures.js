// What the charts of one model show: the headline between its floors, or another figure of the suite.
culture.figureColumn = () =>
  culture.suite().figures.find((one) => one.metric === culture.state.figure) || culture.headline();
culture.isHeadline = () => culture.figureColumn().metric === culture.headline().metric;
culture.figureMarks = () => (culture.isHeadline() ? culture.marks() : culture.suite().ruled[culture.figureColumn().metric] || []);
culture.form = (column) => `.${Math.min(2, column.decimals)}f`;

// A figure of one reading, such as that of ordered scales, is no choice in the other.
culture.hasFigure = (run, metric) => Object.values(run.figures[metric] || {})
  .some((rows) => rows.some(([, , readings]) => readings[culture.state.reading]));

culture.figureChoices = (run) => {
  const {state, byId, options} = culture, figures = culture.suite().figures.filter((one) => culture.hasFigure(run, one.metric));
  state.figure = options(byId("figure"), [culture.headline(), ...figures].map((one) => [one.metric, one.label]), state.figure);
  byId("figure").closest("label").hidden = !figures.length;
  const floor = culture.marks()[culture.against()];
  const colours = floor && culture.isHeadline() ? [["against", `above or below ${floor.short}`]] : [];
  state.colour = options(byId("colour"), [...colours, ["headline", culture.figureColumn().label]], state.colour);
  byId("colour").closest("label").hidden = colours.length === 0;
};

// Rows of a run by family: those of the chosen figure, or of a named one.
culture.rowsBy = (run, family, metric = culture.figureColumn().metric) =>
  (metric === culture.headline().metric ? run.by[family] : (run.figures[metric] || {})[family]) || [];

// Not every figure is known by proxy: then the overall one is shown, and the page says so.
culture.shownProxy = (rows) => (rows.some(([, shownBy]) => shownBy === culture.state.proxy) ? culture.state.proxy : "");

culture.membersOf = (rows, family, proxy) => rows
  .filter(([, shownBy, readings]) => shownBy === proxy && readings[culture.state.reading])
  .map(([member, , readings]) => ({member, name: culture.member(family, member), pair: readings[culture.state.reading]}));

culture.members = (run, family) => {
  const rows = culture.rowsBy(run, family);
  return culture.membersOf(rows, family, culture.shownProxy(rows));
};

culture.numbers = (rows, first, column = culture.figureColumn(), marks = culture.figureMarks()) => culture.table(
  marks.length ? `${column.label} with its floors` : column.label,
  [first, column.short, "interval", ...marks.map((mark) => mark.short), "n"],
  rows.map(({name, pair}) => [name, culture.number(pair[0][0], column.decimals), culture.ends(pair[0], column.decimals) || "none",
    ...marks.map((mark, place) => culture.number(pair[1][place])), String(pair[0][3] ?? "—")]));

culture.caption = (id, title, text) => culture.fill(id, culture.make("b", {}, title), text);

culture.hideFigure = (id, hidden) => { culture.byId(id).closest("figure").hidden = hidden; };

culture.showDots = (id, members, title, text, first, {column = culture.figureColumn(), marks = culture.figureMarks(), zero = ""} = {}) => {
  culture.hideFigure(id, !members.length);
  if (!members.length) return;
  const bare = members.some(({pair}) => pair[0][1] === null || pair[0][1] === undefined);
  culture.caption(`${id}-caption`, title, [text, culture.lines(marks), bare ? "A dot without a bar has too few for an interval." : ""].join(" "));
  const points = members.map(({name, pair}) => culture.pointRow(name, "a", pair[0], column.label, column.decimals));
  const lines = zero ? members.map(({name}) => ({row: name, look: "world", label: zero, value: 0}))
    : members.flatMap(({name, pair}) => culture.markRows(name, pair[1], marks));
  culture.dots(id, points, lines, `${title}. The numbers are in the table below.`,
    {axis: column.label, form: culture.form(column), step: members.length > 40 ? 19 : 26});
  culture.fill(`${id}-table`, culture.numbers(members, first, column, marks));
};

// What the picture adds, where the run asked without it.
culture.showGain = (run) => {
  const metric = "image_gain_accuracy", column = culture.suite().figures.find((one) => one.metric === metric);
  const families = column ? ["proxy", "topic"] : [];
  const members = families.flatMap((family) => culture.membersOf(culture.rowsBy(run, family, metric), family, ""));
  culture.showDots("gain", members, "What the picture adds", "Accuracy with the picture less without it, by question type and category. Dashed line: it adds nothing.",
    "Questions", {column, marks: [], zero: "the picture adds nothing"});
};

culture.showReliability = (run) => {
  const bins = run.reliability || [];
  culture.hideFigure("reliability", !bins.length);
  if (!bins.length) return;
  culture.caption("reliability-caption", "Does it know when it knows?",
    "Each dot is a bin of equally many questions: how sure the model was, and how often it was right. On the dashed line it is as good as it says; below, too sure.");
  const rows = bins.map(([sure, right, low, high, n]) => ({sure, right, low, high,
    label: `sure by ${culture.number(sure, 2)}, right in ${culture.number(right, 2)} [${culture.number(low, 2)}, ${culture.number(high, 2)}], n = ${n}`}));
  const low = Math.floor(10 * Math.min(...rows.map((row) => row.sure))) / 10;
  culture.draw("reliability", "reliability", {bins: rows}, {low}, "Confidence against accuracy. The numbers are in the table below.");
  culture.fill("reliability-table", culture.table("Confidence against accuracy", ["Probability of the option chosen", "right", "interval", "n"],
    bins.map(([sure, right, from, to, n]) => [culture.number(sure, 2), culture.number(right, 2), culture.ends([right, from, to], 2), String(n)])));
};
