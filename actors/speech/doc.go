// Package speech knows the manners of conversation, by tables: which language somebody writes, what is small talk, which
// questions lean on what was said before, which two questions are the same, and the few words
// that are said without a model.
//
// Everything in it is a pure function of its arguments: the same words are understood the same way on every node. What
// it does not know it takes for a question, which is the harmless mistake.
package speech
