package rest

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
	"parley/chat"
)

const botsTag = "Bots"

func (s *server) routeBots() {
	route(s, huma.Operation{
		OperationID: "listBots", Method: http.MethodGet, Path: "/api/v1/bots", Tags: []string{botsTag}, Summary: "All bots, oldest first",
	}, s.listBots)
	route(s, huma.Operation{
		OperationID: "createBot", Method: http.MethodPost, Path: "/api/v1/bots", Tags: []string{botsTag},
		Summary: "Make a bot", DefaultStatus: http.StatusCreated, MaxBodyBytes: botBody,
	}, s.createBot)
	route(s, huma.Operation{
		OperationID: "getBot", Method: http.MethodGet, Path: "/api/v1/bots/{bot}", Tags: []string{botsTag}, Summary: "One bot",
	}, s.getBot)
	route(s, huma.Operation{
		OperationID: "updateBot", Method: http.MethodPatch, Path: "/api/v1/bots/{bot}", Tags: []string{botsTag},
		Summary: "Change name and settings", MaxBodyBytes: botBody,
		Description: "Only what is sent changes. Settings may stand under `settings` or beside `name`.",
	}, s.updateBot)
	route(s, huma.Operation{
		OperationID: "deleteBot", Method: http.MethodDelete, Path: "/api/v1/bots/{bot}", Tags: []string{botsTag},
		Summary: "Delete a bot with its knowledge; its conversations stay", DefaultStatus: http.StatusNoContent,
	}, s.deleteBot)
	route(s, huma.Operation{
		OperationID: "getAppearance", Method: http.MethodGet, Path: "/api/v1/bots/{bot}/appearance", Tags: []string{botsTag},
		Summary: "How the widget looks",
	}, s.getAppearance)
	route(s, huma.Operation{
		OperationID: "putAppearance", Method: http.MethodPut, Path: "/api/v1/bots/{bot}/appearance", Tags: []string{botsTag},
		Summary: "Set how the widget looks", Description: "What is left out gets its default.", MaxBodyBytes: botBody,
	}, s.putAppearance)
	route(s, huma.Operation{
		OperationID: "getDomains", Method: http.MethodGet, Path: "/api/v1/bots/{bot}/domains", Tags: []string{botsTag},
		Summary: "Where the widget may run",
	}, s.getDomains)
	route(s, huma.Operation{
		OperationID: "putDomains", Method: http.MethodPut, Path: "/api/v1/bots/{bot}/domains", Tags: []string{botsTag},
		Summary: "Set where the widget may run", MaxBodyBytes: botBody,
		Description: "`shop.example` is that host on its scheme's default port, `*.shop.example:8443` what is below it on this port, " +
			"`localhost:*` any port. None: nowhere but on this platform's own pages.",
	}, s.putDomains)
}

// botBody holds the longest settings, every character escaped.
const botBody = 256 << 10

// BotPath is the bot of a request. Types that others embed have to be exported
// for huma to look into them.
type BotPath struct {
	Bot string `path:"bot" example:"bot_06f1w3k8q0000000000000000z"`
}

type settings struct {
	Greeting     string   `json:"greeting"`
	Instructions string   `json:"instructions" doc:"Your own words to the model."`
	Tone         string   `json:"tone" enum:",friendly,formal,brief"`
	Length       string   `json:"length" enum:",short,normal,long" doc:"Of answers; empty is normal."`
	Languages    []string `json:"languages" doc:"BCP 47; none: the visitor's."`
	Model        string   `json:"model" doc:"Name at the provider; empty: the platform's; extractive: none."`
	Threshold    float64  `json:"threshold" doc:"How sure the search must be before the bot answers, 0 to 1; 0: the default."`
	HandOff      bool     `json:"handoff" doc:"Whether visitors are offered a person."`
	Offer        []string `json:"offer" doc:"Words of a question with whose answer the bot offers a person."`
	Transfer     []string `json:"transfer" doc:"Words of a question that goes to a person at once, beside the common ways to ask for one."`
	AutoAssign   bool     `json:"auto_assign" doc:"Whether whoever is free is asked to take what waits."`
	Capacity     int      `json:"capacity" doc:"Conversations that an agent may have before no more are given to them; 0 is 5."`
	Fallback     string   `json:"fallback" doc:"Said when nothing was found; empty: a default."`
	CloseAfter   int      `json:"close_after" doc:"Minutes without a message after which a conversation closes by itself; 0: never. A message reopens it."`
}

type appearance struct {
	Accent   string     `json:"accent" doc:"#rrggbb"`
	Theme    string     `json:"theme" enum:"light,dark,auto"`
	Position string     `json:"position" enum:"right,left"`
	Title    string     `json:"title" doc:"Empty: the bot's name."`
	Launcher string     `json:"launcher" doc:"Text beside the launcher; empty: none."`
	Avatar   string     `json:"avatar" doc:"An https address, or empty."`
	Starters []string   `json:"starters" doc:"Questions to begin with."`
	Hours    chat.Hours `json:"hours" doc:"In which people answer; no day: always."`
	Preview  bool       `json:"preview" doc:"Whether agents see what a visitor writes before it is sent."`

	Consent chat.Consent `json:"consent" doc:"What visitors are asked to agree to, in Markdown; required: before anything they say is accepted."`
}

type domains struct {
	Domains []string `json:"domains"`
}

type bot struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Settings   settings   `json:"settings"`
	Appearance appearance `json:"appearance"`
	Domains    []string   `json:"domains"`
	CreatedAt  time.Time  `json:"created_at"`
	UpdatedAt  time.Time  `json:"updated_at"`
}

func botOf(b chat.Bot) bot {
	shown := bot{ID: b.ID, Name: b.Name, Settings: settings(b.Settings), Appearance: appearance(b.Appearance), Domains: list(b.Domains), CreatedAt: b.CreatedAt, UpdatedAt: b.UpdatedAt}
	shown.Settings.Languages = list(shown.Settings.Languages)
	shown.Settings.Offer, shown.Settings.Transfer = list(shown.Settings.Offer), list(shown.Settings.Transfer)
	shown.Appearance.Starters = list(shown.Appearance.Starters)
	shown.Appearance.Hours.Week = list(shown.Appearance.Hours.Week)
	return shown
}

// list makes an empty list of none: JSON knows the difference.
func list[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

type botOutput struct{ Body bot }

// newBot is a bot as it is before its owner touches it.
func newBot(tenant, name string) chat.Bot {
	now := time.Now().UTC()
	return chat.Bot{
		ID: chat.NewID(chat.BotPrefix), Tenant: tenant, Name: name, CreatedAt: now, UpdatedAt: now,
		Settings:   chat.Settings{Greeting: "Hi! How can we help?", HandOff: true},
		Appearance: defaultAppearance,
	}
}

var defaultAppearance = chat.Appearance{Accent: "#3455db", Theme: "auto", Position: "right"}

func (s *server) listBots(ctx context.Context, who account.Identity, _ *struct{}) (*struct{ Body page[bot] }, error) {
	bots, err := s.Bots.Bots(ctx, who.Tenant)
	if err != nil {
		return nil, err
	}
	items := make([]bot, 0, len(bots))
	for _, b := range bots {
		if sees(who, b.ID) {
			items = append(items, botOf(b))
		}
	}
	return &struct{ Body page[bot] }{page[bot]{Items: items}}, nil
}

type newBotInput struct {
	Body struct {
		Name     string         `json:"name" example:"Support"`
		Settings *SettingsPatch `json:"settings,omitempty"`
	} `nameHint:"NewBot"`
}

func (s *server) createBot(ctx context.Context, who account.Identity, in *newBotInput) (*botOutput, error) {
	name, err := cleanLine(in.Body.Name, 1, 80, "name")
	if err != nil {
		return nil, err
	}
	plan, err := s.planOf(ctx, who)
	if err != nil {
		return nil, err
	}
	b := newBot(who.Tenant, name)
	if in.Body.Settings != nil {
		if err := in.Body.Settings.apply(&b.Settings); err != nil {
			return nil, err
		}
	}
	if err := s.mayModel(plan, b.Settings.Model); err != nil {
		return nil, err
	}
	if err := s.Bots.CreateBotWithin(ctx, b, plan.Limits.Bots); err != nil {
		return nil, s.full(plan, err)
	}
	return &botOutput{botOf(b)}, nil
}

// bot returns the tenant's bot of a path.
func (s *server) bot(ctx context.Context, who account.Identity, id string) (chat.Bot, error) {
	if err := known(chat.BotPrefix, id); err != nil {
		return chat.Bot{}, err
	}
	if !sees(who, id) {
		return chat.Bot{}, chat.ErrNotFound
	}
	return s.Bots.Bot(ctx, who.Tenant, id)
}

func (s *server) getBot(ctx context.Context, who account.Identity, in *BotPath) (*botOutput, error) {
	b, err := s.bot(ctx, who, in.Bot)
	if err != nil {
		return nil, err
	}
	return &botOutput{botOf(b)}, nil
}

type updateBotInput struct {
	BotPath
	Body botPatch
}

type botPatch struct {
	Name     *string        `json:"name,omitempty"`
	Settings *SettingsPatch `json:"settings,omitempty"`
	SettingsPatch
}

func (s *server) updateBot(ctx context.Context, who account.Identity, in *updateBotInput) (*botOutput, error) {
	plan, err := s.planOf(ctx, who)
	if err != nil {
		return nil, err
	}
	b, err := s.changeBot(ctx, who, in.Bot, func(b *chat.Bot) error {
		before := b.Settings.Model
		if in.Body.Name != nil {
			name, err := cleanLine(*in.Body.Name, 1, 80, "name")
			if err != nil {
				return err
			}
			b.Name = name
		}
		if in.Body.Settings != nil {
			if err := in.Body.Settings.apply(&b.Settings); err != nil {
				return err
			}
		}
		if err := in.Body.SettingsPatch.apply(&b.Settings); err != nil || b.Settings.Model == before {
			return err // one that the plan had once may stay: the engine decides what it is answered by
		}
		return s.mayModel(plan, b.Settings.Model)
	})
	if err != nil {
		return nil, err
	}
	return &botOutput{botOf(b)}, nil
}

// changeBot reads a bot, changes it and writes it back. Its version also grows
// while its knowledge does, so a conflict means: do the change again on what is there now.
func (s *server) changeBot(ctx context.Context, who account.Identity, id string, change func(*chat.Bot) error) (chat.Bot, error) {
	const attempts = 5
	for attempt := 1; ; attempt++ {
		b, err := s.bot(ctx, who, id)
		if err != nil {
			return chat.Bot{}, err
		}
		if err := change(&b); err != nil {
			return chat.Bot{}, err
		}
		b.UpdatedAt = time.Now().UTC()
		changed, err := s.Bots.UpdateBot(ctx, b)
		if err == nil {
			s.announceBot(ctx, who.Tenant, id)
			return changed, nil
		}
		if !errors.Is(err, errVersion) || attempt == attempts {
			return chat.Bot{}, err
		}
	}
}

// errVersion is what chat.Bots says of a change that another one overtook.
var errVersion = chat.Fail(chat.Conflict, "version_conflict", "Somebody else has just changed this bot. Please try again.")

// announceBot tells all nodes that a bot changed. If it is lost they find out
// within a second, by comparing versions.
func (s *server) announceBot(ctx context.Context, tenant, id string) {
	if err := s.Announcer.Announce(ctx, chat.TopicBot, tenant+"/"+id); err != nil {
		s.Logger.WarnContext(ctx, "announce bot", "bot", id, "error", err)
	}
}

func (s *server) deleteBot(ctx context.Context, who account.Identity, in *BotPath) (*struct{}, error) {
	if err := known(chat.BotPrefix, in.Bot); err != nil {
		return nil, err
	}
	if err := s.Bots.DeleteBot(ctx, who.Tenant, in.Bot); err != nil {
		return nil, err
	}
	s.announceBot(ctx, who.Tenant, in.Bot)
	return nil, nil
}

type appearanceOutput struct{ Body appearance }

func (s *server) getAppearance(ctx context.Context, who account.Identity, in *BotPath) (*appearanceOutput, error) {
	b, err := s.bot(ctx, who, in.Bot)
	if err != nil {
		return nil, err
	}
	return &appearanceOutput{botOf(b).Appearance}, nil
}

type putAppearanceInput struct {
	BotPath
	Body newAppearance
}

func (s *server) putAppearance(ctx context.Context, who account.Identity, in *putAppearanceInput) (*appearanceOutput, error) {
	wanted, err := in.Body.clean()
	if err != nil {
		return nil, err
	}
	b, err := s.changeBot(ctx, who, in.Bot, func(b *chat.Bot) error {
		b.Appearance = wanted
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &appearanceOutput{botOf(b).Appearance}, nil
}

type domainsOutput struct{ Body domains }

func (s *server) getDomains(ctx context.Context, who account.Identity, in *BotPath) (*domainsOutput, error) {
	b, err := s.bot(ctx, who, in.Bot)
	if err != nil {
		return nil, err
	}
	return &domainsOutput{domains{list(b.Domains)}}, nil
}

type putDomainsInput struct {
	BotPath
	Body domains
}

func (s *server) putDomains(ctx context.Context, who account.Identity, in *putDomainsInput) (*domainsOutput, error) {
	wanted, err := account.ParseDomains(in.Body.Domains)
	if err != nil {
		return nil, err
	}
	b, err := s.changeBot(ctx, who, in.Bot, func(b *chat.Bot) error {
		b.Domains = wanted
		return nil
	})
	if err != nil {
		return nil, err
	}
	return &domainsOutput{domains{list(b.Domains)}}, nil
}

// cleanLine trims one line of text and bounds it, in characters.
func cleanLine(s string, least, most int, field string) (string, error) {
	s = strings.TrimSpace(s)
	if err := checkText(s, least, most, field); err != nil {
		return "", err
	}
	if strings.ContainsAny(s, "\r\n\t") {
		return "", invalid(field, "must be one line")
	}
	return s, nil
}
