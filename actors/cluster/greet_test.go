package cluster

import (
	"bytes"
	"crypto/tls"
	"net"
	"testing"
)

func TestOnlyMembersOfTheSameClusterGreetEachOther(t *testing.T) {
	t.Parallel()
	secret := bytes.Repeat([]byte{1}, 32)
	config, err := mutualTLS(secret)
	if err != nil {
		t.Fatal(err)
	}
	config.NextProtos = []string{"h2"}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_ = tls.Server(conn, config).HandshakeContext(t.Context()) // a stranger's fails
			_ = conn.Close()
		}
	}()
	address := listener.Addr().String()
	if err := Greet(t.Context(), secret, address); err != nil {
		t.Error(err)
	}
	if err := Greet(t.Context(), bytes.Repeat([]byte{2}, 32), address); err == nil {
		t.Error("a node of another cluster is greeted")
	}
	_ = listener.Close()
	if err := Greet(t.Context(), secret, address); err == nil {
		t.Error("nobody is greeted")
	}
}
