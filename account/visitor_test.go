package account

import (
	"errors"
	"strings"
	"testing"

	"parley/chat"
)

func visitorClaims() VisitorClaims {
	return VisitorClaims{
		Tenant:       chat.NewID(chat.TenantPrefix),
		Bot:          chat.NewID(chat.BotPrefix),
		Visitor:      chat.NewID(chat.VisitorPrefix),
		Conversation: chat.NewID(chat.ConversationPrefix),
	}
}

func TestAVisitorsTokenNamesWhatItWasMintedFor(t *testing.T) {
	t.Parallel()
	visitors := NewVisitors([]byte("a key of thirty-two bytes length"))
	want := visitorClaims()
	got, err := visitors.Check(visitors.Mint(want))
	if err != nil {
		t.Fatal(err)
	}
	if got != want {
		t.Fatalf("got %+v, want %+v", got, want)
	}
}

func TestAVisitorsTokenThatWasChangedAnywhereIsRefused(t *testing.T) {
	t.Parallel()
	visitors := NewVisitors([]byte("a key of thirty-two bytes length"))
	token := visitors.Mint(visitorClaims())
	for i := range token {
		changed := []byte(token)
		if changed[i] == 'x' {
			changed[i] = 'y'
		} else {
			changed[i] = 'x'
		}
		if _, err := visitors.Check(string(changed)); !errors.Is(err, ErrVisitorToken) {
			t.Fatalf("token with byte %d changed: error %v", i, err)
		}
	}
}

func TestWhatIsNotATokenIsRefused(t *testing.T) {
	t.Parallel()
	visitors := NewVisitors([]byte("a key of thirty-two bytes length"))
	token := visitors.Mint(visitorClaims())
	for _, bad := range []string{
		"", ".", "v1", "v1.....", strings.Repeat(".", 1000), "null",
		token + "=", token + ".", token[:len(token)-1], " " + token,
		NewVisitors([]byte("another key of thirty-two bytes!")).Mint(visitorClaims()),
	} {
		if claims, err := visitors.Check(bad); !errors.Is(err, ErrVisitorToken) || claims != (VisitorClaims{}) {
			t.Errorf("Check(%q) = %+v, %v", bad, claims, err)
		}
	}
}

// An id with a dot in it must not move the borders between the parts.
func TestATokenWithADotInAnIDIsRefused(t *testing.T) {
	t.Parallel()
	visitors := NewVisitors([]byte("a key of thirty-two bytes length"))
	claims := visitorClaims()
	claims.Bot = "bot_a.vis_b"
	if _, err := visitors.Check(visitors.Mint(claims)); !errors.Is(err, ErrVisitorToken) {
		t.Fatalf("error %v", err)
	}
}
