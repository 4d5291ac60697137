package main

import (
	"net/http"
	"os"
	"os/exec"
	"time"

	"parley/e2e/server"
)

// start measures the first start of all, on an empty folder.
func start() experiment {
	return experiment{
		name: "start",
		rows: []row{{"start to ready, embedded", "s", atMostOf(1.5)}},
		parley: func(l *lab) []float64 {
			s := server.New(l)
			l.step("start Parley")
			begun := time.Now()
			s.Run()
			return []float64{time.Since(begun).Seconds()}
		},
	}
}

// rest measures what the demo holds in memory once its bot has read the documentation.
func rest(binary string) experiment {
	return experiment{
		name: "rest",
		rows: []row{{"memory at rest, demo bot loaded", "MiB", atMostOf(80)}},
		floor: func(l *lab) []float64 {
			return []float64{l.settledMemory(startFloor(l, sqlite.floor(l)...).pid()) / (1 << 20)}
		},
		parley: func(l *lab) []float64 {
			return []float64{l.settledMemory(startDemo(l, binary)) / (1 << 20)}
		},
	}
}

// startDemo runs the demo and returns its process id once it is ready. Package
// server gives it an address, a folder and an environment, but starts no demo.
func startDemo(l *lab, binary string) (pid int) {
	l.step("start the demo")
	s := server.New(l)
	demo := exec.Command(binary, "serve", "--demo", "--addr", s.Address, "--data", s.Data)
	demo.Env = os.Environ()
	for _, name := range []string{"PARLEY_KEY", "PARLEY_PUBLIC_URL", "PARLEY_CLUSTER_ADDR", "DATABASE_URL", "REDIS_URL", "OPENAI_API_KEY", "OPENAI_BASE_URL"} {
		demo.Env = append(demo.Env, name+"=")
	}
	l.must("start the demo", demo.Start())
	l.Cleanup(func() {
		_ = demo.Process.Kill() // it may have ended already
		_ = demo.Wait()
	})
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); l.pause(20 * time.Millisecond) {
		response, err := http.Get(s.URL() + "/readyz")
		if err != nil {
			continue
		}
		response.Body.Close()
		if response.StatusCode == http.StatusOK {
			return demo.Process.Pid
		}
	}
	l.Fatalf("the demo is not ready after %v", patience)
	return 0
}
