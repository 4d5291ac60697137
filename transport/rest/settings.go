package rest

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"

	"parley/chat"
)

// SettingsPatch is what of a bot's settings is to change.
type SettingsPatch struct {
	Greeting     *string   `json:"greeting,omitempty"`
	Instructions *string   `json:"instructions,omitempty"`
	Tone         *string   `json:"tone,omitempty" doc:"Empty, friendly, formal or brief."`
	Length       *string   `json:"length,omitempty" doc:"Empty, short, normal or long."`
	Languages    *[]string `json:"languages,omitempty"`
	Model        *string   `json:"model,omitempty"`
	Threshold    *float64  `json:"threshold,omitempty"`
	HandOff      *bool     `json:"handoff,omitempty"`
	Offer        *[]string `json:"offer,omitempty" doc:"Words of a question with whose answer the bot offers a person."`
	Transfer     *[]string `json:"transfer,omitempty" doc:"Words of a question that goes to a person at once."`
	AutoAssign   *bool     `json:"auto_assign,omitempty" doc:"Whether whoever is free is asked to take what waits."`
	Capacity     *int      `json:"capacity,omitempty" doc:"Conversations that an agent may have before no more are given to them; 0 is 5."`
	Fallback     *string   `json:"fallback,omitempty"`
	CloseAfter   *int      `json:"close_after,omitempty" doc:"Minutes, 0 to 525600."`
}

// Lengths in characters. Instructions go into every prompt: 8,000 are about 2,000 tokens.
const (
	maxGreeting     = 1000
	maxInstructions = 8000
	maxLanguages    = 20
	maxModel        = 100
	maxStarters     = 6
	maxStarter      = 120
	maxTitle        = 80
	maxAddress      = 2000
	maxPhrases      = 50
	maxCapacity     = 100
	maxCloseAfter   = 365 * 24 * 60 // minutes
)

// apply checks what is to change and puts it into place.
func (p SettingsPatch) apply(to *chat.Settings) error {
	for _, text := range []struct {
		from  *string
		to    *string
		most  int
		field string
	}{
		{p.Greeting, &to.Greeting, maxGreeting, "greeting"},
		{p.Instructions, &to.Instructions, maxInstructions, "instructions"},
		{p.Fallback, &to.Fallback, maxGreeting, "fallback"},
		{p.Model, &to.Model, maxModel, "model"},
	} {
		if text.from == nil {
			continue
		}
		s := strings.TrimSpace(*text.from)
		if err := checkText(s, 0, text.most, text.field); err != nil {
			return err
		}
		*text.to = s
	}
	if p.Tone != nil {
		switch *p.Tone {
		case "", "friendly", "formal", "brief":
			to.Tone = *p.Tone
		default:
			return invalid("tone", "must be empty, friendly, formal or brief")
		}
	}
	if p.Length != nil {
		switch *p.Length {
		case "", "short", "normal", "long":
			to.Length = *p.Length
		default:
			return invalid("length", "must be empty, short, normal or long")
		}
	}
	if p.Languages != nil {
		if len(*p.Languages) > maxLanguages {
			return invalid("languages", fmt.Sprintf("may hold %d at most", maxLanguages))
		}
		tags := make([]string, 0, len(*p.Languages))
		for _, s := range *p.Languages {
			tag, err := language.Parse(s)
			if err != nil {
				return invalid("languages", "must hold codes such as en, de or pt-BR")
			}
			tags = append(tags, tag.String())
		}
		to.Languages = tags
	}
	if p.Threshold != nil {
		if !(*p.Threshold >= 0 && *p.Threshold <= 1) {
			return invalid("threshold", "must be a number from 0 to 1")
		}
		to.Threshold = *p.Threshold
	}
	if p.CloseAfter != nil {
		if *p.CloseAfter < 0 || *p.CloseAfter > maxCloseAfter {
			return invalid("close_after", "must be a number of minutes from 0 to 525600, a year")
		}
		to.CloseAfter = *p.CloseAfter
	}
	if p.HandOff != nil {
		to.HandOff = *p.HandOff
	}
	for _, phrases := range []struct {
		from  *[]string
		to    *[]string
		field string
	}{{p.Offer, &to.Offer, "offer"}, {p.Transfer, &to.Transfer, "transfer"}} {
		if phrases.from == nil {
			continue
		}
		cleaned, err := cleanPhrases(*phrases.from, phrases.field)
		if err != nil {
			return err
		}
		*phrases.to = cleaned
	}
	if p.AutoAssign != nil {
		to.AutoAssign = *p.AutoAssign
	}
	if p.Capacity != nil {
		if *p.Capacity < 0 || *p.Capacity > maxCapacity {
			return invalid("capacity", "must be a number from 0 to 100")
		}
		to.Capacity = *p.Capacity
	}
	return nil
}

// cleanPhrases bounds the words that a question is compared with.
func cleanPhrases(phrases []string, field string) ([]string, error) {
	if len(phrases) > maxPhrases {
		return nil, invalid(field, fmt.Sprintf("may hold %d at most", maxPhrases))
	}
	cleaned := make([]string, 0, len(phrases))
	for _, s := range phrases {
		s, err := cleanLine(s, 0, maxTitle, field)
		if err != nil {
			return nil, err
		}
		if s != "" {
			cleaned = append(cleaned, s)
		}
	}
	return cleaned, nil
}

// newAppearance is an appearance as it is sent: what is left out gets its default.
type newAppearance struct {
	Accent   string     `json:"accent,omitempty" doc:"#rrggbb"`
	Theme    string     `json:"theme,omitempty" enum:"light,dark,auto"`
	Position string     `json:"position,omitempty" enum:"right,left"`
	Title    string     `json:"title,omitempty"`
	Launcher string     `json:"launcher,omitempty"`
	Avatar   string     `json:"avatar,omitempty" doc:"An https address, or empty."`
	Starters []string   `json:"starters,omitempty" doc:"Six at most."`
	Hours    chat.Hours `json:"hours,omitzero" doc:"In which people answer; no day: always."`
	Preview  bool       `json:"preview,omitempty" doc:"Whether agents see what a visitor writes before it is sent."`

	Consent chat.Consent `json:"consent,omitzero" doc:"What visitors are asked to agree to, in Markdown, of 2,000 characters; required: before anything they say is accepted."`
}

// maxConsent is how long what visitors agree to may be, in characters.
const maxConsent = 2000

var accent = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

func (n newAppearance) clean() (chat.Appearance, error) {
	a := chat.Appearance(n)
	var err error
	if a.Accent == "" {
		a.Accent = defaultAppearance.Accent
	}
	if !accent.MatchString(a.Accent) {
		return a, invalid("accent", "must be a colour such as #3455db")
	}
	a.Accent = strings.ToLower(a.Accent)
	if a.Theme == "" {
		a.Theme = defaultAppearance.Theme
	}
	if a.Position == "" {
		a.Position = defaultAppearance.Position
	}
	if a.Title, err = cleanLine(a.Title, 0, maxTitle, "title"); err != nil {
		return a, err
	}
	if a.Launcher, err = cleanLine(a.Launcher, 0, maxTitle, "launcher"); err != nil {
		return a, err
	}
	if a.Avatar != "" {
		if a.Avatar, err = cleanAddress(a.Avatar, "avatar", "https"); err != nil {
			return a, err
		}
	}
	if len(a.Starters) > maxStarters {
		return a, invalid("starters", fmt.Sprintf("may hold %d questions at most", maxStarters))
	}
	starters := make([]string, 0, len(a.Starters))
	for _, s := range a.Starters {
		if s, err = cleanLine(s, 0, maxStarter, "starters"); err != nil {
			return a, err
		}
		if s != "" {
			starters = append(starters, s)
		}
	}
	a.Consent.Text = strings.TrimSpace(a.Consent.Text)
	if err = checkText(a.Consent.Text, 0, maxConsent, "consent"); err != nil {
		return a, err
	}
	a.Starters = starters
	return a, a.Hours.Check()
}

// cleanAddress accepts an absolute web address of one of the given schemes.
func cleanAddress(s, field string, schemes ...string) (string, error) {
	s = strings.TrimSpace(s)
	u, err := url.Parse(s)
	if err == nil && len(s) <= maxAddress && u.Hostname() != "" && u.User == nil {
		for _, scheme := range schemes {
			if u.Scheme == scheme {
				return u.String(), nil
			}
		}
	}
	return "", invalid(field, "must be an address that begins with "+strings.Join(schemes, ":// or ")+"://")
}

// checkText bounds a text, in characters, and refuses those that nobody can see.
func checkText(s string, least, most int, field string) error {
	switch n := utf8.RuneCountInString(s); {
	case n < least:
		return invalid(field, "must not be empty")
	case n > most:
		return invalid(field, fmt.Sprintf("may have %d characters at most; it has %d", most, n))
	}
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r' }) {
		return invalid(field, "has characters that cannot be shown")
	}
	return nil
}

func invalid(field, must string) error {
	return chat.Fail(chat.Invalid, "invalid", "The field "+field+" "+must+".")
}
