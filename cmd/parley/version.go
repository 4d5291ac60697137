package main

import "runtime/debug"

// released is set by the build of a release: -ldflags "-X main.released=1.2.3".
var released string

// version is what this program is called where versions are compared: the number of a release, or the commit that it
// was built from, or "dev".
func version() string {
	if released != "" {
		return released
	}
	revision, changed := "dev", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			switch {
			case s.Key == "vcs.revision" && len(s.Value) >= 12:
				revision = s.Value[:12]
			case s.Key == "vcs.modified" && s.Value == "true":
				changed = "+"
			}
		}
	}
	return revision + changed
}
