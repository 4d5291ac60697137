package rest

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
	"parley/chat"
)

const repliesTag = "Saved replies"

func (s *server) routeReplies() {
	route(s, huma.Operation{
		OperationID: "listReplies", Method: http.MethodGet, Path: "/api/v1/replies", Tags: []string{repliesTag}, Summary: "All saved replies, by shortcut",
	}, s.listReplies)
	route(s, huma.Operation{
		OperationID: "createReply", Method: http.MethodPost, Path: "/api/v1/replies", Tags: []string{repliesTag},
		Summary: "Make a saved reply", DefaultStatus: http.StatusCreated, MaxBodyBytes: smallBody,
		Description: "500 at most; 409 with the code `shortcut_taken` if there is one of this shortcut.",
	}, s.createReply)
	route(s, huma.Operation{
		OperationID: "putReply", Method: http.MethodPut, Path: "/api/v1/replies/{reply}", Tags: []string{repliesTag},
		Summary: "Change a saved reply", MaxBodyBytes: smallBody,
	}, s.putReply)
	route(s, huma.Operation{
		OperationID: "deleteReply", Method: http.MethodDelete, Path: "/api/v1/replies/{reply}", Tags: []string{repliesTag},
		Summary: "Delete a saved reply", DefaultStatus: http.StatusNoContent,
	}, s.deleteReply)
}

// ReplyPath is the saved reply of a request.
type ReplyPath struct {
	Reply string `path:"reply" example:"rpl_06f1w3k8q0000000000000000z"`
}

type savedReply struct {
	ID       string `json:"id"`
	Shortcut string `json:"shortcut"`
	Title    string `json:"title"`
	Text     string `json:"text"`
}

func savedReplyOf(r chat.Reply) savedReply {
	return savedReply{ID: r.ID, Shortcut: r.Shortcut, Title: r.Title, Text: r.Text}
}

type newSavedReply struct {
	Shortcut string `json:"shortcut" doc:"What is typed behind /: lower-case letters, digits and -; 32 at most."`
	Title    string `json:"title,omitempty" doc:"Left out: the shortcut."`
	Text     string `json:"text" doc:"{{visitor.name}}, {{visitor.email}}, {{agent.name}}, {{company}} and {{bot}} are filled in by the dashboard."`
}

var shortcut = regexp.MustCompile(`^[a-z0-9-]{1,32}$`)

func (n newSavedReply) clean() (chat.Reply, error) {
	r := chat.Reply{Shortcut: strings.ToLower(strings.TrimSpace(n.Shortcut)), Text: strings.TrimSpace(n.Text)}
	if !shortcut.MatchString(r.Shortcut) {
		return r, invalid("shortcut", "may have lower-case letters, digits and -, 32 at most")
	}
	var err error
	if r.Title, err = cleanLine(n.Title, 0, maxTitle, "title"); err != nil {
		return r, err
	}
	if r.Title == "" {
		r.Title = r.Shortcut
	}
	return r, checkText(r.Text, 1, chat.MaxReply, "text")
}

type replyOutput struct{ Body savedReply }

func (s *server) listReplies(ctx context.Context, who account.Identity, _ *struct{}) (*struct{ Body page[savedReply] }, error) {
	all, err := s.Replies.Replies(ctx, who.Tenant)
	if err != nil {
		return nil, err
	}
	items := make([]savedReply, len(all))
	for i, r := range all {
		items[i] = savedReplyOf(r)
	}
	return &struct{ Body page[savedReply] }{page[savedReply]{Items: items}}, nil
}

func (s *server) createReply(ctx context.Context, who account.Identity, in *struct{ Body newSavedReply }) (*replyOutput, error) {
	return s.keepReply(ctx, who, chat.NewID(chat.ReplyPrefix), in.Body)
}

type putReplyInput struct {
	ReplyPath
	Body newSavedReply
}

func (s *server) putReply(ctx context.Context, who account.Identity, in *putReplyInput) (*replyOutput, error) {
	// Storage would add a reply of this id: only the platform makes ids.
	all, err := s.Replies.Replies(ctx, who.Tenant)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(all, func(r chat.Reply) bool { return r.ID == in.Reply }) {
		return nil, chat.ErrNotFound
	}
	return s.keepReply(ctx, who, in.Reply, in.Body)
}

func (s *server) keepReply(ctx context.Context, who account.Identity, id string, wish newSavedReply) (*replyOutput, error) {
	r, err := wish.clean()
	if err != nil {
		return nil, err
	}
	r.ID, r.Tenant = id, who.Tenant
	if err := s.Replies.PutReply(ctx, r); err != nil {
		return nil, err
	}
	return &replyOutput{savedReplyOf(r)}, nil
}

func (s *server) deleteReply(ctx context.Context, who account.Identity, in *ReplyPath) (*struct{}, error) {
	if err := known(chat.ReplyPrefix, in.Reply); err != nil {
		return nil, err
	}
	return nil, s.Replies.DeleteReply(ctx, who.Tenant, in.Reply)
}
