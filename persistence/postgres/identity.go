package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"parley/account"
	"parley/persistence/postgres/db"
)

var _ account.IdentitySecrets = (*Store)(nil)

// tableIdentitySecrets is what a secret is bound to. It never changes.
const tableIdentitySecrets = "identity_secrets"

// AddIdentitySecret keeps a secret, of which a bot has few.
func (s *Store) AddIdentitySecret(ctx context.Context, secret account.IdentitySecret) error {
	return s.explain(s.addIdentitySecret(ctx, secret), "keep identity secret "+secret.ID)
}

func (s *Store) addIdentitySecret(ctx context.Context, secret account.IdentitySecret) error {
	key, err := s.keys.tenant(ctx, s.reads, secret.Tenant)
	if err != nil {
		return err
	}
	body, err := key.Seal([]byte(secret.Secret), secret.Tenant, tableIdentitySecrets, secret.ID)
	if err != nil {
		return err
	}
	return s.inTx(ctx, func(_ Tx, q *db.Queries) error {
		rows, err := q.HoldBot(ctx, db.HoldBotParams{Tenant: secret.Tenant, ID: secret.Bot})
		if err == nil && rows == 0 {
			err = pgx.ErrNoRows
		}
		if err != nil {
			return fmt.Errorf("hold the bot: %w", err)
		}
		count, err := q.CountIdentitySecrets(ctx, db.CountIdentitySecretsParams{Tenant: secret.Tenant, Bot: secret.Bot})
		if err != nil {
			return fmt.Errorf("count secrets: %w", err)
		}
		if count >= account.MaxIdentitySecrets {
			return account.ErrIdentitySecrets
		}
		return q.InsertIdentitySecret(ctx, db.InsertIdentitySecretParams{
			ID: secret.ID, Tenant: secret.Tenant, Bot: secret.Bot, Body: body, CreatedAt: orNow(secret.CreatedAt),
		})
	})
}

// IdentitySecrets returns a bot's, oldest first.
func (s *Store) IdentitySecrets(ctx context.Context, tenant, bot string) ([]account.IdentitySecret, error) {
	secrets, err := s.identitySecrets(ctx, tenant, bot)
	return secrets, s.explain(err, "read the identity secrets of "+bot)
}

func (s *Store) identitySecrets(ctx context.Context, tenant, bot string) ([]account.IdentitySecret, error) {
	rows, err := s.reads.IdentitySecrets(ctx, db.IdentitySecretsParams{Tenant: tenant, Bot: bot})
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	key, err := s.keys.tenant(ctx, s.reads, tenant)
	if err != nil {
		return nil, err
	}
	secrets := make([]account.IdentitySecret, len(rows))
	for i, row := range rows {
		secret, err := key.Open(row.Body, tenant, tableIdentitySecrets, row.ID)
		if err != nil {
			return nil, fmt.Errorf("open %s %s: %w", tableIdentitySecrets, row.ID, err)
		}
		secrets[i] = account.IdentitySecret{ID: row.ID, Tenant: row.Tenant, Bot: row.Bot, Secret: string(secret), CreatedAt: row.CreatedAt}
	}
	return secrets, nil
}

// DeleteIdentitySecret ends a secret.
func (s *Store) DeleteIdentitySecret(ctx context.Context, tenant, bot, id string) error {
	rows, err := s.writes.DeleteIdentitySecret(ctx, db.DeleteIdentitySecretParams{Tenant: tenant, Bot: bot, ID: id})
	if err == nil && rows == 0 {
		err = pgx.ErrNoRows
	}
	return s.explain(err, "delete identity secret "+id)
}
