package rest

import (
	"context"
	"net/http"
	"time"

	"parley/account"
	"parley/account/billing"
)

func (s *server) routeBillingEvents() {
	route(s, operated("listBillingEvents", http.MethodGet, "/events", "What the processor of payments told, latest first", ""), s.listBillingEvents)
	replay := operated("replayBillingEvent", http.MethodPost, "/events/{event}/replay", "Process one of them again",
		"It can be repeated: what an event says counts once, in its place.")
	replay.DefaultStatus = http.StatusNoContent
	route(s, replay, s.replayBillingEvent)
}

type billingEvent struct {
	ID         string    `json:"id"`
	Provider   string    `json:"provider"`
	Type       string    `json:"type"`
	At         time.Time `json:"at" doc:"When it was made."`
	ReceivedAt time.Time `json:"received_at"`
	State      string    `json:"state" enum:"waiting,settled,failed"`
	Tenant     string    `json:"tenant,omitempty" doc:"Id of the business that it is about; absent: nobody's that is known."`
	Error      string    `json:"error,omitempty" doc:"Why it could not be processed; it is tried again."`
}

type listBillingEventsInput struct {
	PageQuery
	State string `query:"state" enum:"waiting,settled,failed"`
}

func (s *server) listBillingEvents(ctx context.Context, _ account.Identity, in *listBillingEventsInput) (*struct{ Body page[billingEvent] }, error) {
	found, next, err := s.BillingRecords.Events(ctx, billing.EventFilter{State: billing.EventState(in.State), Cursor: in.Cursor, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	items := make([]billingEvent, len(found))
	for i, e := range found {
		items[i] = billingEvent{e.ID, e.Provider, e.Type, e.At, e.Received, string(e.State), e.Tenant, e.Error}
	}
	return &struct{ Body page[billingEvent] }{page[billingEvent]{items, next}}, nil
}

func (s *server) replayBillingEvent(ctx context.Context, _ account.Identity, in *struct {
	Event string `path:"event" maxLength:"200"`
},
) (*struct{}, error) {
	return nil, s.Operating.Replay(ctx, in.Event)
}
