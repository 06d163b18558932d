// Order of search results: pages about choices and changes come last.
var Scorer = {
  score: ([page, , , , score]) => (/^(spec\/decisions\/|CHANGELOG)/.test(page) ? score - 100 : score),

  // The values of Sphinx.
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 15,
  partialTitle: 7,
  term: 5,
  partialTerm: 2,
};
