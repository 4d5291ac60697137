package postgres

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"parley/chat"
	"parley/persistence/postgres/db"
)

var (
	errLabelTaken    = chat.Fail(chat.Conflict, "label_taken", "There is a label with this name already.")
	errTooManyLabels = chat.Fail(chat.Conflict, "too_many_labels",
		fmt.Sprintf("There are %d labels, which is as many as there can be. Delete one first.", chat.MaxLabels))
)

// Labels returns all of a tenant's, by name without case.
func (s *Store) Labels(ctx context.Context, tenant string) ([]chat.Label, error) {
	labels, err := s.labels(ctx, tenant)
	return labels, s.explain(err, "list labels of "+tenant)
}

func (s *Store) labels(ctx context.Context, tenant string) ([]chat.Label, error) {
	rows, err := s.reads.LabelsOfTenant(ctx, tenant)
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	key, err := s.keys.tenant(ctx, s.reads, tenant)
	if err != nil {
		return nil, err
	}
	labels := make([]chat.Label, len(rows))
	for i, row := range rows {
		name, err := key.Open(row.Name, tenant, tableLabels, row.ID)
		if err != nil {
			return nil, fmt.Errorf("open label %s: %w", row.ID, err)
		}
		labels[i] = chat.Label{ID: row.ID, Tenant: tenant, Name: string(name), Color: row.Color}
	}
	slices.SortFunc(labels, func(a, b chat.Label) int {
		return cmp.Or(cmp.Compare(folded(a.Name), folded(b.Name)), cmp.Compare(a.ID, b.ID))
	})
	return labels, nil
}

// folded is a name as it is compared.
func folded(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// PutLabel adds a label, or changes the one of its id.
func (s *Store) PutLabel(ctx context.Context, label chat.Label) error {
	return s.explain(s.putLabel(ctx, label), "keep label "+label.ID)
}

func (s *Store) putLabel(ctx context.Context, label chat.Label) error {
	key, err := s.keys.tenant(ctx, s.reads, label.Tenant)
	if err != nil {
		return err
	}
	name, err := key.Seal([]byte(label.Name), label.Tenant, tableLabels, label.ID)
	if err != nil {
		return err
	}
	hash := s.keys.hash("label", label.Tenant, folded(label.Name))
	return s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		if err := lockTenant(ctx, q, label.Tenant); err != nil {
			return err
		}
		switch id, err := q.LabelByName(ctx, db.LabelByNameParams{Tenant: label.Tenant, NameHash: hash}); {
		case err == nil && id != label.ID:
			return errLabelTaken
		case err != nil && !errors.Is(err, pgx.ErrNoRows):
			return fmt.Errorf("look for the name: %w", err)
		}
		changed, err := q.UpdateLabel(ctx, db.UpdateLabelParams{
			Tenant: label.Tenant, ID: label.ID, Name: name, NameHash: hash, Color: label.Color,
		})
		if err != nil || changed > 0 {
			return err
		}
		return insertLabel(ctx, q, db.InsertLabelParams{ID: label.ID, Tenant: label.Tenant, Name: name, NameHash: hash, Color: label.Color})
	})
}

func insertLabel(ctx context.Context, q *db.Queries, label db.InsertLabelParams) error {
	count, err := q.CountLabels(ctx, label.Tenant)
	if err != nil {
		return fmt.Errorf("count labels: %w", err)
	}
	if count >= chat.MaxLabels {
		return errTooManyLabels
	}
	err = q.InsertLabel(ctx, label)
	if taken(err) { // the id is another tenant's
		return chat.ErrNotFound.Because(err)
	}
	return err
}

// DeleteLabel takes a label from all conversations, too.
func (s *Store) DeleteLabel(ctx context.Context, tenant, id string) error {
	deleted, err := s.writes.DeleteLabel(ctx, db.DeleteLabelParams{Tenant: tenant, ID: id})
	if err == nil && deleted == 0 {
		err = pgx.ErrNoRows
	}
	return s.explain(err, "delete label "+id)
}
