package redis

import (
	"flag"
	"log"
	"os"
	"testing"
)

// TestMain lets more tests run at a time than there are processors: they mostly wait.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "12"); err != nil {
		log.Fatal(err)
	}
	os.Exit(m.Run())
}
