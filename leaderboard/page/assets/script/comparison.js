// Two models side by side: the same rows of the same suite, each between the floors that both share.
culture.sharedMarks = () => culture.marks().filter((mark) => !culture.suite().words.marks.includes(mark.metric));

culture.sharedOf = (values) => values.filter((value, place) => culture.sharedMarks().includes(culture.marks()[place]));

culture.pairsBy = (family, runs, entries) => {
  if (family === "proxy") {
    return Object.entries(culture.group().proxies).map(([proxy, name]) => {
      const both = entries.map((entry) => culture.figures(entry, proxy));
      const marks = culture.sharedMarks().map((mark) => (both[0][mark.metric] || [null])[0]);
      return {name, estimates: both.map((figures) => figures[culture.headline().metric]), marks};
    });
  }
  const [first, second] = runs.map((run) => culture.membersOf(run.by[family], family, culture.shownProxy(run.by[family])));
  const other = new Map(second.map((one) => [one.member, one]));
  return first.filter((one) => other.has(one.member)).map((one) =>
    ({name: one.name, estimates: [one.pair[0], other.get(one.member).pair[0]], marks: culture.sharedOf(one.pair[1])}));
};

// What the intervals allow us to say; a difference of two means is not tested here.
culture.verdict = (entries) => {
  const headline = culture.headline();
  const [one, other] = entries.map((entry) => culture.figures(entry)[headline.metric]);
  const [first, second] = entries.map(culture.label);
  if (!one || !other) return "One of the two was not scored here.";
  const elsewhere = entries.filter((entry) => culture.otherwise(entry)).map(culture.label);
  if (elsewhere.length) return `${elsewhere.join(" and ")}: ${culture.data.names.otherwise}, so the two are not compared.`;
  const says = `${first} ${culture.number(one[0])} ${culture.ends(one)}, ${second} ${culture.number(other[0])} ${culture.ends(other)}: `;
  if ([one, other].some((estimate) => estimate[1] === null || estimate[1] === undefined)) return `${says}without intervals for both, no ranking.`;
  if (one[1] <= other[2] && other[1] <= one[2]) return `${says}the intervals overlap, so neither is above the other.`;
  const above = (one[0] > other[0]) !== headline.lower_is_better ? first : second;
  return `${says}the intervals do not overlap: ${above} ${culture.suite().words.better}.`;
};

culture.showComparison = async () => {
  const {state, fill, byId} = culture;
  const entries = [culture.entry(state.first), culture.entry(state.second)];
  const names = entries.map(culture.label);
  fill("comparison-verdict", culture.verdict(entries));
  let runs = [null, null], family = state.by;
  if (family !== "proxy") {
    if (!entries.every((entry) => entry.has_cases)) family = "proxy";
    else {
      try {
        runs = await Promise.all(entries.map((entry) => culture.loadRun(entry.entry_id)));
      } catch (error) {
        return fill("comparison-verdict", error.message);
      }
    }
  }
  if (state.first !== entries[0].entry_id || state.second !== entries[1].entry_id) return undefined;
  const rows = culture.pairsBy(family, runs, entries).filter(({estimates}) => estimates.every((one) => one && one[0] !== null));
  fill("comparison-lines", rows.length ? culture.lines(culture.sharedMarks()) : "");
  const details = culture.byId("comparison-table").closest("details");
  details.hidden = !rows.length;
  if (!rows.length) return fill("comparison-chart", "Nothing in these groups was asked of both.");
  const points = rows.flatMap(({name, estimates}) => estimates.map((one, place) => culture.pointRow(name, "ab"[place], one, names[place])));
  const marks = rows.flatMap(({name, marks: values}) => culture.markRows(name, values, culture.sharedMarks()));
  fill("comparison-table", culture.table("First, second, and first less second", [byId("compared-by").selectedOptions[0].textContent, names[0], names[1], "difference", ...culture.sharedMarks().map((mark) => mark.short)],
    rows.map(({name, estimates: [one, other], marks: values}) => [name,
      `${culture.number(one[0])} ${culture.ends(one)}`, `${culture.number(other[0])} ${culture.ends(other)}`, culture.signed(one[0] - other[0]),
      ...values.map((value) => culture.number(value))])));
  return culture.dots("comparison-chart", points, marks, `${names[0]} (circles) and ${names[1]} (squares). The numbers are in the table below.`, {step: 32, offset: 5});
};
