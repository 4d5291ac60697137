// Package compose tries docker-compose.yml by the library with which Docker Compose reads it, so that it is
// known to be right where no container engine is.
package compose

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

// hangs is what Parley takes beyond PARLEY_DRAIN at most, before it ends by itself (cmd/parley/drain.go: closing and slack).
const hangs = 8 * time.Second

var secrets = []string{"PARLEY_KEY=key", "POSTGRES_PASSWORD=password"}

// load is `docker compose --profile … config`.
func load(t *testing.T, env []string, profiles ...string) (*types.Project, error) {
	t.Helper()
	options, err := cli.NewProjectOptions([]string{"../../docker-compose.yml"},
		cli.WithEnv(env), cli.WithProfiles(profiles), cli.WithName("parley"), cli.WithoutEnvironmentResolution)
	if err != nil {
		t.Fatal(err)
	}
	return options.LoadProject(t.Context())
}

func must(t *testing.T, profiles ...string) *types.Project {
	t.Helper()
	project, err := load(t, secrets, profiles...)
	if err != nil {
		t.Fatal(err)
	}
	return project
}

// set is what a variable of a service is set to.
func set(t *testing.T, service types.ServiceConfig, variable string) string {
	t.Helper()
	value := service.Environment[variable]
	if value == nil {
		t.Errorf("%s has no %s", service.Name, variable)
		return ""
	}
	return *value
}

func TestOneNodeIsTheDefault(t *testing.T) {
	t.Parallel()
	if got := slices.Sorted(maps.Keys(must(t).Services)); !slices.Equal(got, []string{"parley", "postgres", "redis"}) {
		t.Errorf("it starts %v", got)
	}
}

func TestTheProfileAddsNodesAndAProxy(t *testing.T) {
	t.Parallel()
	got := slices.Sorted(maps.Keys(must(t, "cluster").Services))
	if !slices.Equal(got, []string{"parley", "parley-2", "parley-3", "postgres", "proxy", "redis"}) {
		t.Errorf("it starts %v", got)
	}
}

func TestNothingStartsWithoutItsSecrets(t *testing.T) {
	t.Parallel()
	for _, missing := range secrets {
		name, _, _ := strings.Cut(missing, "=")
		rest := slices.DeleteFunc(slices.Clone(secrets), func(s string) bool { return s == missing })
		if _, err := load(t, rest); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: %v", name, err)
		}
	}
}

func TestEachNodeHasWhatANodeNeeds(t *testing.T) {
	t.Parallel()
	project := must(t, "cluster")
	addresses, folders := map[string]bool{}, map[string]bool{}
	for name, node := range project.Services {
		if !strings.HasPrefix(name, "parley") {
			continue
		}
		set := func(variable string) string { return set(t, node, variable) }
		if address := set("PARLEY_CLUSTER_ADDR"); address != name+":7946" || set("PARLEY_CLUSTER_LISTEN") != "0.0.0.0:7946" {
			t.Errorf("%s is reached by others at %s", name, address)
		} else {
			addresses[address] = true
		}
		if set("DATABASE_URL") == "" || set("REDIS_URL") == "" || set("PARLEY_KEY") != "key" {
			t.Errorf("%s does not share what nodes share", name)
		}
		if proxy := project.Services["proxy"].Networks["default"].Ipv4Address; !slices.Contains(strings.Split(set("PARLEY_TRUSTED_PROXIES"), ","), proxy) {
			t.Errorf("%s does not believe the proxy at %s", name, proxy)
		}
		drain, err := time.ParseDuration(set("PARLEY_DRAIN"))
		if err != nil || node.StopGracePeriod == nil || time.Duration(*node.StopGracePeriod) < drain+hangs {
			t.Errorf("%s is killed %v after it was asked to end, and drains for %v", name, node.StopGracePeriod, drain)
		}
		for _, volume := range node.Volumes {
			folders[volume.Source] = true
		}
		for _, port := range node.Ports {
			if port.HostIP != "127.0.0.1" || port.Target != 8080 {
				t.Errorf("%s publishes %d at %q", name, port.Target, port.HostIP)
			}
		}
		if !node.ReadOnly || !slices.Equal(node.CapDrop, []string{"ALL"}) || node.User != "" || node.Privileged {
			t.Errorf("%s may do more than it needs", name)
		}
	}
	if len(addresses) != 3 || len(folders) != 3 {
		t.Errorf("nodes at %v keep their folders in %v", addresses, folders)
	}
}

func TestOnlyTheProxyIsReachedFromOutside(t *testing.T) {
	t.Parallel()
	for name, service := range must(t, "cluster").Services {
		for _, port := range service.Ports {
			if name != "proxy" && port.HostIP != "127.0.0.1" {
				t.Errorf("%s publishes %d to everybody", name, port.Target)
			}
		}
	}
}

func TestTheProxyKnowsAllNodes(t *testing.T) {
	t.Parallel()
	project := must(t, "cluster")
	var nodes []string
	for name := range project.Services {
		if strings.HasPrefix(name, "parley") {
			nodes = append(nodes, name+":8080")
		}
	}
	slices.Sort(nodes)
	known := strings.Fields(set(t, project.Services["proxy"], "PARLEY_NODES"))
	slices.Sort(known)
	if !slices.Equal(known, nodes) {
		t.Errorf("it sends visitors to %v, not to %v", known, nodes)
	}
}

func TestRedisWritesNothingAndForgetsNothing(t *testing.T) {
	t.Parallel()
	command := strings.Join(must(t).Services["redis"].Command, " ")
	for _, part := range []string{`--save  --appendonly no`, "--maxmemory-policy noeviction"} {
		if !strings.Contains(command, part) {
			t.Errorf("it runs as %q, without %q", command, part)
		}
	}
}

// What the image is made of is in the repository, and reaches the build.
func TestTheImageIsMadeOfWhatIsThere(t *testing.T) {
	t.Parallel()
	recipe, err := os.ReadFile("../../Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	ignored, err := os.ReadFile("../../.dockerignore")
	if err != nil {
		t.Fatal(err)
	}
	copied := 0
	for line := range strings.Lines(string(recipe)) {
		words := strings.Fields(line)
		if len(words) < 3 || words[0] != "COPY" || strings.HasPrefix(words[1], "--") {
			continue
		}
		for _, source := range words[1 : len(words)-1] {
			copied++
			if _, err := os.Stat("../../" + source); err != nil {
				t.Error(err)
			}
			if slices.Contains(strings.Fields(string(ignored)), source) {
				t.Errorf("%s is copied, and is in .dockerignore", source)
			}
		}
	}
	if copied == 0 {
		t.Error("the image is made of nothing")
	}
}
