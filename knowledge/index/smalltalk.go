package index

// smallTalk are words that visitors put around a question, beyond the function
// words of the analyzers' lists. They say nothing of what is asked.
var smallTalk = map[string]bool{}
