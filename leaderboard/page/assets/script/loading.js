// Data of single runs, from script files in the page's folder: file:// can read nothing else.
culture.loaded = {runs: {}, questions: {}, pictures: {}, wording: {}, stories: {}};
culture.pending = {};

culture.run = (id, content) => { culture.loaded.runs[id] = content; };
culture.questions = (id, country, content) => { culture.loaded.questions[`${id}-${country}`] = content; };
culture.pictures = (country, content) => { culture.loaded.pictures[country] = content; };
culture.stories = (id, shelf, content) => { culture.loaded.stories[`${id}-${shelf}`] = content; };
culture.wording = (digest, content) => { culture.loaded.wording[digest] = content; };

culture.fileName = (text) => text.replace(/[^A-Za-z0-9-]/g, "-") || "all";

culture.load = (name) => {
  culture.pending[name] ||= new Promise((resolve, reject) => {
    const script = culture.make("script", {src: `data/${name}.js`});
    script.onload = resolve;
    script.onerror = () => {
      delete culture.pending[name];
      script.remove();
      reject(new Error(`data/${name}.js cannot be read; it is next to this page where the page was built`));
    };
    document.head.append(script);
  });
  return culture.pending[name];
};

culture.loadRun = async (id) => {
  await culture.load(id);
  return culture.loaded.runs[id];
};

culture.loadStories = async (id, shelf) => {
  await culture.load(`${id}-story-${culture.fileName(shelf)}`);
  return culture.loaded.stories[`${id}-${shelf}`];
};

culture.loadQuestions = async (id, country) => {
  const run = await culture.loadRun(id);
  const file = culture.fileName(country);
  const wanted = [culture.load(`${id}-${file}`), culture.load(`pictures-${file}`)];
  if (run.wording) wanted.push(culture.load(`wording-${run.wording}`));
  await Promise.all(wanted);
  return {
    ...culture.loaded.questions[`${id}-${country}`],
    pictures: culture.loaded.pictures[country] || {},
    wording: run.wording ? culture.loaded.wording[run.wording] : null,
  };
};
