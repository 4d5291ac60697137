package crawl

// MaxDepth is how many links from its start a site is followed.
const MaxDepth = 20

// Verdict is what a round does with an address that it came across.
type Verdict int

// Verdicts.
const (
	Ignore Verdict = iota // it is no address of the site, or there are too many like it
	Leave                 // it is one that is left out, and its owner is told why
	Look                  // it is looked at
)

// Frontier decides which addresses of a site a round looks at. It is for one step of one round.
type Frontier struct {
	Scope Scope
	Rules Rules
	Trail *Trail
	Most  int // addresses that a round may come across

	seen  map[string]bool // judged in this step
	found int             // in the round
}

// NewFrontier returns the frontier of a round that has come across so many addresses.
func NewFrontier(scope Scope, rules Rules, trail *Trail, most, found int) *Frontier {
	return &Frontier{Scope: scope, Rules: rules, Trail: trail, Most: most, found: found, seen: map[string]bool{}}
}

// Judge decides about an address as it stands on a page. Listed are addresses that the site itself gives as its pages: any number of them
// may look alike. The why of Leave is in words for the owner.
func (f *Frontier) Judge(base, reference string, depth int, listed bool) (address string, verdict Verdict, why string) {
	address, ok := f.Scope.Resolve(base, reference)
	if !ok || f.seen[address] || !f.Scope.Within(address) {
		return address, Ignore, ""
	}
	if f.found >= f.Most {
		f.Trail.Full = true
		return address, Ignore, ""
	}
	verdict, why = f.judge(address, depth, listed)
	if verdict != Ignore {
		f.seen[address] = true
		f.found++
	}
	return address, verdict, why
}

func (f *Frontier) judge(address string, depth int, listed bool) (Verdict, string) {
	if f.Scope.Excluded(address) {
		return Leave, "It is below a path that you left out."
	}
	if !f.Rules.Allows(address) {
		return Leave, WhyRobots
	}
	if what := unreadable[extension(address)]; what != "" {
		return Leave, what + " is not read."
	}
	if depth > MaxDepth {
		return Leave, "It is too many links away from the start. Add it as a page of its own if it matters."
	}
	if listed {
		return Look, ""
	}
	if circles(address) {
		return Leave, "Its path goes in circles, as wrong links make it."
	}
	if enough, first := f.Trail.count(address); first {
		return Leave, "There are too many addresses like this one. The others are not read either; add a page by itself if it matters."
	} else if enough {
		return Ignore, ""
	}
	return Look, ""
}

// WhyRobots is what an owner is told of what robots.txt forbids.
const WhyRobots = "The site's robots.txt does not allow reading it."

// unreadable are the ends of addresses that are not asked for: what they lead to is no text.
var unreadable = func() map[string]string {
	all := map[string]string{}
	for what, extensions := range map[string][]string{
		"An image":         {"png", "jpg", "jpeg", "gif", "webp", "avif", "svg", "ico", "bmp", "tif", "tiff", "heic", "psd"},
		"A sound":          {"mp3", "wav", "ogg", "m4a", "flac", "aac"},
		"A video":          {"mp4", "webm", "mov", "avi", "mkv", "m4v", "mpg", "mpeg", "wmv"},
		"A packed file":    {"zip", "gz", "tgz", "bz2", "xz", "7z", "rar", "tar", "zst"},
		"A program":        {"exe", "msi", "dmg", "pkg", "deb", "rpm", "apk", "iso", "bin", "jar", "wasm"},
		"A font":           {"woff", "woff2", "ttf", "otf", "eot"},
		"A style or code":  {"css", "js", "mjs", "map"},
		"A calendar entry": {"ics"},
	} {
		for _, extension := range extensions {
			all[extension] = what
		}
	}
	return all
}()
