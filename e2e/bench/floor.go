package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"

	"github.com/coder/websocket"
)

// floor is the server that Parley is compared with.
type floor struct {
	store *floorStore // nil: nothing is kept
	model string      // base URL; empty: nothing is answered
}

// serveFloor is the part "floor" of this program.
func serveFloor(args []string) error {
	flags := flag.NewFlagSet("floor", flag.ExitOnError)
	driver := flags.String("driver", "", "keep messages with this driver of database/sql")
	database := flags.String("database", "", "where that keeps them")
	model := flags.String("model", "", "base URL of the model that answers")
	if err := flags.Parse(args); err != nil {
		return err
	}
	f := &floor{model: *model}
	if *driver != "" {
		var err error
		if f.store, err = openFloorStore(*driver, *database); err != nil {
			return err
		}
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Fprintln(os.Stdout, listener.Addr())
	endWithInput()
	return http.Serve(listener, f)
}

func (f *floor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{subprotocol}})
	if err != nil {
		return // Accept has answered
	}
	go f.converse(ws) // the handler's stack and buffers are given back
}

// floorRequest is a client's frame.
type floorRequest struct {
	ID   string `json:"id"`
	Type string `json:"type"`
	Data struct {
		ClientID string `json:"client_id"`
		Text     string `json:"text"`
	} `json:"data"`
}

// converse reads a connection to its end.
func (f *floor) converse(ws *websocket.Conn) {
	defer ws.CloseNow()
	ctx := context.Background() // a reader ends with its connection
	for {
		_, raw, err := ws.Read(ctx)
		if err != nil {
			return
		}
		var r floorRequest
		if err := json.Unmarshal(raw, &r); err != nil {
			return
		}
		if err := f.answer(ctx, ws, r); err != nil {
			fmt.Fprintln(os.Stderr, "floor:", err)
			return
		}
	}
}

func (f *floor) answer(ctx context.Context, ws *websocket.Conn, r floorRequest) error {
	switch r.Type {
	case "session.open":
		return ws.Write(ctx, websocket.MessageText, fmt.Appendf(nil,
			`{"ref":%q,"type":"session.ready","data":{"token":"floor","conversation":"cnv_floor","seq":0,"recovered":true,"status":"bot"}}`, r.ID))
	case "message.send":
		if f.store != nil {
			if err := f.store.keep(message{r.Data.ClientID, r.Data.Text}); err != nil {
				return err
			}
		}
		if err := f.acknowledge(ctx, ws, r.ID); err != nil || f.model == "" {
			return err
		}
		return f.stream(ctx, ws, r.Data.Text)
	default:
		return f.acknowledge(ctx, ws, r.ID)
	}
}

func (f *floor) acknowledge(ctx context.Context, ws *websocket.Conn, id string) error {
	return ws.Write(ctx, websocket.MessageText, fmt.Appendf(nil, `{"ref":%q,"type":"ack","data":{"seq":1,"message":"msg_floor"}}`, id))
}
