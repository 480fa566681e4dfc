// The page's state, and how text and elements are made. Data becomes text nodes, never markup.
culture.state = {sort: "", descending: true, filter: "", baselines: true, colour: "against", figure: "", by: "country"};
culture.views = {};

culture.byId = (id) => document.getElementById(id);

// An element with attributes and children; a child that is not an element is text.
culture.make = (tag, attributes = {}, ...children) => {
  const svg = ["svg", "line", "circle", "rect", "path", "title"].includes(tag);
  const element = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined && value !== null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
};

culture.fill = (id, ...children) => culture.byId(id).replaceChildren(...children);

culture.options = (select, pairs, chosen) => {
  select.replaceChildren(...pairs.map(([value, text]) => culture.make("option", {value}, text)));
  if (pairs.some(([value]) => value === chosen)) select.value = chosen;
  return select.value;
};

culture.number = (value, decimals = 3) =>
  value === null || value === undefined ? "—" : value.toFixed(decimals).replace(/^-(0\.?0*)$/, "$1").replace("-", "−");

// A number of a column; one that would read 0 and is the probability of something keeps its size.
culture.share = (value, column) =>
  column.metric === "option_mass" && value > 0 && value < 0.5 * 10 ** -column.decimals ? value.toExponential(0).replace("-", "−") : culture.number(value, column.decimals);

culture.signed = (value, decimals = 3) => (value > 0 ? "+" : "") + culture.number(value, decimals);

culture.ends = (estimate, decimals = 3) =>
  estimate && estimate[1] !== null && estimate[1] !== undefined
    ? `[${culture.number(estimate[1], decimals)}, ${culture.number(estimate[2], decimals)}]` : "";

culture.country = (code) => (culture.data.names.countries[code] || [code])[0] || "no country";
// A suite's own words come before the survey's: two suites may have a topic with the same name.
culture.topic = (slug) => {
  const own = culture.suite().words.topics;
  const names = Object.keys(own).length ? own : culture.data.names.topics;
  return (Object.hasOwn(names, slug) ? names[slug] : slug.replaceAll("-", " ")) || "no topic";
};
culture.proxyName = (proxy) => {
  const words = culture.suite().words, names = {...culture.data.names.proxies, ...words.proxies, "": words.everything};
  return Object.hasOwn(names, proxy) ? names[proxy] : proxy;
};
culture.member = (family, member) => {
  if (family === "country") return culture.country(member);
  if (family === "topic") return culture.topic(member);
  if (family === "proxy") return culture.proxyName(member);
  if (family === "income_group") return culture.data.names.incomes[member] || member;
  return member;
};

culture.capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

culture.suite = () => culture.data.view.suites.find((suite) => suite.name === culture.state.suite);
culture.group = () => culture.suite().groups.find((group) => group.group_id === culture.state.group);
culture.entry = (id) => culture.group().entries.find((entry) => entry.entry_id === id);
culture.column = (role) => culture.group().columns.filter((column) => column.role === role);
culture.headline = () => culture.column("headline")[0];
// The headline over the answers alone, where it counts questions that were not answered too.
culture.answered = () => culture.group().columns.find((column) => column.metric === culture.group().answered) || culture.headline();
culture.marks = () => culture.group().columns.filter((column) => ["floor", "ceiling"].includes(column.role));

// Two rows may be one model under two configurations; the name then says which.
culture.label = (entry) => {
  const twins = culture.group().entries.filter((other) => other.model === entry.model);
  return twins.length > 1 ? `${entry.model} (${entry.config_digest})` : entry.model;
};

culture.figures = (entry, proxy = culture.state.proxy) =>
  ((entry.figures[proxy] || {})[culture.state.reading]) || {};

// Answers scored, not asked and not answered, of the row and of what is shown of it.
culture.counts = (entry) => ((entry.counts[culture.state.proxy] || {})[culture.state.reading]) || [null, null, null];
// Whether any row shown left something open; else the two columns would hold nothing but zeros.
culture.leftOpen = () => culture.group().entries.some((entry) => culture.counts(entry)[1] || culture.counts(entry)[2]);
// Whether the model gave the options so little probability that it is not ranked.
culture.otherwise = (entry, proxy = culture.state.proxy) => Boolean(entry.otherwise[proxy]);

// How a mark is drawn, everywhere on the page.
culture.look = (metric) => {
  if (metric.endsWith("two_samples")) return "again";
  if (metric.includes("ceiling")) return "ceiling";
  if (metric.includes("world")) return "world";
  return metric.includes("blind") ? "blind" : "uniform";
};

culture.table = (caption, heads, rows) =>
  culture.make("table", {class: "cells"},
    culture.make("caption", {}, caption),
    culture.make("thead", {}, culture.make("tr", {}, ...heads.map((head, place) =>
      culture.make("th", {scope: "col", class: place ? "" : "left"}, head)))),
    culture.make("tbody", {}, ...rows.map((row) => culture.make("tr", {}, ...row.map((cell, place) =>
      place ? culture.make("td", {}, cell) : culture.make("th", {scope: "row"}, cell))))));
