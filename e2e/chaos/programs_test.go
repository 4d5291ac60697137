package chaos

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"parley/e2e/check"
	"parley/e2e/client"
)

// program is another program of the business, which asks over REST.
type program struct {
	*office
	*client.Caller
	name    string
	bot     string
	random  *rand.Rand
	replies []client.Reply
}

// connect lets programs ask as long as the office is open.
func (o *office) connect(n int) {
	o.Helper()
	badge := &badge{site: o.site, as: o.owner.Registration(), token: o.owner.Token, since: time.Now()}
	var urls []string
	for _, address := range o.addresses() {
		urls = append(urls, "http://"+address)
	}
	bot := o.bots(1)[0]
	for i := range n {
		p := &program{
			office: o, Caller: &client.Caller{URLs: urls, Token: badge.show, Tries: 20 * time.Second},
			name: fmt.Sprintf("p%d", i), bot: bot, random: o.random(2000 + i),
		}
		o.programs = append(o.programs, p)
		o.busy.Go(p.work)
	}
}

// work asks, and asks each question again, to be told the same.
func (p *program) work() {
	for n := 0; p.wait(p.random, time.Second); n++ {
		clientID, text := fmt.Sprintf("%s-%d", p.name, n), fmt.Sprintf("What does program %s ask at the %dth time?", p.name, n)
		var first, again client.Reply
		err := within(p.T, answerable, func(ctx context.Context) (err error) {
			if first, err = p.Ask(ctx, p.bot, clientID, text); err == nil && first.Refusal == "" {
				again, err = p.Ask(ctx, p.bot, clientID, text)
				again.Tries = first.Tries
			}
			return err
		})
		if err != nil {
			p.Errorf("%s asks %s over REST: %v", p.name, clientID, err)
			continue
		}
		if first.Refusal == "" && first != again {
			p.Errorf("%s was answered with %+v, and then with %+v", clientID, first, again)
		}
		p.replies = append(p.replies, first)
	}
}

// replied judges what programs were told, and returns the logs of their conversations.
func (o *office) replied() (logs [][]client.Event) {
	o.Helper()
	failed := 0
	for _, p := range o.programs {
		for _, reply := range p.replies {
			id := o.books.Holding(reply.ClientID)
			if reply.Refusal != "" {
				failed++
			} else if id != reply.Conversation {
				o.Errorf("%s was answered in %s, it is kept in %s", reply.ClientID, reply.Conversation, id)
			}
			log := o.owner.Log(id)
			o.report(check.Order(log))
			o.report(check.Asked(reply, log))
			logs = append(logs, log)
		}
	}
	if len(o.programs) > 0 {
		o.Logf("%d questions were asked over REST, and %d answers to them failed", len(logs), failed)
	}
	return logs
}
