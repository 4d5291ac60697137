// Command fakemodel is llmtest's model server as a process of its own, for tests that
// are not written in Go. Its first line of output is the base URL to configure.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net"
	"os"

	"parley/llm/llmtest"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("fakemodel: ")
	address := flag.String("addr", "127.0.0.1:0", "`host:port` to listen on")
	scripts := flag.String("scripts", "[]", "how calls behave: a JSON `list` of llmtest.Script")
	tied := flag.Bool("while-stdin", false, "end when standard input does, so as not to outlive the test that started it")
	flag.Parse()

	var played []llmtest.Script
	if err := json.Unmarshal([]byte(*scripts), &played); err != nil {
		log.Fatalf("read -scripts: %v", err)
	}
	listener, err := net.Listen("tcp", *address)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("http://%s/v1\n", listener.Addr())
	if *tied {
		go func() {
			_, _ = io.Copy(io.Discard, os.Stdin)
			os.Exit(0)
		}()
	}
	log.Fatal(llmtest.Serve(listener, llmtest.NewModel(played...)))
}
