//go:build race

package knowledge_test

// Under the race detector to store what a hundred know takes ten minutes, and its figures say nothing.
const bots = 10
