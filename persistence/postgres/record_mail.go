package postgres

import (
	"fmt"

	"parley/chat"
	"parley/persistence/seal"
)

// tableMails is what the address of a mail is bound to. It never changes.
const tableMails = "mails"

func sealAddress(key *seal.Key, mail chat.Mail) ([]byte, error) {
	return key.Seal([]byte(mail.To), mail.Tenant, tableMails, mail.ID)
}

func openAddress(key *seal.Key, mail chat.Mail, sealed []byte) (string, error) {
	address, err := key.Open(sealed, mail.Tenant, tableMails, mail.ID)
	if err != nil {
		return "", fmt.Errorf("open %s %s: %w", tableMails, mail.ID, err)
	}
	return string(address), nil
}
