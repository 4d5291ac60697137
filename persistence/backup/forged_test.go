package backup_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"

	"parley/persistence/backup"
)

// Roles of members are plain: whoever can write to where backups lie could make themselves an owner at the next restore.
func TestAFileThatWasChangedWithoutTheMasterKeyIsRefused(t *testing.T) {
	t.Parallel()
	file, master := aBackup(t)
	var forged bytes.Buffer
	packed := gzip.NewWriter(&forged)
	out, in, sum := tar.NewWriter(packed), entries(t, file), sha256.New()
	for {
		header, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(in)
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case strings.HasPrefix(header.Name, "members/"):
			content = bytes.Replace(content, []byte("true"), []byte("false"), 1)
			header.Size = int64(len(content))
		case header.Name == "end.json": // with a checksum that is right
			content = regexp.MustCompile(`"sha256": "\w+"`).ReplaceAll(content, []byte(`"sha256": "`+hex.EncodeToString(sum.Sum(nil))+`"`))
		}
		fmt.Fprintf(sum, "%s %d\n%s", header.Name, header.Size, content)
		if err := errors.Join(out.WriteHeader(header), second(out.Write(content))); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(out.Close(), packed.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := backup.Check(bytes.NewReader(forged.Bytes()), nil); err != nil {
		t.Fatalf("nobody but who has the key could tell: %v", err)
	}
	if _, err := backup.Check(bytes.NewReader(forged.Bytes()), master); err == nil || !strings.Contains(err.Error(), "without the master key") {
		t.Errorf("checked: %v", err)
	}
	for name, kind := range kinds {
		d := kind(t)
		if _, err := d.restore(t, bytes.NewReader(forged.Bytes()), master, false); err == nil {
			t.Errorf("%s: it was restored", name)
		}
		if rows := d.rows(t, "members"); len(rows) > 0 {
			t.Errorf("%s: it has %v", name, rows)
		}
	}
}

func entries(t *testing.T, file []byte) *tar.Reader {
	t.Helper()
	packed, err := gzip.NewReader(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	return tar.NewReader(packed)
}

func second(_ int, err error) error { return err }
