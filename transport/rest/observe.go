package rest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"parley/account"
	"parley/chat"
	"parley/transport/requestid"
)

// about is what is known of a request, for its log line and its problems.
type about struct {
	id      string
	who     account.Identity
	ip      netip.Addr // of whoever brought a token
	failure error
	request *http.Request // of an operation, with the ids of its address
}

type aboutKey struct{}

// aboutOf returns the request's own, or an empty one outside of requests.
func aboutOf(ctx context.Context) *about {
	if a, ok := ctx.Value(aboutKey{}).(*about); ok {
		return a
	}
	return &about{}
}

// observe is around every request: it gives it an id, deadlines and headers
// that hold for all, keeps a panic from closing the connection without a word,
// and writes one line of log, which has ids and never what people wrote. Requests
// of the API are spans, below the one that their traceparent names.
func (s *server) observe(next http.Handler) http.Handler {
	seconds := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "parley_http_request_seconds",
		Help:    "How long HTTP requests took, by route.",
		Buckets: []float64{.001, .005, .01, .05, .1, .5, 1, 5, 30, 120},
	}, []string{"method", "route", "status"})
	s.Metrics.MustRegister(seconds)

	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		info := &about{id: requestid.Of(r)}
		ctx := requestid.With(context.WithValue(r.Context(), aboutKey{}, info), info.id)
		ctx = account.WithClient(ctx, s.clientOf(r))
		var span chat.Span
		if strings.HasPrefix(r.URL.Path, "/api/") {
			ctx, span = s.Tracer.Start(s.Tracer.Follow(ctx, r.Header.Get("Traceparent")), "request", slog.String("method", method(r)))
		}
		r = r.WithContext(ctx)
		incoming := &body{ReadCloser: r.Body}
		r.Body = incoming
		answer := &answer{ResponseWriter: w}
		control := http.NewResponseController(w)
		_ = control.SetWriteDeadline(time.Time{}) // the connection may have one from its last request

		w.Header().Set(requestid.Header, info.id)

		s.survive(answer, r, next)
		if answer.status == 0 {
			answer.WriteHeader(http.StatusOK)
		}
		if answer.status >= http.StatusBadRequest {
			linger(control, r, incoming)
		}
		took := time.Since(start)
		route := r.Pattern
		if route == "" {
			route = "none"
		}
		seconds.WithLabelValues(method(r), route, strconv.Itoa(answer.status)).Observe(took.Seconds())
		s.log(r, route, answer, info, took)
		s.counted(info.who, answer.status)
		_, path, _ := strings.Cut(route, " ")
		span.Set(slog.String("route", path))
		span.Set(slog.Int("status", answer.status))
		span.End(info.failure)
	})
}

// method is a request's method, unless its client made it up.
func method(r *http.Request) string {
	switch r.Method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return r.Method
	}
	return "other"
}

// survive answers a panic like any other failure of ours.
func (s *server) survive(w *answer, r *http.Request, next http.Handler) {
	defer func() {
		cause := recover()
		if cause == nil {
			return
		}
		if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
			panic(cause)
		}
		s.Logger.Error("panic", slog.String("request", aboutOf(r.Context()).id), slog.Any("cause", cause), slog.String("stack", string(debug.Stack())))
		if w.status != 0 {
			panic(http.ErrAbortHandler) // half an answer went out: only closing tells
		}
		writeProblem(w, r, fmt.Errorf("panic: %v", cause))
	}()
	next.ServeHTTP(w, r)
}

func (s *server) log(r *http.Request, route string, w *answer, info *about, took time.Duration) {
	attributes := []slog.Attr{
		slog.String("request", info.id), slog.String("method", method(r)), slog.String("route", route),
		slog.Int("status", w.status), slog.Int64("bytes", w.bytes), slog.Duration("took", took.Round(time.Microsecond)),
	}
	if info.who.Tenant != "" {
		attributes = append(attributes, slog.String("tenant", info.who.Tenant), slog.String("user", info.who.User))
		if info.who.Key != "" {
			attributes = append(attributes, slog.String("key", info.who.Key))
		}
	}
	level := slog.LevelInfo
	if w.status < http.StatusBadRequest && !strings.Contains(route, "/api/") {
		level = slog.LevelDebug // pages, and probes every few seconds
	}
	if info.failure != nil { // also one in the middle of a stream, whose status was good
		failure := chat.AsError(info.failure)
		attributes = append(attributes, slog.String("code", failure.Code))
		if failure.Kind == chat.Internal || failure.Kind == chat.Unavailable {
			attributes = append(attributes, slog.Any("error", info.failure))
			if !errors.Is(info.failure, context.Canceled) { // by a client that went away
				level = slog.LevelError
			}
		}
	}
	s.Logger.LogAttrs(r.Context(), level, "request", attributes...)
}

// writeTimeout bounds how long a client may take to read an answer; streams
// move the deadline as they go.
const writeTimeout = time.Minute

// answer counts what goes out, and starts the deadline when it begins to.
type answer struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
		_ = http.NewResponseController(a.ResponseWriter).SetWriteDeadline(time.Now().Add(writeTimeout))
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(p []byte) (int, error) {
	if a.status == 0 {
		a.WriteHeader(http.StatusOK)
	}
	n, err := a.ResponseWriter.Write(p)
	a.bytes += int64(n)
	return n, err
}

// body is a request's body that stays readable when a handler closes it, and
// knows how much of it was read.
type body struct {
	io.ReadCloser
	read  int64
	ended bool
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.read += int64(n)
	if err != nil {
		b.ended = true
	}
	return n, err
}

func (b *body) Close() error { return nil }

// A client that is still sending when it is refused gets so much patience:
// closing at once would make its system discard the answer unread.
const (
	lingerTime  = 30 * time.Second
	lingerBytes = 1 << 30
)

// linger sends the answer on its way and swallows the rest of a body that was refused.
func linger(control *http.ResponseController, r *http.Request, incoming *body) {
	waits := r.Header.Get("Expect") != "" && incoming.read == 0 // it has not begun, and now will not
	if incoming.ended || r.ContentLength == 0 || waits {
		return
	}
	_ = control.Flush()
	if control.SetReadDeadline(time.Now().Add(lingerTime)) != nil {
		return
	}
	_, _ = io.CopyN(io.Discard, incoming, lingerBytes)
}
