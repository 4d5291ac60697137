package server

import (
	"os/exec"
	"slices"
)

// Command is another command of the binary, with the server's settings: parley backup, for instance.
func (s *Server) Command(args ...string) *exec.Cmd {
	command := append(slices.Clone(s.under), s.binary)
	process := exec.Command(command[0], append(command[1:], args...)...)
	process.Env = s.env
	return process
}
