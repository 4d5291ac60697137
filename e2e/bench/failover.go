package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// failover measures how long visitors cannot write when one of three nodes dies: from kill -9 until the last of them
// has a message acknowledged that was first sent right after it. Half of them were connected to that node; the
// others are connected elsewhere, and it had their conversation. The floor is the time for which the dead node is taken for alive.
func failover(s sizes) experiment {
	return experiment{
		name:  "failover",
		rows:  []row{{"failover after kill -9, 3 nodes, TTL 3 s", "s", atMostOf((clusterTTL + time.Second).Seconds())}, {"… p50", "s", nil}},
		floor: func(*lab) []float64 { return []float64{clusterTTL.Seconds(), clusterTTL.Seconds()} },
		parley: func(l *lab) []float64 {
			c := startCluster(l, 3, 1)
			doomed := c.nodes[0]
			connected := doomed.crowd(s.sessions, nil)
			tabs := doomed.crowd(s.sessions, nil)
			l.all(len(connected), dialling, func(ctx context.Context, i int) error {
				if err := connected[i].askForPerson(ctx); err != nil {
					return err
				}
				return tabs[i].askForPerson(ctx)
			})
			elsewhere := c.nodes[1].crowd(s.sessions, tabs)

			l.step("kill a node")
			begun := time.Now()
			doomed.parley.Kill()
			times := make([]float64, 2*s.sessions)
			l.all(len(times), len(times), func(ctx context.Context, i int) error {
				ctx, cancel := context.WithTimeout(ctx, patience)
				defer cancel()
				v := &connected[i/2]
				if i%2 == 1 {
					v = &elsewhere[i/2]
				}
				err := c.nodes[1+i%2].persist(ctx, v)
				times[i] = time.Since(begun).Seconds()
				return err
			})
			return []float64{quantile(times, 1), median(times)}
		},
	}
}

// soon is when a visitor tries once more.
const soon = 50 * time.Millisecond

// persist sends one message until it is acknowledged, over a new connection to this node when the present one breaks.
func (s *site) persist(ctx context.Context, v **visitor) error {
	name := "persistent " + (*v).name
	for {
		err := (*v).sayAs(ctx, name, smallMessage)
		if err == nil {
			return nil
		}
		if !errors.Is(err, errRefused) {
			if next, err := s.open(ctx, s.bots[0], (*v).name, *v); err == nil {
				(*v).leave()
				*v = next
				continue
			}
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("a message is not acknowledged: %w", err)
		case <-time.After(soon):
		}
	}
}
