package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// profiler takes profiles of Parley while it is measured. The product serves none:
// for this, it is built with one more file. Nil takes none.
type profiler struct {
	folder string // where they are written
	binary string // the parley that can be asked for them
}

//go:embed profiling.go.txt
var profilingFile []byte

// newProfiler builds that parley, from the project's folder.
func newProfiler(folder string) (*profiler, error) {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, fmt.Errorf("make a folder for profiles: %w", err)
	}
	added, err := filepath.Abs("cmd/parley/profiling_of_bench.go")
	if err != nil {
		return nil, err
	}
	p := &profiler{folder: folder, binary: filepath.Join(folder, "parley")}
	source, overlay := filepath.Join(folder, "serve.go"), filepath.Join(folder, "overlay.json")
	replace, err := json.Marshal(map[string]any{"Replace": map[string]string{added: source}})
	if err != nil {
		return nil, err
	}
	for path, content := range map[string][]byte{source: profilingFile, overlay: replace} {
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return nil, fmt.Errorf("write what profiles need: %w", err)
		}
	}
	if out, err := exec.Command("go", "build", "-overlay", overlay, "-o", p.binary, "./cmd/parley").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build a parley that tells profiles: %w\n%s", err, out)
	}
	return p, nil
}

// of returns what asks a Parley for profiles, and the environment that this needs.
func (p *profiler) of(l *lab) (*profiles, []string) {
	if p == nil {
		return nil, nil
	}
	socket := filepath.Join(l.TempDir(), "profiles")
	client := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "unix", socket)
	}}}
	return &profiles{l, p.folder, client}, []string{"PARLEY_BENCH_PROFILES=" + socket}
}

// profiles are those of one process. Nil takes none.
type profiles struct {
	l      *lab
	folder string
	client *http.Client
}

// cpu takes a profile while something is done.
func (p *profiles) cpu(name string, do func()) {
	if p == nil {
		do()
		return
	}
	p.get("start")
	do()
	p.write(name+".cpu", p.get("stop"))
}

// heap takes a profile of what is in use.
func (p *profiles) heap(name string) {
	if p != nil {
		p.write(name+".heap", p.get("heap"))
	}
}

func (p *profiles) write(name string, profile []byte) {
	p.l.must("write a profile", os.WriteFile(filepath.Join(p.folder, strings.ReplaceAll(name, " ", "-")), profile, 0o644))
}

func (p *profiles) get(what string) []byte {
	response, err := p.client.Get("http://parley/" + what)
	p.l.must("ask for a profile", err)
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	p.l.must("ask for a profile", err)
	if response.StatusCode != http.StatusOK {
		p.l.Fatalf("ask for a profile: %s", answer)
	}
	return answer
}
