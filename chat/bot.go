package chat

import "time"

// Bot is a tenant's AI as its owner set it up.
type Bot struct {
	ID         string
	Tenant     string
	Name       string
	Settings   Settings
	Appearance Appearance
	Domains    []string // where its widget may run; none: nowhere but the demo page
	Identified bool     // only visitors whom the business knows may use it
	Version    int64    // grows with each change of the bot or of its knowledge
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// Settings say how a bot answers.
type Settings struct {
	Greeting     string   `json:"greeting"`
	Instructions string   `json:"instructions"` // the owner's own words to the model
	Tone         string   `json:"tone"`         // "", friendly, formal or brief
	Length       string   `json:"length"`       // of answers: short, normal or long; "" is normal
	Languages    []string `json:"languages"`    // BCP 47; none: the visitor's
	Model        string   `json:"model"`        // name at the provider; empty: the platform's; "extractive": none
	Threshold    float64  `json:"threshold"`    // 0–1: how sure retrieval must be before the bot answers; 0: the default
	HandOff      bool     `json:"handoff"`      // whether visitors are offered a person
	Offer        []string `json:"offer"`        // words of a question with whose answer the bot offers a person
	Transfer     []string `json:"transfer"`     // words of a question that goes to a person at once, beside the common ways to ask for one
	AutoAssign   bool     `json:"auto_assign"`  // whether the desk asks whoever is free to take what waits
	Capacity     int      `json:"capacity"`     // conversations that an agent may have before the desk asks no more of them; 0: 5
	Fallback     string   `json:"fallback"`     // said when nothing was found; empty: a default
	CloseAfter   int      `json:"close_after"`  // minutes without a message after which a conversation closes; 0: never
}

// Appearance is how the widget looks.
type Appearance struct {
	Accent   string   `json:"accent"`   // #rrggbb
	Theme    string   `json:"theme"`    // light, dark or auto
	Position string   `json:"position"` // right or left
	Title    string   `json:"title"`    // empty: the bot's name
	Launcher string   `json:"launcher"` // text beside the launcher; empty: none
	Avatar   string   `json:"avatar"`   // https URL or empty
	Starters []string `json:"starters"` // questions to begin with, six at most
	Hours    Hours    `json:"hours"`    // in which people answer
	Preview  bool     `json:"preview"`  // whether agents see what a visitor writes before it is sent
	Consent  Consent  `json:"consent"`
}

// Consent is what visitors are asked to agree to.
type Consent struct {
	Text     string `json:"text"`     // Markdown; empty: nothing is asked
	Required bool   `json:"required"` // nothing that a visitor says is accepted before
}
