// Package check judges conversations from outside. It reads what the clients
// wrote down themselves, the log as the API tells it, the plain columns in SQL and the
// calls that a test's model counted, and says in words where they differ from each
// other or from what the product promises.
//
// It knows the promises (DESIGN.md, "What must always hold"; the wire contract) and nothing of how
// they are kept: it shares no code with the engine, and opens the database by itself. Each
// function looks at one promise and returns every breach of it, none when all is
// well; Conversation looks at all that concern one conversation. Judge a conversation once nothing is
// owed in it any more: what is still under way is a breach.
package check
