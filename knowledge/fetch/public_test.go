package fetch_test

import (
	"errors"
	"testing"

	"parley/knowledge/fetch"
)

func TestPublicLetsThroughWhatIsOnThePublicWebAndNothingElse(t *testing.T) {
	t.Parallel()
	for address, public := range map[string]bool{
		"93.184.215.14:443": true, "93.184.215.14:8443": true, "[2606:4700::1111]:443": true,
		"127.0.0.1:443": false, "10.1.2.3:443": false, "192.168.0.1:80": false, "169.254.169.254:80": false, "100.64.0.1:443": false, "0.0.0.0:80": false,
		"[::1]:443": false, "[fd00::1]:443": false, "[fe80::1]:443": false, "[::ffff:127.0.0.1]:443": false, "[64:ff9b::7f00:1]:443": false, "x": false,
	} {
		network := "tcp4"
		if address[0] == '[' {
			network = "tcp6"
		}
		if err := fetch.Public(network, address, nil); (err == nil) != public || err != nil && !errors.Is(err, fetch.ErrNotPublic) {
			t.Errorf("%s: %v", address, err)
		}
	}
}
