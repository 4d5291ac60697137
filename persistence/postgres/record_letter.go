package postgres

import (
	"time"

	"parley/account"
	"parley/persistence/postgres/db"
	"parley/persistence/seal"
)

// tableLetters is what letters are bound to. It never changes.
const tableLetters = "letters"

// letterRecord is what a letter's row says, sealed under the key of accounts.
type letterRecord struct {
	recordHead
	Address string         `json:"address"`
	Secrets []secretRecord `json:"secrets,omitempty"`
	// Subject tells whether the row's is a user. A letter to somebody of whom nobody knows whether they have
	// an account has the HMAC of its address there.
	Subject string `json:"subject,omitempty"`
}

type secretRecord struct {
	Hash  []byte    `json:"hash"`
	Until time.Time `json:"until"`
}

func sealLetter(key *seal.Key, letter account.Letter) ([]byte, error) {
	record := letterRecord{recordHead: head(), Address: letter.Address, Subject: letter.Subject}
	for _, secret := range letter.Secrets {
		record.Secrets = append(record.Secrets, secretRecord{secret.Hash, storable(secret.Until)})
	}
	return sealRecord(key, "", tableLetters, letter.ID, record)
}

func openLetter(key *seal.Key, row db.Letter) (account.Letter, error) {
	var record letterRecord
	if err := openRecord(key, "", tableLetters, row.ID, row.Body, &record); err != nil {
		return account.Letter{}, err
	}
	letter := account.Letter{
		ID: row.ID, Kind: account.LetterKind(row.Kind), Subject: record.Subject, Address: record.Address, Tries: int(row.Tries), Expires: row.ExpiresAt,
	}
	if row.DueAt != nil {
		letter.Due = *row.DueAt
	}
	for _, secret := range record.Secrets {
		letter.Secrets = append(letter.Secrets, account.LetterSecret{Hash: secret.Hash, Until: secret.Until})
	}
	return letter, nil
}
