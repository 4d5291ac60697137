// Command faultproxy runs a faultproxy for tests that are not written in Go:
//
//	go run ./e2e/faultproxy/cmd -target 127.0.0.1:8080
//
// It prints one line of JSON, {"proxy":"127.0.0.1:…","control":"http://127.0.0.1:…"},
// and runs until it is killed or its standard input ends, so that it never outlives its test.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"

	"parley/e2e/faultproxy"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "where clients connect")
	control := flag.String("control", "127.0.0.1:0", "where faults are ordered over HTTP")
	target := flag.String("target", "", "the server behind, host:port")
	flag.Parse()
	if err := run(*listen, *control, *target); err != nil {
		fmt.Fprintln(os.Stderr, "faultproxy:", err)
		os.Exit(1)
	}
}

func run(listen, control, target string) error {
	if target == "" {
		return fmt.Errorf("say where to with -target")
	}
	proxy, err := faultproxy.Listen(listen, target)
	if err != nil {
		return err
	}
	defer proxy.Close()
	orders, err := net.Listen("tcp", control)
	if err != nil {
		return fmt.Errorf("listen for orders: %w", err)
	}
	served := make(chan error, 1)
	go func() { served <- http.Serve(orders, proxy.Control()) }()
	err = json.NewEncoder(os.Stdout).Encode(map[string]string{
		"proxy": proxy.Addr(), "control": "http://" + orders.Addr().String(),
	})
	if err != nil {
		return fmt.Errorf("say where we listen: %w", err)
	}
	go func() {
		_, err := io.Copy(io.Discard, os.Stdin)
		served <- err
	}()
	return <-served
}
