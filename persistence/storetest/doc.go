// Package storetest holds the one suite that every store passes, whatever its
// database: what the ports of chat, account and knowledge promise, that tenants
// never meet, that jobs survive, and that nothing people wrote stands in plain
// text. Its benchmarks measure appends. Only tests import it.
package storetest
