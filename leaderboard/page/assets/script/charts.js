// Charts by Vega: a specification, data and signals; drawn again when width or colours change.
culture.turn = Promise.resolve();

culture.colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

// If a value has a middle that matters, colours diverge there; else they run one way.
culture.range = (diverging) => (diverging ? ["low", "low-2", "mid", "high-2", "high"] : ["seq-1", "seq-2", "seq-3", "seq-4", "high"]).map(culture.colour);

culture.config = (diverging = true) => {
  const soft = culture.colour("soft"), ink = culture.colour("ink"), font = culture.colour("sans");
  return {
    background: null,
    range: {diverging: culture.range(diverging)},
    axis: {labelFont: font, titleFont: font, labelFontSize: 11.5, titleFontSize: 11.5, titleFontWeight: 400,
      labelColor: ink, titleColor: soft, gridColor: culture.colour("faint"), domainColor: culture.colour("line"), tickColor: culture.colour("line")},
    legend: {labelFont: font, titleFont: font, labelColor: soft, titleColor: soft, labelFontSize: 11, titleFontSize: 11.5, titleFontWeight: 400},
    text: {font},
  };
};

// A chart's specification with this data, these signals and the page's colours in it.
culture.specification = (chart, data, signals, width) => {
  const spec = structuredClone(culture.data.charts[chart]);
  const css = {ink: "ink", soft: "soft", empty: "void", edge: "edge", inverse: "paper", a: "a", b: "b"};
  for (const signal of spec.signals) {
    if (signal.name in signals) signal.value = signals[signal.name];
    else if (signal.name in css) signal.value = culture.colour(css[signal.name]);
  }
  if (signals.tall) { // the explanation is where scrolling begins
    if (spec.legends) spec.legends[0].orient = "top";
    else spec.axes[0].orient = "top";
  }
  for (const set of spec.data) if (set.name in data) set.values = structuredClone(data[set.name]);
  return {...spec, width};
};

// Draws into an element; `click` gets the datum of the mark that was clicked. Expressions are
// interpreted (ast), so that the page can forbid scripts made of text.
culture.draw = async (id, chart, data, signals, words, click) => {
  const holder = culture.byId(id);
  const drawn = {width: holder.clientWidth, again: () => culture.draw(id, chart, data, signals, words, click)};
  if (culture.views[id] && culture.views[id].finalize) culture.views[id].finalize();
  culture.views[id] = drawn;
  // One chart at a time; between two of them the page responds.
  await (culture.turn = culture.turn.then(() => new Promise((go) => setTimeout(go, 0))));
  if (culture.views[id] !== drawn) return undefined;
  const spec = {...culture.specification(chart, data, signals, Math.max(260, holder.clientWidth)), description: words};
  const result = await vegaEmbed(holder, spec, {mode: "vega", renderer: "svg", actions: false, ast: true, hover: true, config: culture.config(signals.diverging !== false)});
  if (culture.views[id] !== drawn) return result.finalize(); // drawn again meanwhile
  drawn.finalize = result.finalize;
  if (click) result.view.addEventListener("click", (event, item) => { if (item && item.datum) click(item.datum); });
  return undefined;
};

culture.redraw = (always) => {
  for (const [id, drawn] of Object.entries(culture.views)) {
    const holder = culture.byId(id);
    if (holder.clientWidth && (always || holder.clientWidth !== drawn.width)) drawn.again();
  }
};

culture.markRows = (row, values, marks = culture.marks()) => marks
  .map((mark, place) => ({row, look: culture.look(mark.metric), label: mark.label, value: values[place]}))
  .filter((mark) => mark.value !== null && mark.value !== undefined);

culture.pointRow = (row, series, estimate, name, decimals = 3) => ({
  row, series, value: estimate[0], low: estimate[1] ?? null, high: estimate[2] ?? null,
  label: `${row}: ${name} ${culture.number(estimate[0], decimals)} ${culture.ends(estimate, decimals)}, n = ${estimate[3]}`,
});

// What the lines of a dot chart mean.
culture.lines = (marks = culture.marks()) => {
  const words = {uniform: "thin", world: "dashed", blind: "dotted", ceiling: "thick", again: "thin"};
  const found = marks.map((mark) => `${words[culture.look(mark.metric)]} ${mark.label.replace("floor: ", "").replace(": ", ", ")}`);
  return found.length ? `Lines: ${found.join(", ")}.` : "";
};

// From least to most, but never so narrow that a small difference looks large.
culture.spread = (values) => {
  const low = Math.min(...values), high = Math.max(...values), least = 0.05 * Math.max(Math.abs(low), Math.abs(high));
  return high - low < least ? [high - least, high] : [low, high];
};

// One decimal more where neighbouring ticks would read the same.
culture.finer = (form, range) => (range < 12 * 10 ** -form[1] ? `.${Number(form[1]) + 1}f` : form);

// Dots with intervals among floors; every row of the chart has its own floors.
culture.dots = (id, points, marks, words, {step = 26, offset = 0, axis = culture.headline().label, form = ".2f"} = {}) => {
  const rows = [...new Set(points.map((point) => point.row))];
  const all = [...points.flatMap((point) => [point.value, point.low, point.high]), ...marks.map((mark) => mark.value)]
    .filter((value) => value !== null);
  const [low, high] = culture.spread(all);
  const signals = {rows, low, high, axis, form: culture.finer(form, high - low), step, offset, tall: rows.length > 40};
  return culture.draw(id, "dots", {points, marks}, signals, words);
};
