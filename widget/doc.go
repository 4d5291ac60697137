// Package widget carries the visitor's chat, built by Vite from the TypeScript
// in this folder, inside the binary.
//
// It serves nothing itself. Pages holds widget.js (the loader that a business
// puts on its page; to be cached for minutes only), widget/ (what the loader and
// the demo page load; each name carries a hash of the content and may be cached
// for ever) and demo.html (the page at /demo). In demo.html, and nowhere else,
// the server replaces BotMark by the id of a bot, or by nothing; `/demo?bot=…`
// goes before it. No page needs an inline script or style.
package widget
