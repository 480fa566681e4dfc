// Charts by Vega: a specification, data and signals; drawn again when width or colours change.
culture.colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

culture.config = () => {
  const soft = culture.colour("soft"), ink = culture.colour("ink"), font = culture.colour("sans");
  return {
    background: null,
    range: {diverging: ["low", "low-2", "mid", "high-2", "high"].map(culture.colour)},
    axis: {labelFont: font, titleFont: font, labelFontSize: 11.5, titleFontSize: 11.5, titleFontWeight: 400,
      labelColor: ink, titleColor: soft, gridColor: culture.colour("faint"), domainColor: culture.colour("line"), tickColor: culture.colour("line")},
    legend: {labelFont: font, titleFont: font, labelColor: soft, titleColor: soft, labelFontSize: 11, titleFontSize: 11.5, titleFontWeight: 400},
    text: {font},
  };
};

// Draws into an element; `click` gets the datum of the mark that was clicked.
culture.draw = async (id, chart, data, signals, words, click) => {
  const holder = culture.byId(id);
  if (culture.views[id]) culture.views[id].view.finalize();
  holder.replaceChildren();
  const width = Math.max(260, holder.clientWidth);
  const common = {ink: "ink", soft: "soft", void: "void", edge: "edge", inverse: "paper", a: "a", b: "b"};
  const view = new vega.View(vega.parse(culture.data.charts[chart], culture.config()), {renderer: "svg", container: holder, hover: true});
  view.description(words);
  const known = new Set(culture.data.charts[chart].signals.map((signal) => signal.name));
  for (const [name, css] of Object.entries(common)) if (known.has(name)) view.signal(name, culture.colour(css));
  for (const [name, value] of Object.entries(signals)) view.signal(name, value);
  for (const [name, rows] of Object.entries(data)) view.data(name, structuredClone(rows));
  view.width(width);
  if (click) view.addEventListener("click", (event, item) => { if (item && item.datum) click(item.datum); });
  culture.views[id] = {view, width: holder.clientWidth, again: () => culture.draw(id, chart, data, signals, words, click)};
  await view.runAsync();
};

culture.redraw = (always) => {
  for (const [id, drawn] of Object.entries(culture.views)) {
    const holder = culture.byId(id);
    if (holder.clientWidth && (always || holder.clientWidth !== drawn.width)) drawn.again();
  }
};

culture.markRows = (row, values) => culture.marks()
  .map((mark, place) => ({row, look: culture.look(mark.metric), label: mark.label, value: values[place]}))
  .filter((mark) => mark.value !== null && mark.value !== undefined);

culture.pointRow = (row, series, estimate, name) => ({
  row, series, value: estimate[0], low: estimate[1] ?? null, high: estimate[2] ?? null,
  label: `${row}: ${name} ${culture.number(estimate[0])} ${culture.ends(estimate)}, n = ${estimate[3]}`,
});

// Dots with intervals among their floors; every row of the chart has its own.
culture.dots = (id, points, marks, words, {step = 26, offset = 0} = {}) => {
  const rows = [...new Set(points.map((point) => point.row))];
  const all = [...points.flatMap((point) => [point.value, point.low, point.high]), ...marks.map((mark) => mark.value)]
    .filter((value) => value !== null);
  const signals = {rows, low: Math.min(...all), high: Math.max(...all), axis: culture.headline().label, step, offset};
  return culture.draw(id, "dots", {points, marks}, signals, words);
};
