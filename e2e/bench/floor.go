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
	rooms *rooms      // nil: everybody is alone
}

// serveFloor is the part "floor" of this program.
func serveFloor(args []string) error {
	flags := flag.NewFlagSet("floor", flag.ExitOnError)
	driver := flags.String("driver", "", "keep messages with this driver of database/sql")
	database := flags.String("database", "", "where that keeps them")
	model := flags.String("model", "", "base URL of the model that answers")
	shared := flags.Bool("rooms", false, "show others what is sent to a conversation")
	if err := flags.Parse(args); err != nil {
		return err
	}
	f := &floor{model: *model}
	if *shared {
		f.rooms = &rooms{}
	}
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
		ClientID     string `json:"client_id"`
		Text         string `json:"text"`
		Token        string `json:"token"`
		Conversation string `json:"conversation"`
	} `json:"data"`
}

// converse reads a connection to its end.
func (f *floor) converse(ws *websocket.Conn) {
	defer ws.CloseNow()
	ctx := context.Background() // a reader ends with its connection
	c := &floorConn{floor: f, ws: ws}
	for {
		_, raw, err := ws.Read(ctx)
		if err != nil {
			return
		}
		var r floorRequest
		if err := json.Unmarshal(raw, &r); err != nil {
			return
		}
		if err := c.answer(ctx, r); err != nil {
			fmt.Fprintln(os.Stderr, "floor:", err)
			return
		}
	}
}

// floorConn is one client. Its conversation is its token too.
type floorConn struct {
	*floor
	ws           *websocket.Conn
	conversation string
}

func (c *floorConn) answer(ctx context.Context, r floorRequest) error {
	switch r.Type {
	case "session.open":
		c.conversation = "cnv_floor"
		if c.rooms != nil {
			if c.conversation = r.Data.Token; c.conversation == "" {
				c.conversation = c.rooms.fresh()
			}
			c.rooms.join(c.conversation, c.ws)
		}
		return c.write(ctx, `{"ref":%q,"type":"session.ready","data":{"token":%q,"conversation":%[2]q,"seq":0,"recovered":true,"status":"bot"}}`, r.ID, c.conversation)
	case "desk.open":
		return c.write(ctx, `{"ref":%q,"type":"desk.ready","data":{"name":"Floor"}}`, r.ID)
	case "conversation.watch":
		c.rooms.join(r.Data.Conversation, c.ws)
		return c.acknowledge(ctx, r.ID)
	case "ping":
		return c.write(ctx, `{"ref":%q,"type":"pong"}`, r.ID)
	case "typing":
		if err := c.rooms.show(ctx, c.conversation, []byte(`{"type":"typing","conversation":"`+c.conversation+`","data":{"author":{"kind":"visitor"}}}`), c.ws); err != nil {
			return err
		}
		return c.acknowledge(ctx, r.ID)
	case "message.send":
		return c.post(ctx, r)
	default:
		return c.acknowledge(ctx, r.ID)
	}
}

func (c *floorConn) post(ctx context.Context, r floorRequest) error {
	if c.store != nil {
		if err := c.store.keep(message{r.Data.ClientID, r.Data.Text}); err != nil {
			return err
		}
	}
	if err := c.acknowledge(ctx, r.ID); err != nil {
		return err
	}
	if c.rooms != nil {
		created := fmt.Appendf(nil, `{"seq":1,"at":"2026-01-01T00:00:00.000Z","type":"message.created","data":{"message":"msg_floor","author":{"kind":"visitor"},"text":%q,"client_id":%q}}`,
			r.Data.Text, r.Data.ClientID)
		if err := c.rooms.show(ctx, c.conversation, created, nil); err != nil {
			return err
		}
	}
	if c.model == "" {
		return nil
	}
	return c.stream(ctx, r.Data.Text)
}

func (c *floorConn) acknowledge(ctx context.Context, id string) error {
	return c.write(ctx, `{"ref":%q,"type":"ack","data":{"seq":1,"message":"msg_floor"}}`, id)
}

func (c *floorConn) write(ctx context.Context, format string, args ...any) error {
	return c.ws.Write(ctx, websocket.MessageText, fmt.Appendf(nil, format, args...))
}
