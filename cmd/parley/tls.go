package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync"
	"time"
)

// renewed is how often, at most, it is looked whether a certificate was replaced: renewing takes effect for
// connections that begin so much later.
const renewed = 10 * time.Second

// certificate is the operator's own, read again when its files change. A pair that cannot be read, because only one
// of the files is new yet or one is broken, changes nothing: the last good one serves on.
type certificate struct {
	cert, key string // files
	logger    *slog.Logger
	now       func() time.Time

	mu     sync.Mutex
	held   *tls.Certificate
	stamp  string    // of the files that were read last, well or not
	looked time.Time // when
}

// newCertificate reads a certificate and its key from files in PEM.
func newCertificate(cert, key string, logger *slog.Logger) (*certificate, error) {
	c := &certificate{cert: cert, key: key, logger: logger, now: time.Now}
	c.looked = c.now()
	if err := c.read(); err != nil {
		return nil, fmt.Errorf("read the certificate (PARLEY_TLS_CERT, PARLEY_TLS_KEY): %w", err)
	}
	return c, nil
}

// get answers a handshake.
func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.now(); now.Sub(c.looked) >= renewed {
		c.looked = now
		before := c.stamp
		switch err := c.read(); {
		case err == nil && c.stamp != before:
			c.logger.Info("the certificate was replaced", slog.Time("until", c.held.Leaf.NotAfter))
		case err != nil && c.stamp != before:
			c.logger.Error("the new certificate cannot be read; the one before serves on", slog.Any("error", err))
		}
	}
	return c.held, nil
}

// read loads the pair if its files are not those of the last time.
func (c *certificate) read() error {
	stamp, err := stampOf(c.cert, c.key)
	if err != nil {
		stamp = err.Error()
	}
	if stamp == c.stamp {
		return nil
	}
	c.stamp = stamp
	if err != nil {
		return err
	}
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err != nil {
		return err
	}
	c.held = &pair
	return nil
}

// stampOf tells whether files have changed.
func stampOf(files ...string) (stamp string, err error) {
	for _, file := range files {
		about, err := os.Stat(file)
		if err != nil {
			return "", err
		}
		stamp += fmt.Sprint(about.ModTime().UnixNano(), " ", about.Size(), " ")
	}
	return stamp, nil
}

// encrypted lets a listener speak TLS with the configured certificate; without one it stays as it is.
func encrypted(c *Config, listener net.Listener, logger *slog.Logger) (net.Listener, error) {
	if c.TLSCert == "" {
		return listener, nil
	}
	held, err := newCertificate(c.TLSCert, c.TLSKey, logger)
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return tls.NewListener(listener, &tls.Config{
		GetCertificate: held.get,
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"h2", "http/1.1"},
	}), nil
}
