package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"parley/actors/cluster"
	"parley/chat"
	"parley/cmd/parley/doctor"
	"parley/persistence/postgres"
	"parley/persistence/redis"
	"parley/persistence/seal"
	"parley/persistence/sqlite"
)

// Bounds of what is well.
const (
	skew       = 2 * time.Second // between clocks: access tokens and leases allow for less than a minute
	spaceLow   = 1 << 30         // bytes left, of a disk
	spaceEmpty = 100 << 20
)

func (d *DoctorCmd) lookAtFolder(context.Context) []doctor.Finding {
	const embedded = "it holds the database"
	about, err := os.Stat(d.Data)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if parent, err := os.Stat(filepath.Dir(filepath.Clean(d.Data))); err == nil && parent.IsDir() {
			return doctor.Fine("%s will be made at the first start", d.Data)
		}
		return doctor.Wrong("Make the folder, or name another with PARLEY_DATA.", "there is no folder to make %s in", d.Data)
	case err != nil:
		return doctor.Wrong("Run doctor as the user that runs the server.", "%v", err)
	case !about.IsDir():
		return doctor.Wrong("Name a folder with PARLEY_DATA.", "%s is no folder", d.Data)
	}
	probe, err := os.CreateTemp(d.Data, ".doctor-*")
	if err != nil {
		return doctor.Wrong("Give the folder to the user that runs the server: chown -R <user> "+d.Data, "nothing can be written to it: %v", err)
	}
	_ = probe.Close()
	_ = os.Remove(probe.Name())
	left, known := spaceLeft(d.Data)
	switch used := d.DatabaseURL == ""; {
	case known && left < spaceEmpty:
		return doctor.Wrong("Make room, or move PARLEY_DATA to a larger disk.", "only %s are left on the disk of %s", Size(left>>20<<20), d.Data)
	case known && left < spaceLow:
		return doctor.Warn("Make room before it is full.", "only %s are left on the disk of %s", Size(left>>20<<20), d.Data)
	case known && used:
		return doctor.Fine("%s can be written to, with %d GiB left; %s", d.Data, left>>30, embedded)
	}
	return doctor.Fine("%s can be written to", d.Data)
}

func (d *DoctorCmd) lookAtDatabase(ctx context.Context) []doctor.Finding {
	master, err := d.master()
	unkeyed := err != nil
	if unkeyed { // then nothing fits; the check of the key says so
		if master, err = seal.ParseKey(seal.GenerateKey()); err != nil {
			return doctor.Wrong("", "%v", err)
		}
	}
	if d.DatabaseURL == "" {
		seen, err := d.examine(ctx, master)
		if err != nil {
			return doctor.Wrong("Look whether the file is damaged, and restore a backup if it is: parley restore.", "SQLite in %s: %v", d.Data, err)
		}
		where := "SQLite in " + d.Data
		if inUse, err := sqlite.InUse(d.Data); err == nil && inUse {
			where += ", which a running server has open"
		}
		return schemaFinding(where, seen, unkeyed)
	}
	seen, err := d.examine(ctx, master)
	if err != nil {
		return doctor.Wrong("Check DATABASE_URL and the rights of its user, that the server runs, and that a firewall lets this machine through.", "%v", err)
	}
	found := schemaFinding("Postgres "+seen.Server, seen, unkeyed)
	if major := 0; seen.Server != "" {
		if _, err := fmt.Sscanf(seen.Server, "%d", &major); err == nil && major < 13 {
			found = append(found, doctor.Wrong("Use Postgres 13 or newer.", "Postgres %s is too old", seen.Server)...)
		}
	}
	if free := seen.Most - seen.Taken; free < seen.Pool {
		found = append(found, doctor.Warn("Raise max_connections, or lower each node's share with ?pool_max_conns=8 in DATABASE_URL.",
			"of %d connections %d are free, and a node may take %d", seen.Most, free, seen.Pool)...)
	}
	return append(found, clockFinding("the database", seen.Ahead)...)
}

func schemaFinding(where string, seen postgres.Examination, unkeyed bool) []doctor.Finding {
	switch {
	case seen.Empty:
		return doctor.Fine("%s; it is empty, and gets its tables at the first start", where)
	case unkeyed:
		return doctor.Wrong("Put back the key, as PARLEY_KEY or as the file \"key\": a start would make another, and fail.", "%s has data, and there is no master key that could open it", where)
	case !seen.KeyFits:
		return doctor.Wrong("Set PARLEY_KEY, or the file \"key\", to the one that it was made with.", "%s was sealed under another master key", where)
	case seen.Rotate:
		return doctor.Warn("Run parley keys rotate when all nodes have both keys, and take PARLEY_KEY_OLD away then.", "%s is still sealed under an old master key", where)
	case seen.Schema.Floor > seen.Schema.Program:
		return doctor.Wrong("Start the newer version, or restore a backup from before the upgrade.", "%s was changed for newer versions: %v", where, postgres.TooNew{Schema: seen.Schema})
	case seen.Schema.Database < seen.Schema.Program:
		return doctor.Warn("It is brought up to date at the next start, or by: parley migrate", "%s is at migration %d of %d", where, seen.Schema.Database, seen.Schema.Program)
	}
	return doctor.Fine("%s, up to date, and the master key fits", where)
}

// clockFinding is nothing when a clock agrees with ours.
func clockFinding(whose string, ahead time.Duration) []doctor.Finding {
	if ahead.Abs() <= skew {
		return nil
	}
	return doctor.Warn("Keep the clocks of all machines right with NTP.", "the clock of %s differs from this machine's by %v", whose, ahead.Abs().Round(time.Second/10))
}

func (d *DoctorCmd) lookAtRedis(ctx context.Context) []doctor.Finding {
	seen, err := redis.Examine(ctx, d.RedisURL)
	if err != nil {
		return doctor.Wrong("Check REDIS_URL, that the server runs, and that a firewall lets this machine through.", "%v", err)
	}
	found := doctor.Fine("Redis %s", seen.Version)
	if major := 0; seen.Version != "" {
		if _, err := fmt.Sscanf(seen.Version, "%d", &major); err == nil && major < 6 {
			found = doctor.Wrong("Use Redis 6 or newer, or Valkey.", "Redis %s is too old", seen.Version)
		}
	}
	if seen.Bounded && seen.Policy != "noeviction" && seen.Policy != "" && d.ClusterAddr != "" {
		found = append(found, doctor.Warn("Set maxmemory-policy to noeviction: what Parley keeps there is small, and nodes would lose sight of each other.",
			"Redis throws data away when its memory is full (%s)", seen.Policy)...)
	}
	return append(found, clockFinding("Redis", seen.Ahead)...)
}

func (d *DoctorCmd) lookAtCluster(ctx context.Context) []doctor.Finding {
	if d.RedisURL == "" || d.Key == "" {
		return doctor.Wrong("Set REDIS_URL and PARLEY_KEY to the same on all nodes.", "a cluster needs Redis and the same master key on all nodes")
	}
	root, err := d.root(ctx)
	if err != nil {
		return doctor.Wrong("Make one with: parley keys new", "%v", err)
	}
	seen, err := redis.Examine(ctx, d.RedisURL)
	if err != nil {
		return doctor.Wrong("The nodes find each other in Redis: see its line.", "%v", err)
	}
	if len(seen.Members) == 0 {
		return doctor.Warn("Start the nodes; then run doctor again.", "no node is on the roll")
	}
	return memberFindings(ctx, seen.Members, func(ctx context.Context, address string) error {
		return cluster.Greet(ctx, root.Derive("cluster", 32), address)
	})
}

// memberFindings says who is there, and greets each.
func memberFindings(ctx context.Context, members []chat.Member, greet func(ctx context.Context, address string) error) []doctor.Finding {
	var versions, there []string
	var found []doctor.Finding
	for _, member := range members {
		if !slices.Contains(versions, member.Version) {
			versions = append(versions, member.Version)
		}
		if err := greet(ctx, member.Address); err != nil {
			found = append(found, doctor.Wrong("Nodes reach each other at PARLEY_CLUSTER_ADDR: open its port between them, and give all the same PARLEY_KEY.",
				"the node %s cannot be reached from here: %v", member.Address, err)...)
			continue
		}
		there = append(there, member.Address)
	}
	if len(versions) > 1 {
		found = append(found, doctor.Warn("Finish the upgrade: two versions side by side are meant for its time.", "the nodes run %s", strings.Join(versions, " and "))...)
	}
	if len(there) > 0 {
		found = append(doctor.Fine("%d of %d nodes can be reached from here: %s", len(there), len(members), strings.Join(there, ", ")), found...)
	}
	return found
}
