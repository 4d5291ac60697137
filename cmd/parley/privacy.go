package main

import (
	"parley/account"
	"parley/actors"
)

// privacy erases what nobody is to have any more.
func (p *platform) privacy() *account.Privacy {
	return &account.Privacy{
		Store: p.store, Tenants: p.store, Live: p.engine, Payments: p.billing, Announcer: p.redis, Logger: p.logger, Deleted: actors.Deleted,
	}
}
