//go:build !race

package knowledge_test

const bots = 100
