//go:build unix

package extract

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"parley/chat"
)

// What reading a file can end in, as expected.tsv names it.
const (
	endsInText      = "text"
	endsInNoText    = "no-text"
	endsInEncrypted = "encrypted"
	endsInBroken    = "broken"
)

// differently are the files of which we expect something else than expected.tsv says, and why.
var differently = map[string]struct{ expect, probe, why string }{
	"tika-testPDF_bad_page_303226.pdf": {expect: endsInText, probe: "Native American Church",
		why: "its note allows what can be read of it: all of its pages can, one reference between them is bad"},
	"pypdf-inline-image.pdf": {expect: endsInText, probe: "Test",
		why: "beside its image the page shows the word Test, as text"},
	"tika-test-columnar.csv": {expect: endsInText, probe: "Record Number: 10; Square of the Record Number: 100",
		why: "the probe is how the file is written; people read a row with the names of its columns"},
}

// reading is what became of a file in a process of its own.
type reading struct {
	Outcome string
	Error   string
	Text    string
	Peak    int // kilobytes of memory
}

const readInChild = "PARLEY_TEST_EXTRACT_FILE"

// TestAFileIsReadInAProcessOfItsOwn is the process that the tests below start: it says what it read.
func TestAFileIsReadInAProcessOfItsOwn(t *testing.T) {
	name := os.Getenv(readInChild)
	if name == "" {
		t.Skip("it is started by the tests that read whole folders")
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	r := readFile(t.Context(), filepath.Base(name), data)
	r.Peak = peakMemory()
	out, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	fmt.Printf("\nread: %s\n", out)
}

// readFile does what becomes of an upload.
func readFile(ctx context.Context, name string, data []byte) reading {
	media, err := Detect(data[:min(len(data), HeadSize)], name)
	if err != nil {
		return reading{Outcome: outcome(err), Error: err.Error()}
	}
	d, err := shared().Open(ctx, media, data)
	if err != nil {
		return reading{Outcome: outcome(err), Error: err.Error()}
	}
	defer d.Close()
	said := []string{d.Title()}
	found := 0
	for page := 0; page < d.Pages(); {
		blocks, next, err := d.Read(ctx, page)
		if err != nil {
			return reading{Outcome: outcome(err), Error: err.Error()}
		}
		page = next
		found += len(blocks)
		for _, b := range blocks {
			said = append(said, shown(b))
		}
	}
	if found == 0 {
		return reading{Outcome: endsInNoText}
	}
	return reading{Outcome: endsInText, Text: squeeze(strings.Join(said, "\n"))}
}

// outcome names an error. A file that is not what its name says is as good as damaged, and its words say so.
func outcome(err error) string {
	var words *chat.Error
	switch {
	case errors.Is(err, ErrEncrypted):
		return endsInEncrypted
	case errors.Is(err, ErrNoText):
		return endsInNoText
	case errors.Is(err, ErrBroken), errors.As(err, &words) && strings.Contains(words.Message, "may be damaged"):
		return endsInBroken
	}
	if words != nil {
		return words.Code
	}
	return err.Error()
}

// peakMemory is the most that this process ever had. It asks the kernel for this program alone: what rusage says
// begins with the parent's, as it is inherited from before the program was started.
func peakMemory() int {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if value, found := strings.CutPrefix(line, "VmHWM:"); found {
			n, _ := strconv.Atoi(strings.Fields(value)[0])
			return n
		}
	}
	return 0
}

// took is how long a process ran, and how much of that it had a processor.
type took struct{ time, processor time.Duration }

// inChild reads a file in a process of its own, which is killed when it hangs: a book takes seconds, even where many wait for the processor.
func inChild(t *testing.T, name string) (r reading, spent took) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Minute)
	defer cancel()
	var out bytes.Buffer
	child := exec.CommandContext(ctx, os.Args[0], "-test.run=^TestAFileIsReadInAProcessOfItsOwn$")
	child.Env = append(os.Environ(), readInChild+"="+name)
	child.Stdout, child.Stderr = &out, &out
	begun := time.Now()
	err := child.Run()
	spent = took{time.Since(begun), child.ProcessState.UserTime() + child.ProcessState.SystemTime()}
	for line := range strings.Lines(out.String()) {
		if said, found := strings.CutPrefix(line, "read: "); found && json.Unmarshal([]byte(said), &r) == nil {
			if r.Peak == 0 {
				r.Peak = int(child.ProcessState.SysUsage().(*syscall.Rusage).Maxrss)
			}
			return r, spent
		}
	}
	t.Errorf("%s: the process that reads it ended without a word after %v: %v\n%s", filepath.Base(name), spent.time, err, out.String())
	return r, spent
}

// readFolder reads all files that a folder's expected.tsv lists, and holds what became of them against it.
func readFolder(t *testing.T, folder string) {
	t.Helper()
	list, err := os.Open(filepath.Join(folder, "expected.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer list.Close()
	lines := bufio.NewScanner(list)
	lines.Scan() // the names of the columns
	files, as := 0, 0
	t.Logf("%-56s %-10s %-10s %9s %9s %9s", "file", "expected", "outcome", "time", "processor", "peak")
	for lines.Scan() {
		columns := append(strings.Split(lines.Text(), "\t"), "", "", "", "")
		name, expect, probe := columns[0], columns[2], columns[4]
		note := ""
		if d, other := differently[name]; other {
			note, expect, probe = "  expected.tsv says "+expect+": "+d.why, d.expect, d.probe
		}
		got, spent := inChild(t, filepath.Join(folder, name))
		t.Logf("%-56s %-10s %-10s %7dms %7dms %6d MB%s", name, expect, got.Outcome, spent.time.Milliseconds(), spent.processor.Milliseconds(), got.Peak>>10, note)
		files++
		switch {
		case got.Outcome != expect:
			t.Errorf("%s: it ended in %q (%s), expected is %q", name, got.Outcome, got.Error, expect)
		case !strings.Contains(got.Text, squeeze(probe)):
			t.Errorf("%s: %q is not in what was read of it: %.2000s", name, probe, got.Text)
		default:
			as++
		}
	}
	if err := lines.Err(); err != nil || files == 0 {
		t.Errorf("%d files in the list, error %v", files, err)
	}
	t.Logf("%d of %d files as expected", as, files)
}

func TestTheFilesOfTheDevelopmentDataAreReadAsExpected(t *testing.T) {
	data := os.Getenv("PARLEY_EVAL_DATA")
	if data == "" {
		t.Skip("PARLEY_EVAL_DATA names no folder of development data")
	}
	readFolder(t, filepath.Join(data, "files"))
}

func TestAFolderOfFilesIsReadAsExpected(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	list := []string{"file\tbytes\texpect\tnote\tprobe"}
	for _, f := range sampleFiles(t) {
		if err := os.WriteFile(filepath.Join(folder, f.name), f.data, 0o600); err != nil {
			t.Fatal(err)
		}
		list = append(list, fmt.Sprintf("%s\t%d\t%s\t\t%s", f.name, len(f.data), f.expect, f.probe))
	}
	if err := os.WriteFile(filepath.Join(folder, "expected.tsv"), []byte(strings.Join(list, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	readFolder(t, folder)
}

type sampleFile struct {
	name, expect, probe string
	data                []byte
}

// sampleFiles are one of each kind of outcome, made here.
func sampleFiles(t *testing.T) []sampleFile {
	t.Helper()
	whole := docx(t, map[string]string{"word/document.xml": document(para("Forty-five days."))})
	return []sampleFile{
		{"returns.docx", endsInText, "Forty-five days.", whole},
		{"truncated.docx", endsInBroken, "", whole[:len(whole)/2]},
		{"locked.docx", endsInEncrypted, "", []byte(ole + strings.Repeat("\x00", 600) + utf16le("EncryptedPackage"))},
		{"prices.xlsx", endsInText, "Solo | 9", sampleWorkbook(t)},
		{"scan.pdf", endsInNoText, "", pdfFile([][]string{{}}, nil, "")},
		{"words.pdf", endsInText, "as if spoken", pdfFile([][]string{{"as if spoken"}}, nil, "")},
		{"empty.json", endsInNoText, "", []byte("{}")},
		{"letter.eml", endsInText, "It was a chair.", []byte("Subject: Hello\r\n\r\nIt was a chair.\r\n")},
		{"notes.odt", endsInBroken, "", []byte("This is not a zip file!\n")},
	}
}

func TestTheExceptionsAreAboutOutcomesThatExist(t *testing.T) {
	t.Parallel()
	for name, d := range differently {
		if !slices.Contains([]string{endsInText, endsInNoText, endsInEncrypted, endsInBroken}, d.expect) || d.why == "" {
			t.Errorf("%s: %q is expected because %q", name, d.expect, d.why)
		}
	}
}
