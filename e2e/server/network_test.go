package server

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

// A test that needs somebody at a node's place runs this program there: "listen address" echoes what it is sent,
// "reach address" tells by its exit code whether there is such an echo.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "listen" {
		listener, err := net.Listen("tcp", os.Args[2])
		if err != nil {
			panic(err)
		}
		fmt.Println("listening")
		echo(listener)
	}
	if len(os.Args) == 3 && os.Args[1] == "reach" {
		if err := reach(os.Args[2]); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(Main(m))
}

func echo(listener net.Listener) {
	for {
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		go func() { _, _ = io.Copy(connection, connection) }()
	}
}

func reach(address string) error {
	connection, err := net.DialTimeout("tcp", address, 500*time.Millisecond)
	if err != nil {
		return err
	}
	defer connection.Close()
	_ = connection.SetDeadline(time.Now().Add(500 * time.Millisecond))
	if _, err := connection.Write([]byte{1}); err != nil {
		return err
	}
	_, err = connection.Read(make([]byte, 1))
	return err
}

func TestACutTakesWhatItNamesAndNothingElse(t *testing.T) {
	t.Parallel()
	for name, join := range map[string]func(t *testing.T) network{
		"namespaces": func(t *testing.T) network {
			links, err := newNamespaces(t, 2)
			if err != nil {
				t.Skipf("network namespaces are not to be had: %v", err)
			}
			return links
		},
		"proxies": func(t *testing.T) network { return newRelays(t, 2) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			links := join(t)
			node, peer := links.place(0), links.place(1)
			service := func(side Side) string {
				host := links.host(side)
				if host == "" {
					host = "127.0.0.1"
				}
				listener, err := net.Listen("tcp", net.JoinHostPort(host, "0"))
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = listener.Close() })
				go echo(listener)
				return links.to(0, side, listener.Addr().String())
			}
			inside := map[Side]string{Database: service(Database), Cache: service(Cache), Model: service(Model)}
			listen(t, node.under, node.address)
			switch peer.listens {
			case "": // in its own place, reached from that of the node
				inside[Peers] = peer.advertised
				listen(t, peer.under, peer.advertised)
			default: // behind the node's own proxy
				inside[Peers] = node.advertised
				listen(t, node.under, node.listens)
			}
			reached := func() (sides []Side) {
				for side, address := range inside {
					command := append(slices.Clone(node.under), os.Args[0], "reach", address)
					if exec.Command(command[0], command[1:]...).Run() == nil {
						sides = append(sides, side)
					}
				}
				if reach(node.entrance) == nil {
					sides = append(sides, Visitors)
				}
				slices.Sort(sides)
				return sides
			}
			all := slices.Sorted(slices.Values(Everything))
			if got := reached(); !slices.Equal(got, all) {
				t.Fatalf("at first it reaches %v", got)
			}
			for _, side := range Everything {
				if err := links.cut(0, side); err != nil {
					t.Fatal(err)
				}
				rest := slices.DeleteFunc(slices.Clone(all), func(s Side) bool { return s == side })
				if got := reached(); !slices.Equal(got, rest) {
					t.Errorf("cut from %s it reaches %v", side, got)
				}
				if err := links.heal(0, side); err != nil {
					t.Fatal(err)
				}
				if got := reached(); !slices.Equal(got, all) {
					t.Errorf("healed, it reaches %v", got)
				}
			}
		})
	}
}

// listen has somebody echo at an address for the length of a test.
func listen(t *testing.T, under []string, address string) {
	t.Helper()
	command := append(slices.Clone(under), os.Args[0], "listen", address)
	process := exec.Command(command[0], command[1:]...)
	said, err := process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = process.Process.Kill()
		_ = process.Wait()
	})
	if line, err := bufio.NewReader(said).ReadString('\n'); !strings.Contains(line, "listening") {
		t.Fatalf("nobody listens at %s: %v", address, err)
	}
}
