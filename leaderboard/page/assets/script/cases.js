// Cases of one model and their content: people's answers, or the right option, beside the model's.
culture.caseName = (one) => [culture.country(one[0]), culture.topic(one[1]), culture.proxyName(one[2]), one[3]].filter((part) => part).join(", ");

// The same, without what the filters already say about every case in the list.
culture.shortName = (one) => {
  const {caseCountry, caseTopic, caseProxy} = culture.state;
  const parts = [caseCountry ? "" : culture.country(one[0]), caseTopic ? "" : culture.topic(one[1]), caseProxy ? "" : culture.proxyName(one[2]), one[3]];
  return parts.filter((part) => part).join(", ") || culture.caseName(one);
};

culture.wanted = (run) => {
  const {caseCountry, caseTopic, caseProxy} = culture.state;
  return run.cases.filter((one) => (!caseCountry || one[0] === caseCountry) && (!caseTopic || one[1] === caseTopic) && (!caseProxy || one[2] === caseProxy));
};

culture.readingOf = (one) => one[7][culture.state.reading] || Object.values(one[7])[0];

const MOST_CASES = 200;

culture.showCases = (run) => {
  const {make, fill, state, byId} = culture;
  byId("cases").hidden = !run;
  if (!run) return;
  const distinct = (place, name) => [["", "all"], ...[...new Set(run.cases.map((one) => one[place]))]
    .map((value) => [value, name(value)]).sort((a, b) => a[1].localeCompare(b[1]))];
  state.caseCountry = culture.options(byId("case-country"), distinct(0, culture.country), state.caseCountry ?? run.cases[0]?.[0]);
  state.caseTopic = culture.options(byId("case-topic"), distinct(1, culture.topic), state.caseTopic ?? "");
  state.caseProxy = culture.options(byId("case-proxy"), distinct(2, culture.proxyName), state.caseProxy ?? (run.cases.some((one) => one[2] === "country") ? "country" : ""));
  culture.listCases(run);
  if (state.caseId && run.cases.some((one) => one[5] === state.caseId)) culture.openCase(state.caseId, false);
  else fill("case", make("p", {class: "note"}, `Choose a case to see its ${culture.suite().words.items}.`));
};

culture.listCases = (run) => {
  const {make, fill, byId} = culture;
  const found = culture.wanted(run);
  const floor = culture.marks()[culture.against()] || null;
  const heads = ["Case", culture.headline().short, ...(floor ? [floor.short] : []), "n"];
  byId("case-list").tHead.replaceChildren(make("tr", {}, ...heads.map((head, place) => make("th", {scope: "col", class: place ? "" : "left"}, head))));
  byId("case-list").tBodies[0].replaceChildren(...found.slice(0, MOST_CASES).map((one) => {
    const pair = culture.readingOf(one) || [[null], []];
    return make("tr", {"data-case": one[5]},
      make("td", {class: "left"}, make("button", {type: "button", onclick: () => culture.openCase(one[5], true)}, culture.shortName(one)),
        one[6] ? make("span", {class: "tags"}, one[6].replaceAll("_", " ")) : ""),
      make("td", {}, culture.number(pair[0][0])),
      ...(floor ? [make("td", {}, culture.number(pair[1][culture.against()]))] : []),
      make("td", {}, String(pair[0][3] ?? "—")));
  }));
  fill("cases-status", `${found.length} of ${run.cases.length} cases of ${culture.label(culture.entry(culture.state.model))}` +
    (found.length > MOST_CASES ? `; the first ${MOST_CASES} are listed, narrow them down for others.` : "."));
};

culture.chooseCases = (change, go) => {
  const {state, byId} = culture;
  if ("country" in change) { state.caseCountry = change.country; byId("case-country").value = change.country; }
  if ("topic" in change) { state.caseTopic = change.topic; byId("case-topic").value = change.topic; }
  if ("proxy" in change) { state.caseProxy = change.proxy; byId("case-proxy").value = change.proxy; }
  culture.listCases(culture.loaded.runs[state.model]);
  if (go) culture.goTo("cases");
};

culture.bar = (share, owner, most, ends) => {
  if (share === null || share === undefined) return "—";
  const bar = culture.make("i", {"aria-hidden": "true"});
  bar.style.width = `${(100 * share) / most}%`;
  const held = ends ? ` (${ends.map((end) => (100 * end).toFixed(0)).join("–")})` : "";
  return culture.make("div", {class: `bar ${owner}`}, culture.make("span", {}, `${(100 * share).toFixed(share < 0.0995 ? 1 : 0)} %${held}`), bar);
};

culture.letters = (place) => String.fromCharCode(65 + (place % 26));

culture.distributions = (answer, people, wording) => {
  const {make} = culture;
  const human = answer.h === undefined ? people.h : answer.h;
  const options = wording ? wording.options : [];
  const count = Math.max((human || []).length, (answer.d || []).length);
  const most = Math.max(0.01, ...(human || []), ...(answer.d || [])); // both on one scale
  const right = wording && wording.right !== undefined ? wording.right : -1, asked = !human || human.length > 0; // an empty list: nobody is ever asked
  const rows = Array.from({length: count}, (_, place) => make("tr", {class: people.na.includes(place) ? "nonanswer" : place === right ? "right" : ""},
    make("th", {scope: "row"}, `${culture.letters(place)}${options[place] ? ` ${options[place]}` : people.na.includes(place) ? " (no opinion)" : ""}${place === right ? " ✓ right" : ""}`),
    asked ? make("td", {}, culture.bar(human && human[place], "people", most)) : null, make("td", {}, culture.bar(answer.d && answer.d[place], "model", most, answer.b && answer.b[place]))));
  return make("table", {class: "pair"},
    make("caption", {class: "aside"}, answer.b ? "Share of each option; of the model's written answers, with a 95 % interval" : "Share of each option"),
    make("thead", {}, make("tr", {}, make("th", {scope: "col"}, "Option"), asked ? make("th", {scope: "col"}, human && human.length ? "People" : "People: not asked") : null, make("th", {scope: "col"}, "Model"))),
    make("tbody", {}, ...rows));
};

culture.scoreLine = (answer, people) => {
  const {reading} = culture.state;
  if (answer.u) {
    const cost = answer.s && answer.s[reading] !== undefined ? `; it counts as the worst answer, ${culture.number(answer.s[reading])}` : "";
    return `${culture.capital(culture.suite().words.unscored)}${cost}`;
  }
  if (answer.v) return Object.entries(answer.v || {}).map(([name, value]) => `${name.replaceAll("_", " ")} ${culture.number(value)}`).join(" · ");
  const marks = ((answer.m || people.m)[reading] || []).map((value, place) => [culture.marks()[place], value]).filter(([mark, value]) => mark && value !== null);
  const mass = answer.o === undefined ? [] : [`option mass ${culture.number(answer.o, 2)}`];
  const ordered = answer.w === undefined || answer.w === null ? [] : [`W1 ${culture.number(answer.w)}`];
  return [`${culture.answered().label} ${culture.number(answer.s[reading])}`, ...ordered, ...marks.map(([mark, value]) => `${mark.short} ${culture.number(value)}`), ...mass].join(" · ");
};

culture.pictureRow = (ids, pictures) => {
  const {make} = culture;
  return make("div", {class: "pictures"}, ...ids.map((id) => {
    const about = pictures[id] || {licence: "", credit: ""};
    const terms = [about.credit, about.licence].filter((part) => part).join(", ");
    const shown = about.src ? make("img", {src: about.src, alt: `Picture ${id}`, loading: "lazy"}) : "";
    const why = about.src || id === "blank" ? "" : about.licence && !about.missing ? " (its licence does not let us show it)" : " (file missing)";
    return make("figure", {}, shown, make("figcaption", {}, `${id === "blank" ? "a grey picture" : id}${why}${terms ? ` – ${terms}` : ""}`));
  }));
};

culture.question = (answer, content) => {
  const {make} = culture, people = content.people[answer.q];
  const wording = content.wording ? content.wording.questions[answer.q] : null;
  const ids = [wording && wording.text ? answer.q : "", wording && wording.code ? `WVS ${wording.code}` : "", people.c && culture.suite().words.cluster ? `${culture.suite().words.cluster} ${people.c}` : ""];
  const known = (answer.d || people.h) !== null && (answer.d || people.h) !== undefined;
  return make("div", {class: "question"}, make("h4", {}, wording && wording.text ? wording.text : answer.q),
    make("div", {class: "ids"}, ids.filter((part) => part).join(" · ")),
    known ? culture.distributions(answer, people, wording) : "",
    make("div", {class: "ids"}, culture.scoreLine(answer, people)));
};

culture.openCase = async (id, go) => {
  const {state, make, fill} = culture;
  const run = culture.loaded.runs[state.model], model = state.model;
  const one = run.cases.find((found) => found[5] === id);
  if (!one) return;
  state.caseId = id;
  if (go && !culture.wanted(run).includes(one)) culture.chooseCases({country: one[0], topic: one[1], proxy: one[2]});
  let content;
  try {
    content = await culture.loadQuestions(model, one[0]);
  } catch (error) {
    fill("case", make("p", {class: "note"}, error.message));
    return;
  }
  if (state.caseId !== id || state.model !== model) return;
  for (const row of document.querySelectorAll("#case-list tbody tr")) row.toggleAttribute("aria-current", row.dataset.case === id);
  const answers = content.cases[id] || [], pictures = [...new Set(answers.flatMap((answer) => answer.i || []))];
  const pair = culture.readingOf(one);
  const [unasked, unanswered] = pair ? pair[0].slice(4) : [0, 0];
  const words = culture.suite().words, why = content.wording ? content.wording.note : words.kept_back;
  fill("case", make("h3", {}, culture.caseName(one)),
    make("p", {class: "note"}, `${id} · ${answers.length} ${answers.length === 1 ? words.item : words.items}${unasked ? `, ${unasked} ${words.unasked}` : ""}${unanswered ? `, ${unanswered} ${words.unscored}` : ""}. ${why}`),
    pictures.length ? culture.pictureRow(pictures, content.pictures) : "",
    ...answers.map((answer) => culture.question(answer, content)));
  if (go) culture.goTo("case");
};
