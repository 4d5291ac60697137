package main

import (
	"flag"
	"fmt"
	"net"

	"parley/llm/llmtest"
)

// pace is the time from one word of the model to the next: 50 a second.
const pace = 20 // milliseconds

// serveModel is the part "model" of this program: a scripted model.
func serveModel(args []string) error {
	flags := flag.NewFlagSet("model", flag.ExitOnError)
	words := flags.Int("words", 0, "length of an answer")
	if err := flags.Parse(args); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("http://%s/v1\n", listener.Addr())
	endWithInput()
	return llmtest.Serve(listener, llmtest.NewModel(llmtest.Script{Words: *words, PaceMS: pace}))
}
