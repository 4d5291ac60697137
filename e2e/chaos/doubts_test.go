package chaos

import (
	"net"
	"net/url"
	"testing"
	"time"

	"parley/e2e/check"
	"parley/e2e/faultproxy"
	"parley/llm/llmtest"
	"parley/persistence/testbed"
)

// Connections to the database break at random instants, most of them in the middle of
// a commit, of which nobody knows then whether it happened; and at last the
// database hangs. What was acknowledged is there, once.
func TestADatabaseThatLeavesDoubtsLosesNothing(t *testing.T) {
	r := begin(t)
	r.quick()
	proxy, address := r.behind(testbed.Postgres(r))
	model := llmtest.NewServer(r, spoken)
	s := r.site("DATABASE_URL="+address, "OPENAI_BASE_URL="+model.URL, "OPENAI_API_KEY=sk-test")
	breaks := r.number("breaks", 15, 1000)
	hangs := time.Duration(r.number("hangs", 1, 20)) * time.Second
	c := s.gather(r.number("crowd", 20, 60), "unavailable", "too_many_waiting")
	r.leaveDoubts(proxy, breaks, 200*time.Millisecond)
	c.suffer(proxy.Stall, hangs, proxy.Resume)
	c.disperse(check.Allow{Lost: true, Failed: true})
}

// leaveDoubts breaks all connections to a database again and again, after a pause at most each time.
func (r *run) leaveDoubts(proxy *faultproxy.Proxy, breaks int, pause time.Duration) {
	r.Helper()
	random, met := r.random(0), 0
	begun := time.Now()
	for range breaks {
		time.Sleep(time.Duration(random.Int64N(int64(pause))))
		switch random.IntN(3) {
		case 0:
			met += proxy.Reset()
		case 1:
			met += proxy.Tear(faultproxy.Down) // what was asked is done, and nobody hears of it
		default:
			met += proxy.Tear(faultproxy.Up)
		}
	}
	r.Logf("%d connections were broken in %v", met, time.Since(begun).Round(time.Millisecond))
}

// behind puts a database behind a proxy, and returns its address there.
func (r *run) behind(database string) (proxy *faultproxy.Proxy, address string) {
	r.Helper()
	at, err := url.Parse(database)
	if err != nil {
		r.Fatal(err)
	}
	proxy, err = faultproxy.Listen(net.JoinHostPort("127.0.0.1", "0"), at.Host)
	if err != nil {
		r.Fatal(err)
	}
	r.Cleanup(func() {
		if err := proxy.Close(); err != nil {
			r.Error(err)
		}
	})
	at.Host = proxy.Addr()
	return proxy, at.String()
}
