package rest

import (
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
	"parley/chat"
	"parley/transport/address"
)

// authenticate tells whose a token is: a member's, or a key's, which may be bound to addresses.
func (s *server) authenticate(r *http.Request, token string) (account.Identity, error) {
	about := aboutOf(r.Context())
	about.ip = address.IP(r, s.Proxies)
	return s.Accounts.Bearer(r.Context(), token, about.ip)
}

// permit decides whether somebody may use an operation, from where they are.
func (s *server) permit(r *http.Request, op huma.Operation, need account.Need, who account.Identity) error {
	if err := need.Require(who); err != nil {
		return err
	}
	if need.Action != account.Self {
		if err := s.Accounts.Admit(r.Context(), who, aboutOf(r.Context()).ip); err != nil {
			return err
		}
	}
	return s.confine(r, op, need, who)
}

// confine answers a key of one bot like somebody from elsewhere wherever something else than its bot is asked for:
// with the 404 of what there is not. Operations whose need is Narrow see to it themselves.
func (s *server) confine(r *http.Request, op huma.Operation, need account.Need, who account.Identity) error {
	switch {
	case who.Bot == "" || need.Narrow:
		return nil
	case strings.Contains(op.Path, "{bot}"):
		if r.PathValue("bot") != who.Bot {
			return chat.ErrNotFound
		}
		return nil
	case strings.Contains(op.Path, "{conversation}"):
		_, err := s.conversation(r.Context(), who, r.PathValue("conversation"))
		return err
	}
	return chat.ErrNotFound
}

// sees tells whether whoever asks may see a bot of their business.
func sees(who account.Identity, bot string) bool { return who.Bot == "" || who.Bot == bot }
