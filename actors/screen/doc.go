// Package screen decides what of a model's words a visitor is shown, while they stream in: a model may obey what a
// passage or the visitor tells it, so nothing that it writes is taken at its word.
//
// Marks of passages that there are not, or that do not hold what is said, are removed. Addresses that neither the passages nor the
// owner gave become text, and pictures become their descriptions. An answer that begins to repeat what was meant for the model alone
// ends there. What is shown cannot be taken back, so text is held until it is known to be harmless: to the end of a word that may
// become an address, of brackets, of a run of words that are the owner's. All other text passes at once.
package screen
