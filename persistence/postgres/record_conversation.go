package postgres

import (
	"parley/chat"
	"parley/persistence/seal"
)

// originRecord is what is known of a conversation from its birth.
type originRecord struct {
	recordHead
	Page   string      `json:"page,omitempty"`
	Locale string      `json:"locale,omitempty"`
	Fields chat.Fields `json:"fields,omitempty"`
}

// agentRecord is who has a conversation.
type agentRecord struct {
	recordHead
	authorRecord
}

// summaryRecord stands for the beginning of a conversation.
type summaryRecord struct {
	recordHead
	Through int64  `json:"through"`
	Text    string `json:"text"`
}

func sealSummary(key *seal.Key, ref chat.Ref, summary chat.Summary) ([]byte, error) {
	return sealRecord(key, ref.Tenant, tableSummaries, ref.Conversation, summaryRecord{head(), summary.Through, summary.Text})
}

// openSummary returns the zero value for none.
func openSummary(key *seal.Key, ref chat.Ref, sealed []byte) (chat.Summary, error) {
	if sealed == nil {
		return chat.Summary{}, nil
	}
	var r summaryRecord
	err := openRecord(key, ref.Tenant, tableSummaries, ref.Conversation, sealed, &r)
	return chat.Summary{Through: r.Through, Text: r.Text}, err
}

func sealOrigin(key *seal.Key, ref chat.Ref, birth *chat.Birth) ([]byte, error) {
	return sealRecord(key, ref.Tenant, tableOrigin, ref.Conversation, originRecord{head(), birth.Page, birth.Locale, birth.Fields})
}

// openOrigin returns the zero value for that of a conversation that was blanked.
func openOrigin(key *seal.Key, ref chat.Ref, sealed []byte) (originRecord, error) {
	var r originRecord
	if len(sealed) == 0 {
		return r, nil
	}
	err := openRecord(key, ref.Tenant, tableOrigin, ref.Conversation, sealed, &r)
	return r, err
}

// sealAgent returns nil for nobody.
func sealAgent(key *seal.Key, ref chat.Ref, agent *chat.Author) ([]byte, error) {
	if agent == nil {
		return nil, nil
	}
	return sealRecord(key, ref.Tenant, tableAgent, ref.Conversation, agentRecord{head(), authorOf(*agent)})
}

func openAgent(key *seal.Key, ref chat.Ref, sealed []byte) (*chat.Author, error) {
	if sealed == nil {
		return nil, nil
	}
	var r agentRecord
	if err := openRecord(key, ref.Tenant, tableAgent, ref.Conversation, sealed, &r); err != nil {
		return nil, err
	}
	agent := r.author()
	return &agent, nil
}

// previewLength is how many characters of the last message lists show.
const previewLength = 200

// sealPreview returns the preview after the given bodies; nil: it stays.
func sealPreview(key *seal.Key, ref chat.Ref, bodies []chat.Body) ([]byte, error) {
	text := ""
	for _, body := range bodies {
		switch b := body.(type) {
		case chat.MessageCreated:
			text = b.Text
		case chat.MessageCompleted:
			text = b.Text
		case chat.MessageInterrupted:
			if b.Text != "" {
				text = b.Text
			}
		}
	}
	if text == "" {
		return nil, nil
	}
	return key.Seal([]byte(beginning(text)), ref.Tenant, tablePreview, ref.Conversation)
}

func openPreview(key *seal.Key, ref chat.Ref, sealed []byte) (string, error) {
	if sealed == nil {
		return "", nil
	}
	text, err := key.Open(sealed, ref.Tenant, tablePreview, ref.Conversation)
	return string(text), err
}

// beginning cuts a text between characters.
func beginning(text string) string {
	count := 0
	for i := range text {
		if count == previewLength {
			return text[:i]
		}
		count++
	}
	return text
}
