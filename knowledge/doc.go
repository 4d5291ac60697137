// Package knowledge turns what a business uploads into passages that can be
// found: sources, extraction, passages, the index and retrieval.
//
// Reading a source is a durable job in steps of a page batch each; a killed
// step is repeated and changes nothing twice. Each bot's index lives in memory
// and can always be rebuilt from storage.
package knowledge
