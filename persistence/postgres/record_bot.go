package postgres

import (
	"parley/chat"
	"parley/persistence/postgres/db"
	"parley/persistence/seal"
)

// botRecord is what a bot's owner set up.
type botRecord struct {
	recordHead
	Name       string           `json:"name"`
	Settings   settingsRecord   `json:"settings"`
	Appearance appearanceRecord `json:"appearance"`
	Domains    []string         `json:"domains,omitempty"`
	Identified bool             `json:"identified,omitempty"`
}

type settingsRecord struct {
	Greeting     string   `json:"greeting,omitempty"`
	Instructions string   `json:"instructions,omitempty"`
	Tone         string   `json:"tone,omitempty"`
	Length       string   `json:"length,omitempty"`
	Languages    []string `json:"languages,omitempty"`
	Model        string   `json:"model,omitempty"`
	Threshold    float64  `json:"threshold,omitempty"`
	HandOff      bool     `json:"hand_off,omitempty"`
	Offer        []string `json:"offer,omitempty"`
	Transfer     []string `json:"transfer,omitempty"`
	AutoAssign   bool     `json:"auto_assign,omitempty"`
	Capacity     int      `json:"capacity,omitempty"`
	Fallback     string   `json:"fallback,omitempty"`
	CloseAfter   int      `json:"close_after,omitempty"`
}

type appearanceRecord struct {
	Accent   string     `json:"accent,omitempty"`
	Theme    string     `json:"theme,omitempty"`
	Position string     `json:"position,omitempty"`
	Title    string     `json:"title,omitempty"`
	Launcher string     `json:"launcher,omitempty"`
	Avatar   string     `json:"avatar,omitempty"`
	Starters []string   `json:"starters,omitempty"`
	Hours    chat.Hours `json:"hours,omitzero"`
	Preview  bool       `json:"preview,omitempty"`

	Consent chat.Consent `json:"consent,omitzero"`
}

// sealBot seals the profile of a bot under its tenant's key.
func sealBot(key *seal.Key, bot chat.Bot) ([]byte, error) {
	return sealRecord(key, bot.Tenant, tableBots, bot.ID, botRecord{
		head(), bot.Name, settingsRecord(bot.Settings), appearanceRecord(bot.Appearance), bot.Domains, bot.Identified,
	})
}

func openBot(key *seal.Key, row db.Bot) (chat.Bot, error) {
	var r botRecord
	if err := openRecord(key, row.Tenant, tableBots, row.ID, row.Profile, &r); err != nil {
		return chat.Bot{}, err
	}
	return chat.Bot{
		ID: row.ID, Tenant: row.Tenant, Name: r.Name,
		Settings: chat.Settings(r.Settings), Appearance: chat.Appearance(r.Appearance), Domains: r.Domains, Identified: r.Identified,
		Version: row.Version, CreatedAt: row.CreatedAt, UpdatedAt: row.UpdatedAt,
	}, nil
}
