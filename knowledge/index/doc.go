// Package index finds passages by their words: BM25 over title, headings and
// text, with an analysis for each language.
//
// An Index is immutable: Update returns another one that shares what
// did not change, so that searches never wait for an update. All functions are
// safe for concurrent use; nothing is kept on disk.
//
// The scores follow BM25F (Robertson, Zaragoza, Taylor: "Simple BM25 extension
// to multiple weighted fields", 2004): the fields' term frequencies are
// normalised by their lengths, weighted and added before they saturate. The
// analyzers are bleve's. Its index is not used: it scores each field by itself,
// does not tell which words of the question a passage covers, and took twice
// the time to build and to search.
package index
