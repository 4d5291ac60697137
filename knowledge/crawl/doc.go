// Package crawl decides how a site is read: which addresses belong to it and how they are written, what its robots.txt
// and sitemaps say, where its pages lead to, which of them are worth a look, and what a round remembers between two
// steps. It does nothing itself: no network, no storage, no clock. All that it reads was written by strangers and is bounded.
package crawl
