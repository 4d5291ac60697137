package rest

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"math"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"parley/account"
	"parley/chat"
)

// statuses is the one place where a kind of failure becomes a number of HTTP.
var statuses = map[chat.Kind]int{
	chat.Invalid:      http.StatusUnprocessableEntity,
	chat.Unauthorized: http.StatusUnauthorized,
	chat.Forbidden:    http.StatusForbidden,
	chat.NotFound:     http.StatusNotFound,
	chat.Conflict:     http.StatusConflict,
	chat.TooLarge:     http.StatusRequestEntityTooLarge,
	chat.Unsupported:  http.StatusUnsupportedMediaType,
	chat.Limited:      http.StatusTooManyRequests,
	chat.Unavailable:  http.StatusServiceUnavailable,
	chat.Internal:     http.StatusInternalServerError,
}

// closer are the codes for which HTTP has a number that says more than their kind's.
var closer = map[string]int{
	"malformed":          http.StatusBadRequest,
	"body_timeout":       http.StatusRequestTimeout,
	"method_not_allowed": http.StatusMethodNotAllowed,
}

func statusOf(failure *chat.Error) int {
	if status, ok := closer[failure.Code]; ok {
		return status
	}
	return statuses[failure.Kind]
}

// problem is a failure as RFC 9457 writes it, with our own members behind.
type problem struct {
	Title      string  `json:"title" doc:"The status in words."`
	Status     int     `json:"status"`
	Code       string  `json:"code" doc:"Stable and machine-readable."`
	Detail     string  `json:"detail" doc:"What happened and what to do, for people."`
	RequestID  string  `json:"request_id" doc:"Name it when you ask for help."`
	RetryAfter int64   `json:"retry_after,omitempty" doc:"Seconds after which to try again."`
	Challenge  string  `json:"challenge,omitempty" doc:"Of second_factor_required: auth/second-factor takes it, with a code."`
	Errors     []fault `json:"errors,omitempty" doc:"Which fields are not valid."`
}

// fault is one field of a request that is not valid.
type fault struct {
	Location string `json:"location,omitempty" doc:"Such as body.name."`
	Message  string `json:"message"`
}

func (p *problem) Error() string             { return p.Code + ": " + p.Detail }
func (p *problem) GetStatus() int            { return p.Status }
func (p *problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders makes huma send Retry-After.
func (p *problem) GetHeaders() http.Header {
	headers := http.Header{}
	if p.RetryAfter > 0 {
		headers.Set("Retry-After", strconv.FormatInt(p.RetryAfter, 10))
	}
	return headers
}

// problemOf turns any error into what the client is told, and notes it for the log.
func problemOf(ctx context.Context, err error) *problem {
	failure := chat.AsError(err)
	about := aboutOf(ctx)
	about.failure = err
	p := about.problem(failure)
	var required *account.SecondFactorRequired
	if errors.As(err, &required) {
		p.Challenge = required.Challenge
	}
	return p
}

// writeProblem answers a request that did not come through huma.
func writeProblem(w http.ResponseWriter, r *http.Request, err error) {
	var p *problem
	if !errors.As(err, &p) {
		p = problemOf(r.Context(), err)
	}
	header := w.Header()
	for name, values := range p.GetHeaders() {
		header[name] = values
	}
	header.Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // a client that went away misses it
}

// What huma refuses by itself, by the status that it chose.
var refusals = map[int]*chat.Error{
	http.StatusBadRequest:            chat.Fail(chat.Invalid, "malformed", "This is not valid JSON in UTF-8. Please check it and send it again."),
	http.StatusRequestTimeout:        chat.Fail(chat.Invalid, "body_timeout", "The request took too long to arrive. Please send it again."),
	http.StatusRequestEntityTooLarge: chat.Fail(chat.TooLarge, "body_too_large", "This request is larger than we accept."),
	http.StatusUnsupportedMediaType:  chat.Fail(chat.Unsupported, "media_type", "Please send JSON, with Content-Type: application/json."),
	http.StatusUnprocessableEntity:   chat.Fail(chat.Invalid, "invalid", "Some of what was sent is not valid."),
}

func init() {
	// huma keeps these for all APIs of a process; there is one.
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		return refusal(context.Background(), status, message, errs...)
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, message string, errs ...error) huma.StatusError {
		return refusal(ctx.Context(), status, message, errs...)
	}
	huma.DefaultArrayNullable = false
}

// refusal is a failure that huma found. The values that it found are left out:
// they may be passwords.
func refusal(ctx context.Context, status int, message string, errs ...error) *problem {
	err := errors.Join(errs...)
	if errors.Is(err, io.ErrUnexpectedEOF) { // the client went away in the middle of its body
		status = http.StatusBadRequest
	}
	failure := refusals[status]
	if failure == nil {
		failure = chat.AsError(errors.Join(errors.New(message), err))
	}
	about := aboutOf(ctx)
	about.failure = failure.Because(err)
	p := about.problem(failure)
	if p.Status != http.StatusUnprocessableEntity {
		return p
	}
	for _, e := range errs {
		var detail huma.ErrorDetailer
		if errors.As(e, &detail) {
			d := detail.ErrorDetail()
			p.Errors = append(p.Errors, fault{Location: d.Location, Message: d.Location + ": " + d.Message})
		}
	}
	return p
}

// problem writes a failure down for the client.
func (a *about) problem(failure *chat.Error) *problem {
	status := statusOf(failure)
	return &problem{
		Title:      http.StatusText(status),
		Status:     status,
		Code:       failure.Code,
		Detail:     failure.Message,
		RequestID:  a.id,
		RetryAfter: int64(math.Ceil(failure.RetryAfter.Seconds())),
	}
}
