// Two nationalities' stories side by side, with the words that mark each; texts are text nodes.
culture.showStories = (run) => {
  const {byId, state, options, country} = culture, about = run && run.stories, words = culture.suite().words;
  byId("stories").hidden = !about;
  if (!about) return;
  const marked = Object.keys(run.words), shelves = new Map(about.shelves);
  byId("story-controls").hidden = !shelves.size && marked.length < 2;
  for (const name of ["concept", "picture", "heat"]) byId(`story-${name}`).closest("label").hidden = !shelves.size;
  state.story_concept = options(byId("story-concept"), [...shelves.keys()].map((slug) => [slug, culture.topic(slug)]), state.story_concept);
  const proxies = shelves.get(state.story_concept) || [], order = Object.keys(words.proxies);
  const sorted = [...proxies].sort((a, b) => order.indexOf(a) - order.indexOf(b));
  state.story_picture = options(byId("story-picture"), sorted.map((proxy) => [proxy, culture.proxyName(proxy)]), state.story_picture);
  const told = [...new Set([...run.countries, ...marked])].map((code) => [code, country(code)]).sort((a, b) => a[1].localeCompare(b[1]));
  state.story_one = options(byId("story-one"), told, state.story_one);
  state.story_other = options(byId("story-other"), told, state.story_other || (told[1] || told[0] || [""])[0]);
  culture.openStories();
};

culture.openStories = async () => {
  const {byId, state, fill, make} = culture, run = culture.loaded.runs[state.model], model = state.model;
  if (!run || !run.stories) return undefined;
  const about = run.stories, shelves = new Map(about.shelves);
  const babble = culture.entry(model).kind === "random weights";
  fill("story-babble", babble ? "Babble of random weights: this model was never trained. Its texts test the harness and mean nothing." : "");
  byId("story-babble").hidden = !babble;
  if (!shelves.size) {
    fill("story-status", about.given
      ? "The stores and bundles that this page was built with have none of this model's texts."
      : "No texts were given when this page was built: run files hold figures only. Build it with --store, the file that a run names as its store, or with --bundles to read stories here.");
    return fill("told", ...[state.story_one, state.story_other].map((code, place) => culture.told(run, code, place, [], null, "")));
  }
  const proxies = shelves.get(state.story_concept) || [];
  if (!proxies.includes(state.story_picture)) return culture.showStories(run); // another concept has other pictures
  const shelf = `${state.story_concept}/${state.story_picture}`;
  let content;
  try {
    content = await culture.loadStories(model, shelf);
  } catch (error) {
    return fill("story-status", error.message);
  }
  if (state.model !== model || shelf !== `${state.story_concept}/${state.story_picture}`) return undefined;
  const heats = [...new Set(Object.values(content.told).flatMap((by) => Object.keys(by)))].sort();
  state.story_heat = culture.options(byId("story-heat"), heats.map((heat) => [heat, heat]), state.story_heat);
  const each = about.most === 1 ? "the first story" : `the first ${about.most} stories`;
  fill("story-status", `Asked for: a story for children about ${culture.topic(state.story_concept)}, for a child of the nationality; shown: ${culture.proxyName(state.story_picture)}. ` +
    `This page holds ${each} of each case and temperature, not chosen, and at most ${about.characters} characters of one. The others are in the response store.`);
  return fill("told", ...[state.story_one, state.story_other].map((code, place) =>
    culture.told(run, code, place, (content.told[code] || {})[state.story_heat] || [], content.pictures[content.shown[code]], content.shown[code])));
};

// One nationality's column: picture, its words, its stories.
culture.told = (run, code, place, entries, picture, imageId) => {
  const {make} = culture, words = run.words[code] || {}, side = "ab"[place];
  const whom = culture.data.names.whom[code];
  return make("article", {class: `told ${side}`, "aria-label": culture.country(code)},
    make("h3", {}, culture.country(code)),
    whom ? make("p", {class: "note"}, `for ${whom} child`) : "",
    culture.storyPicture(imageId, picture),
    culture.wordList(words),
    ...entries.map((entry) => culture.story(entry, words)),
    entries.length || !culture.hasShelf(run) ? "" : make("p", {class: "note"}, "No story of this nationality here: the cell was not asked or its text was not given."));
};

culture.hasShelf = (run) => run.stories.shelves.length > 0;

culture.storyPicture = (id, about) => {
  const {make} = culture;
  if (!id) return "";
  const terms = about ? [about.credit, about.licence].filter((part) => part).join(", ") : "";
  const why = about && about.src ? "" : about && about.licence && !about.missing ? " (its licence does not let us show it)" : " (file missing)";
  return make("figure", {class: "shown"}, about && about.src ? make("img", {src: about.src, alt: `Picture ${id}`}) : "",
    make("figcaption", {}, `${id}${why}${terms ? ` – ${terms}` : ""}`));
};

const LISTED = 6; // words without proof, in a list and in a text

// Markers; words more frequent without proof; the published count, which has no test.
culture.wordLists = ({tested = [], counted = []}) => ({
  markers: tested.filter(([, , p]) => p <= 0.05),
  rest: tested.filter(([, , p]) => p > 0.05).slice(0, LISTED),
  counted: counted.slice(0, LISTED),
});

culture.noMarkers = ({tested, counted}) => {
  if (tested) return "No word marks this nationality beyond chance.";
  return counted ? "No word is in enough stories to be tested." : "Distinctive words were not computed: they come from stories with a shared or an own picture.";
};

culture.wordList = (words) => {
  const {make} = culture, number = culture.number, {markers, rest, counted} = culture.wordLists(words);
  const list = (title, entries, text) => (entries.length ? make("div", {class: "words"}, make("h4", {}, title),
    make("ul", {}, ...entries.map((entry) => make("li", {title: text(entry)}, entry[0])))) : "");
  return make("div", {},
    list("Words that mark it (p ≤ 0.05)", markers, ([, z, p, n]) => `z ${number(z, 1)}, p ${number(p)}, in ${n} stories`),
    markers.length ? "" : make("p", {class: "note"}, culture.noMarkers(words)),
    list("More frequent here, within chance", rest, ([, z, p, n]) => `z ${number(z, 1)}, p ${number(p)}, in ${n} stories`),
    list("Highest TF-IDF, as published, without a test", counted, ([, weight, n]) => `TF-IDF ${number(weight, 1)}, in ${n} stories`));
};

culture.story = ([text, count, marks], words) => {
  const {make} = culture;
  const names = {refusal: "reads like a refusal", empty: "has no words", truncated: "cut off at the token limit", shortened: "the page shows its beginning"};
  const facts = [count === null ? "" : `${count} ${count === 1 ? "word" : "words"}`, ...marks.map((mark) => names[mark])].filter((part) => part);
  return make("div", {class: "story"}, make("p", {class: "ids"}, facts.join(" · ")),
    make("div", {class: "text"}, ...culture.markedText(text, words)));
};

// Words split as in the analysis (UAX #29), or nearly so if the browser cannot.
culture.cut = (text) => {
  if (Intl.Segmenter) return [...new Intl.Segmenter("en", {granularity: "word"}).segment(text)].map((one) => one.segment);
  return text.split(/([\p{L}\p{N}][\p{L}\p{N}\u0027\u2019]*)/u);
};

culture.markedText = (text, words) => {
  const lists = culture.wordLists(words), markers = new Set(lists.markers.map(([word]) => word));
  const others = new Set([...lists.rest, ...lists.counted].map(([word]) => word));
  const parts = [];
  let plain = "";
  for (const piece of culture.cut(text)) {
    const word = piece.normalize("NFC").toLowerCase().replaceAll("\u2019", "'");
    if (!markers.has(word) && !others.has(word)) { plain += piece; continue; }
    parts.push(plain);
    plain = "";
    parts.push(markers.has(word) ? culture.make("mark", {title: "marks this nationality, p ≤ 0.05"}, piece)
      : culture.make("mark", {class: "weak", title: "more frequent here, without proof"}, piece));
  }
  return [...parts, plain];
};
