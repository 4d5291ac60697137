package rest

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"parley/account"
)

// exportTime is how long a file may take that is written while it is read.
const exportTime = 30 * time.Minute

// exportPause is how long a client that takes a file may take nothing of it.
const exportPause = time.Minute

type exportAuditInput struct {
	AuditQuery
	Format string `query:"format" enum:"csv,ndjson" default:"csv"`
}

func (s *server) exportAudit(ctx context.Context, who account.Identity, in *exportAuditInput) (*huma.StreamResponse, error) {
	if err := s.told(ctx); err != nil {
		return nil, err
	}
	filter := in.filter()
	filter.Limit = 200
	first, next, err := s.AuditLog.Audit(ctx, who.Tenant, filter) // before the answer begins
	if err != nil {
		return nil, err
	}
	kind, write := "text/csv; charset=utf-8", writeAuditCSV
	if in.Format == "ndjson" {
		kind, write = "application/x-ndjson", writeAuditLines
	}
	return s.file("audit-log."+in.Format, kind, func(ctx context.Context, w io.Writer) error {
		if in.Format == "csv" {
			if _, err := io.WriteString(w, "id,at,actor_kind,actor_id,actor_name,action,target,address,outcome\r\n"); err != nil {
				return err
			}
		}
		for page := first; ; {
			if err := write(w, page); err != nil {
				return err
			}
			if next == "" {
				return nil
			}
			filter.Cursor = next
			if page, next, err = s.AuditLog.Audit(ctx, who.Tenant, filter); err != nil {
				return err
			}
		}
	}), nil
}

func writeAuditCSV(w io.Writer, entries []account.Entry) error {
	lines := csv.NewWriter(w)
	lines.UseCRLF = true // RFC 4180
	for _, e := range entries {
		err := lines.Write([]string{
			e.ID, e.At.UTC().Format(time.RFC3339Nano), string(e.Actor.Kind), e.Actor.ID, harmless(e.Actor.Name), e.Action, harmless(e.Target), e.Address, e.Outcome,
		})
		if err != nil {
			return err
		}
	}
	lines.Flush()
	return lines.Error()
}

// harmless keeps spreadsheets from taking what somebody is called for a formula.
func harmless(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}

func writeAuditLines(w io.Writer, entries []account.Entry) error {
	lines := json.NewEncoder(w)
	for _, e := range entries {
		if err := lines.Encode(auditEntryOf(e)); err != nil {
			return err
		}
	}
	return nil
}

// file is an answer that is written while it is read, and saved under a name. Half of one ends without its end: the connection is closed.
func (s *server) file(name, kind string, write func(context.Context, io.Writer) error) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		r, w := humago.Unwrap(ctx)
		ctx.SetHeader("Content-Type", kind)
		ctx.SetHeader("Content-Disposition", `attachment; filename="`+name+`"`)
		within, cancel := context.WithTimeout(r.Context(), exportTime)
		defer cancel()
		out := attended{w, http.NewResponseController(w)}
		if err := write(within, out); err != nil {
			aboutOf(r.Context()).failure = err
			s.Logger.WarnContext(within, "a file was not written to its end", slog.String("file", name), slog.Any("error", err))
			panic(http.ErrAbortHandler)
		}
	}}
}

// attended gives a client time for each part of a file.
type attended struct {
	w       io.Writer
	control *http.ResponseController
}

func (p attended) Write(part []byte) (int, error) {
	_ = p.control.SetWriteDeadline(time.Now().Add(exportPause)) // what has none cannot be slow
	return p.w.Write(part)
}
