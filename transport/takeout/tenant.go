package takeout

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"time"

	"parley/account"
	"parley/chat"
	"parley/knowledge"
)

const readme = `Everything that Parley keeps of your business.

business.json        its name, members, open invitations, labels, saved replies, webhooks (without their secrets) and times
bots/<id>/bot.json   a bot's settings, how it looks, where it runs, its test questions
bots/<id>/sources/   what it was given to know: <id>.json with the text that was read, and <id>.original as it was uploaded
conversations/       one file each: events, notes, what was done with them, what answers were made from
visitors/            consents, of those visitors who gave one
audit-log.ndjson     who did what, latest first

Times are in UTC. Passwords, keys and secrets are not in here.
`

// Tenant writes everything of a business as a zip file.
func Tenant(ctx context.Context, w io.Writer, store Store, tenant string) error {
	all := &archive{zip: zip.NewWriter(w), at: time.Now()}
	if err := all.text("README.txt", readme); err != nil {
		return err
	}
	for _, write := range []func() error{
		func() error { return all.business(ctx, store, tenant) },
		func() error { return all.bots(ctx, store, tenant) },
		func() error { return all.conversations(ctx, store, tenant) },
		func() error { return all.audit(ctx, store, tenant) },
	} {
		if err := write(); err != nil {
			return err
		}
	}
	return all.zip.Close()
}

// archive is a zip that is being written.
type archive struct {
	zip *zip.Writer
	at  time.Time
}

func (a *archive) create(name string) (io.Writer, error) {
	return a.zip.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: a.at})
}

func (a *archive) text(name, text string) error {
	file, err := a.create(name)
	if err != nil {
		return err
	}
	_, err = io.WriteString(file, text)
	return err
}

func (a *archive) json(name string, value any) error {
	file, err := a.create(name)
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(file)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

type object map[string]any

func (a *archive) business(ctx context.Context, store Store, tenant string) error {
	t, err := store.Tenant(ctx, tenant)
	if err != nil {
		return fmt.Errorf("read the business: %w", err)
	}
	about := object{"id": t.ID, "name": t.Name, "created_at": t.CreatedAt}
	for name, read := range map[string]func() (any, error){
		"retention": func() (any, error) {
			r, err := store.Retention(ctx, tenant)
			return object{"conversation_days": r.ConversationDays, "audit_days": r.AuditDays, "mask_addresses": r.MaskAddresses}, err
		},
		"members":     func() (any, error) { return members(ctx, store, tenant) },
		"invitations": func() (any, error) { return invitations(ctx, store, tenant) },
		"labels": func() (any, error) {
			found, err := store.Labels(ctx, tenant)
			return each(found, func(l chat.Label) object { return object{"id": l.ID, "name": l.Name, "color": l.Color} }), err
		},
		"replies": func() (any, error) {
			found, err := store.Replies(ctx, tenant)
			return each(found, func(r chat.Reply) object {
				return object{"id": r.ID, "shortcut": r.Shortcut, "title": r.Title, "text": r.Text}
			}), err
		},
		"webhooks": func() (any, error) {
			found, err := store.Webhooks(ctx, tenant)
			return each(found, func(h chat.Webhook) object {
				return object{"id": h.ID, "url": h.URL, "note": h.Note, "events": h.Types, "enabled": h.Enabled}
			}), err
		},
	} {
		value, err := read()
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		about[name] = value
	}
	return a.json("business.json", about)
}

// each shows all of a list, as an empty one if there are none.
func each[T any](all []T, show func(T) object) []object {
	shown := make([]object, len(all))
	for i, one := range all {
		shown[i] = show(one)
	}
	return shown
}

func members(ctx context.Context, store Store, tenant string) (any, error) {
	found, err := store.Members(ctx, tenant)
	return each(found, func(m account.Membership) object {
		return object{"id": m.User, "name": m.Name, "email": m.Email, "role": m.Role, "joined_at": m.JoinedAt}
	}), err
}

func invitations(ctx context.Context, store Store, tenant string) (any, error) {
	found, err := store.Invitations(ctx, tenant)
	return each(found, func(i account.Invitation) object {
		return object{"id": i.ID, "email": i.Email, "role": i.Role, "invited_by": i.By, "expires_at": i.ExpiresAt}
	}), err
}

func (a *archive) bots(ctx context.Context, store Store, tenant string) error {
	bots, err := store.Bots(ctx, tenant)
	if err != nil {
		return fmt.Errorf("list bots: %w", err)
	}
	for _, bot := range bots {
		questions, err := store.Questions(ctx, tenant, bot.ID)
		if err != nil {
			return fmt.Errorf("list test questions: %w", err)
		}
		folder := path.Join("bots", bot.ID)
		err = a.json(path.Join(folder, "bot.json"), object{
			"id": bot.ID, "name": bot.Name, "settings": bot.Settings, "appearance": bot.Appearance, "domains": bot.Domains,
			"created_at": bot.CreatedAt, "updated_at": bot.UpdatedAt, "tests": questions,
		})
		if err != nil {
			return err
		}
		if err := a.sources(ctx, store, tenant, bot.ID, path.Join(folder, "sources")); err != nil {
			return err
		}
	}
	return nil
}

func (a *archive) sources(ctx context.Context, store Store, tenant, bot, folder string) error {
	for cursor := ""; ; {
		page, next, err := store.Sources(ctx, tenant, bot, cursor, 200)
		if err != nil {
			return fmt.Errorf("list sources: %w", err)
		}
		for _, source := range page {
			if err := a.source(ctx, store, source, folder); err != nil {
				return fmt.Errorf("write source %s: %w", source.ID, err)
			}
		}
		if cursor = next; next == "" {
			return nil
		}
	}
}

func (a *archive) source(ctx context.Context, store Store, source knowledge.Source, folder string) error {
	_, passages, err := store.SourcePassages(ctx, source.Tenant, source.ID)
	if errors.Is(err, chat.ErrNotFound) { // it was deleted meanwhile
		return nil
	}
	if err != nil {
		return err
	}
	err = a.json(path.Join(folder, source.ID+".json"), object{
		"id": source.ID, "kind": source.Kind, "title": source.Title, "url": source.URL, "media_type": source.MediaType, "state": source.State,
		"created_at": source.CreatedAt, "passages": each(passages, func(p knowledge.Passage) object {
			return object{"headings": p.Headings, "text": p.Text, "page": p.Page}
		}),
	})
	if err != nil {
		return err
	}
	original, err := store.Original(ctx, source.Tenant, source.ID)
	if errors.Is(err, chat.ErrNotFound) { // a site has none
		return nil
	}
	if err != nil {
		return err
	}
	defer original.Close()
	file, err := a.create(path.Join(folder, source.ID+".original"))
	if err != nil {
		return err
	}
	_, err = io.Copy(file, original)
	return err
}

func (a *archive) conversations(ctx context.Context, store Store, tenant string) error {
	seen := make(map[string]bool) // visitors whose consents are written
	return conversations(ctx, store, tenant, chat.ConversationFilter{}, func(c chat.Conversation) error {
		file, err := a.create(path.Join("conversations", c.Conversation+".json"))
		if err != nil {
			return err
		}
		if err := conversation(ctx, file, store, c, true); err != nil {
			return fmt.Errorf("write conversation %s: %w", c.Conversation, err)
		}
		if seen[c.Visitor] {
			return nil
		}
		seen[c.Visitor] = true
		consents, err := consentsOf(ctx, store, tenant, c.Visitor)
		if err != nil || len(consents) == 0 {
			return err
		}
		return a.json(path.Join("visitors", c.Visitor+".json"), object{"id": c.Visitor, "consents": consents})
	})
}

func (a *archive) audit(ctx context.Context, store Store, tenant string) error {
	file, err := a.create("audit-log.ndjson")
	if err != nil {
		return err
	}
	lines := json.NewEncoder(file)
	for cursor := ""; ; {
		page, next, err := store.Audit(ctx, tenant, account.AuditFilter{Cursor: cursor, Limit: 200})
		if err != nil {
			return fmt.Errorf("read the audit log: %w", err)
		}
		for _, e := range page {
			err := lines.Encode(object{
				"id": e.ID, "at": e.At, "actor": object{"kind": e.Actor.Kind, "id": e.Actor.ID, "name": e.Actor.Name},
				"action": e.Action, "target": e.Target, "address": e.Address, "outcome": e.Outcome,
			})
			if err != nil {
				return err
			}
		}
		if cursor = next; next == "" {
			return nil
		}
	}
}
