package testbed

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// folder holds a server's files. Its undertaker, a shell in a session of its
// own, waits for the end of this process, of whatever kind: then it ends the
// server that it was told of last and removes the files.
type folder struct {
	path       string
	owner      *syscall.Credential // who owns it and runs the server; nil: we do
	tell       io.WriteCloser
	undertaker *exec.Cmd
}

// undertaking is given the folder as $0, and on its input a line "pid signal"
// when a server starts and an empty one when it has ended.
const undertaking = `
alive() { # a zombie that nobody reaps does not count
	kill -0 "$pid" || return 1
	[ ! -r "/proc/$pid/stat" ] || { read -r _ _ state _ <"/proc/$pid/stat" && [ "$state" != Z ]; }
}
while read -r p s; do pid=$p sig=$s; done
n=0
if [ -n "$pid" ] && kill -"$sig" "$pid"; then
	while alive && [ $n -lt 100 ]; do sleep 0.05; n=$((n+1)); done
	kill -KILL "$pid"
fi
n=0
until rm -rf -- "$0" || [ $n -ge 40 ]; do sleep 0.05; n=$((n+1)); done`

// newFolder makes a folder that is owned by the first of users that exists, when
// we are root. With none of them, or for other users than root, it is our own.
func newFolder(users ...string) (*folder, error) {
	f := &folder{}
	if os.Geteuid() == 0 {
		f.owner = credential(users)
	}
	base := os.TempDir()
	if f.owner != nil && !openToAll(base) {
		base = "/tmp"
	}
	var err error
	if f.path, err = os.MkdirTemp(base, "parley-testbed-"); err != nil {
		return nil, err
	}
	if f.owner != nil {
		if err := os.Chown(f.path, int(f.owner.Uid), int(f.owner.Gid)); err != nil {
			return nil, err
		}
	}
	f.undertaker = exec.Command("/bin/sh", "-c", undertaking, f.path)
	f.undertaker.Dir = "/"
	// Away from the terminal: an interrupt must end the tests, not the undertaker.
	f.undertaker.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if f.tell, err = f.undertaker.StdinPipe(); err != nil {
		return nil, err
	}
	return f, f.undertaker.Start()
}

// remove ends the server, if one runs, and removes the files.
func (f *folder) remove() {
	f.tell.Close()
	f.undertaker.Wait()
}

// started and ended keep the undertaker informed.
func (f *folder) started(pid int, end syscall.Signal) { fmt.Fprintln(f.tell, pid, int(end)) }
func (f *folder) ended()                              { fmt.Fprintln(f.tell) }

// add appends a line to a file.
func (f *folder) add(path, line string) error {
	file, err := os.OpenFile(filepath.Join(f.path, path), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = io.WriteString(file, line)
	return errors.Join(err, file.Close())
}

// command prepares a program that runs in the folder as its owner, without our
// environment: PGDATA and its like would lead it astray.
func (f *folder) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Dir = f.path
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + f.path, "LC_ALL=C.UTF-8", "TZ=UTC"}
	// A session of its own, so that an interrupt reaches the server through the undertaker only.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Credential: f.owner}
	return cmd
}

func credential(names []string) *syscall.Credential {
	for _, name := range names {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, errUID := strconv.ParseUint(u.Uid, 10, 32)
		gid, errGID := strconv.ParseUint(u.Gid, 10, 32)
		if errUID == nil && errGID == nil {
			return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		}
	}
	return nil
}

// openToAll tells whether every user can reach what lies in path.
func openToAll(path string) bool {
	for {
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm()&1 == 0 {
			return false
		}
		if path == filepath.Dir(path) {
			return true
		}
		path = filepath.Dir(path)
	}
}
