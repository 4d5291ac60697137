// Package injection asks a running server, behind which the model obeys everybody: visitors, documents, whoever wrote any part
// of its prompt. Whatever it is told, nothing may reach a visitor but the bot's own passages, what its owner has made public and what that visitor
// said, and no address that nobody of the business gave may be a link.
//
// The attacks are a table of its own, and with PARLEY_EVAL_DATA the collection in bad-input/prompt_injections.csv of that folder.
package injection
