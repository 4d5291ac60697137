// Package knowledge turns what a business uploads into passages that can be
// found: sources, extraction, passages, the index and retrieval.
//
// Reading a source is a durable job in steps of a page batch each; a killed
// step is repeated and changes nothing twice. Each bot's index lives in memory
// and can always be rebuilt from storage.
//
// extract reads the formats, fetch is the way to the web, crawl decides how a site is read, index finds, and measure
// tells how well. Both Reader and Library are safe for concurrent use.
package knowledge
