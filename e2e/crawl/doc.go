// Package crawl has the real binary read websites that its tests serve: what must be read is read once, and nothing else; a page that
// changes changes the answers; a kill in the middle loses and repeats nothing; and a large site keeps nobody else waiting.
package crawl
