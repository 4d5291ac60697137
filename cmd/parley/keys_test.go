package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"parley/persistence/seal"
)

// said runs a command on a configuration, and returns what it prints.
func said(t *testing.T, c *Config, run func(*kong.Kong) error) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(&kong.Kong{Stdout: &out, Stderr: &out})
	for _, key := range []string{c.Key, c.KeyOld} {
		if key != "" && strings.Contains(out.String(), key) {
			t.Errorf("it prints a key: %s", &out)
		}
	}
	return out.String(), err
}

func status(t *testing.T, c *Config) string {
	t.Helper()
	printed, err := said(t, c, func(k *kong.Kong) error { return (&KeyStatusCmd{*c}).Run(t.Context(), k) })
	if err != nil {
		t.Fatal(err)
	}
	return printed
}

func rotate(t *testing.T, c *Config) (string, error) {
	t.Helper()
	return said(t, c, func(k *kong.Kong) error { return (&RotateKeysCmd{*c}).Run(t.Context(), k) })
}

func forget(t *testing.T, c *Config) (string, error) {
	t.Helper()
	return said(t, c, func(k *kong.Kong) error { return (&ForgetKeysCmd{*c}).Run(t.Context(), k) })
}

func migrated(t *testing.T, arguments ...string) *Config {
	t.Helper()
	c, err := parse(t, arguments...)
	if err != nil {
		t.Fatal(err)
	}
	if err := (&MigrateCmd{*c}).Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c
}

func TestTheKeyOfAFolderIsChangedAndTheOldOneForgotten(t *testing.T) {
	data := t.TempDir()
	c := migrated(t, "--data="+data)
	file := filepath.Join(data, "key")
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if now := status(t, c); !strings.Contains(now, "Everything is sealed under the new key.") {
		t.Error(now)
	}
	if printed, err := rotate(t, c); err != nil || !strings.Contains(printed, "wrapped 1 of 1 keys again") {
		t.Fatalf("%s: %v", printed, err)
	}
	both, err := os.ReadFile(file)
	if err != nil || strings.Count(string(both), "\n") != 2 || !strings.HasSuffix(string(both), string(before)) {
		t.Errorf("the old key is not behind the new one: %v", err)
	}
	if now := status(t, c); !strings.Contains(now, "Nothing needs the old one but backups") {
		t.Error(now)
	}
	if printed, err := forget(t, c); err != nil || !strings.Contains(printed, "took 1 old keys out") {
		t.Errorf("%s: %v", printed, err)
	}
	migrated(t, "--data="+data) // the new key opens it
	if err := os.WriteFile(file, before, 0o600); err != nil {
		t.Fatal(err)
	}
	old, err := parse(t, "--data="+data)
	if err != nil {
		t.Fatal(err)
	}
	if err := (&MigrateCmd{*old}).Run(t.Context()); err == nil || !strings.Contains(err.Error(), "is not the one that this database was sealed with") {
		t.Errorf("the old key opens it: %v", err)
	}
	if now := status(t, old); !strings.Contains(now, "No key that is set here opens some of them") {
		t.Error(now)
	}
}

func TestAKeyThatIsSetIsChangedInSteps(t *testing.T) {
	data, was, is := t.TempDir(), seal.GenerateKey(), seal.GenerateKey()
	c := migrated(t, "--data="+data, "--key="+was)
	if _, err := rotate(t, c); err == nil || !strings.Contains(err.Error(), "parley keys new") {
		t.Errorf("without another key: %v", err)
	}
	alone, err := parse(t, "--data="+data, "--key="+is)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rotate(t, alone); err == nil || !strings.Contains(err.Error(), "PARLEY_KEY_OLD") {
		t.Errorf("without the old key: %v", err)
	}
	changing := migrated(t, "--data="+data, "--key="+is, "--key-old="+was)
	if now := status(t, changing); !strings.Contains(now, "Run parley keys rotate") {
		t.Error(now)
	}
	if said := examined(t, "--data="+data, "--key="+is, "--key-old="+was); !strings.Contains(said, "is still sealed under an old master key") {
		t.Error(said)
	}
	for range 2 { // twice is as well as once
		if printed, err := rotate(t, changing); err != nil || !strings.Contains(printed, "Take PARLEY_KEY_OLD away") {
			t.Fatalf("%s: %v", printed, err)
		}
	}
	migrated(t, "--data="+data, "--key="+is)
	if _, err := forget(t, changing); err == nil {
		t.Error("what is set is not in a file")
	}
	if _, err := parse(t, "--key-old="+was); err == nil || !strings.Contains(err.Error(), "PARLEY_KEY_OLD needs PARLEY_KEY") {
		t.Errorf("an old key alone: %v", err)
	}
}

func TestAnOldKeyIsNotForgottenWhileItIsNeeded(t *testing.T) {
	data := t.TempDir()
	c := migrated(t, "--data="+data)
	if _, err := seal.AddKey(c.keyFile()); err != nil {
		t.Fatal(err)
	}
	if _, err := forget(t, c); err == nil || !strings.Contains(err.Error(), "parley keys rotate") {
		t.Errorf("got %v", err)
	}
	if _, err := rotate(t, c); err != nil { // which was interrupted: the key that is there is taken
		t.Error(err)
	}
	if _, err := forget(t, c); err != nil {
		t.Error(err)
	}
}
