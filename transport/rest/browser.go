package rest

import "strings"

// What User-Agents name, in the order in which to look: each also names those that it descends from.
var (
	browsers = [][2]string{
		{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"},
		{"Chrome/", "Chrome"}, {"CriOS/", "Chrome"}, {"Safari/", "Safari"},
	}
	systems = [][2]string{
		{"Android", "Android"}, {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"}, {"CrOS", "ChromeOS"}, {"Linux", "Linux"},
	}
)

// browserOf says in a few words which browser calls itself so: "Firefox on Linux". Of a program it is the name, such as "curl".
func browserOf(userAgent string) string {
	browser, system := firstOf(browsers, userAgent), firstOf(systems, userAgent)
	switch {
	case browser == "":
		name, _, _ := strings.Cut(userAgent, "/")
		return strings.TrimSpace(name[:min(len(name), 40)])
	case system == "":
		return browser
	default:
		return browser + " on " + system
	}
}

func firstOf(names [][2]string, text string) string {
	for _, name := range names {
		if strings.Contains(text, name[0]) {
			return name[1]
		}
	}
	return ""
}
