package rest

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"parley/account"
	"parley/actors"
	"parley/chat"
)

// answerTimeout is longer than the engine gives an answer, with its repetition after a crash.
const answerTimeout = 7 * time.Minute

func (s *server) routeAnswers() {
	registry := s.api.OpenAPI().Components.Schemas
	route(s, huma.Operation{
		OperationID: "answer", Method: http.MethodPost, Path: "/api/v1/bots/{bot}/answers", Tags: []string{"Answers"},
		Summary: "Ask a bot",
		Description: "Waits for the whole answer, or streams it with `Accept: text/event-stream`: each event's data is a frame of the " +
			"socket's protocol, with the conversation it belongs to; durable ones carry their seq as the event's id. " +
			"A request that is repeated with its client_id gets the same answer and asks nothing again.",
		MaxBodyBytes: smallBody, Metadata: map[string]any{timeoutKey: answerTimeout},
		Responses: map[string]*huma.Response{"200": {Description: "The answer", Content: map[string]*huma.MediaType{
			"application/json":  {Schema: registry.Schema(reflect.TypeOf(reply{}), true, "")},
			"text/event-stream": {Schema: &huma.Schema{Type: huma.TypeString}},
		}}},
	}, s.answer)
}

type question struct {
	Text         string `json:"text"`
	ClientID     string `json:"client_id,omitempty" maxLength:"64" doc:"Your own name for this question. Without a conversation, it names that too."`
	Conversation string `json:"conversation,omitempty" doc:"One to go on with; a new one if left out."`
	Locale       string `json:"locale,omitempty" maxLength:"35" doc:"BCP 47."`
}

type reply struct {
	Conversation string     `json:"conversation"`
	Message      string     `json:"message"`
	Text         string     `json:"text"`
	Citations    []citation `json:"citations"`
	Offer        string     `json:"offer,omitempty" enum:"handoff" doc:"handoff: nothing was found, and a person is offered."`
	Cached       bool       `json:"cached,omitempty" doc:"The same question got this answer before, and nothing that it rests on has changed since."`
}

type citation struct {
	Mark   int    `json:"mark,omitempty" doc:"The n of [n] in the text."`
	Source string `json:"source"`
	Part   string `json:"part,omitempty" doc:"The page, where the source is a site."`
	Title  string `json:"title"`
	URL    string `json:"url,omitempty"`
	Page   int    `json:"page,omitempty"`
	Quote  string `json:"quote,omitempty" doc:"The passage's beginning."`
}

type answerInput struct {
	BotPath
	Body question

	r *http.Request
	w http.ResponseWriter
}

// Resolve keeps what is needed to stream.
func (in *answerInput) Resolve(ctx huma.Context) []error {
	in.r, in.w = humago.Unwrap(ctx)
	return nil
}

// answerOutput writes the answer itself, or nothing more when it was streamed.
type answerOutput struct{ Body func(huma.Context) }

func (s *server) answer(ctx context.Context, who account.Identity, in *answerInput) (*answerOutput, error) {
	visitor, err := s.asker(ctx, who, in)
	if err != nil {
		return nil, err
	}
	if err := s.limits.answers.count(ctx, who); err != nil {
		return nil, err
	}
	if wantsStream(in.r) {
		return s.streamAnswer(ctx, visitor, in)
	}
	completed, err := s.Engine.Answer(ctx, visitor, in.Body.ClientID, in.Body.Text, nil)
	if err != nil {
		return nil, err
	}
	return &answerOutput{func(ctx huma.Context) {
		ctx.SetHeader("Content-Type", "application/json")
		ctx.SetStatus(http.StatusOK)
		_ = json.NewEncoder(ctx.BodyWriter()).Encode(replyOf(visitor.Conversation, completed))
	}}, nil
}

func replyOf(conversation string, c chat.MessageCompleted) reply {
	return reply{Conversation: conversation, Message: c.Message, Text: c.Text, Citations: citationsOf(c.Citations), Offer: c.Offer, Cached: c.Cached}
}

func citationsOf(all []chat.Citation) []citation {
	shown := make([]citation, len(all))
	for i, c := range all {
		shown[i] = citation{Mark: c.Mark, Source: c.Source, Part: c.Part, Title: c.Title, URL: c.URL, Page: c.Page, Quote: c.Quote}
	}
	return shown
}

// asker returns who asks, and in which conversation: the one that is named, the
// one that the client_id made before, or a new one.
func (s *server) asker(ctx context.Context, who account.Identity, in *answerInput) (actors.Visitor, error) {
	b, err := s.bot(ctx, who, in.Bot)
	if err != nil {
		return actors.Visitor{}, err
	}
	visitor := actors.Visitor{Ref: chat.Ref{Tenant: who.Tenant, Conversation: in.Body.Conversation}, Bot: b.ID, Locale: in.Body.Locale, Source: chat.FromAPI, Line: who.Line()}
	switch {
	case in.Body.Conversation != "":
		found, err := s.conversation(ctx, who, in.Body.Conversation)
		if err != nil {
			return actors.Visitor{}, err
		}
		if found.Bot != b.ID {
			return actors.Visitor{}, chat.ErrNotFound
		}
		visitor.ID = found.Visitor
	case in.Body.ClientID != "":
		visitor.Conversation = s.derivedID(chat.ConversationPrefix, who, b.ID, in.Body.ClientID)
		visitor.ID = s.derivedID(chat.VisitorPrefix, who, b.ID, in.Body.ClientID)
	default:
		visitor.Conversation = chat.NewID(chat.ConversationPrefix)
		visitor.ID = chat.NewID(chat.VisitorPrefix)
	}
	return visitor, nil
}

var idEncoding = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// derivedID returns the id that this person's client_id stands for at this bot:
// the same each time, so that a repeated question finds its conversation before
// anything is stored, and not to be guessed without the key.
func (s *server) derivedID(prefix string, who account.Identity, bot, clientID string) string {
	mac := hmac.New(sha256.New, s.Key)
	// Ids have no NUL, and the client's own name comes last.
	mac.Write([]byte(strings.Join([]string{prefix, who.Tenant, who.User, bot, clientID}, "\x00")))
	const characters = 26 // as chat.NewID makes them
	return prefix + "_" + idEncoding.EncodeToString(mac.Sum(nil))[:characters]
}
