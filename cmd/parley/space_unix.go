//go:build unix

package main

import "golang.org/x/sys/unix"

// spaceLeft is how many bytes may still be written to a folder's disk.
func spaceLeft(folder string) (bytes int64, known bool) {
	var stat unix.Statfs_t
	if err := unix.Statfs(folder, &stat); err != nil {
		return 0, false
	}
	return int64(stat.Bavail) * int64(stat.Bsize), true
}
