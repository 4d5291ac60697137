package account

import (
	"slices"

	"parley/chat"
)

// Action is something that a member may do in a tenant.
type Action string

// What members do.
const (
	Read           Action = "read"            // see bots, sources and conversations
	Ask            Action = "ask"             // ask a bot over the API, which uses up answers
	Take           Action = "take"            // take conversations over, and give them back
	ManageBots     Action = "manage_bots"     // make, change and delete bots and what they know
	ManageWebhooks Action = "manage_webhooks" // say which servers are told what happens
	ManageMembers  Action = "manage_members"  // invite people, change their roles and remove them
)

// Actions are all of them.
var Actions = []Action{Read, Ask, Take, ManageBots, ManageWebhooks, ManageMembers}

// permissions is the one place that says which role may do what.
var permissions = map[Role]map[Action]bool{
	Owner:  {Read: true, Ask: true, Take: true, ManageBots: true, ManageWebhooks: true, ManageMembers: true},
	Admin:  {Read: true, Ask: true, Take: true, ManageBots: true, ManageWebhooks: true, ManageMembers: true},
	Agent:  {Read: true, Ask: true, Take: true},
	Viewer: {Read: true},
}

// ErrForbidden refuses what a role may not do.
var ErrForbidden = chat.Fail(chat.Forbidden, "forbidden", "Your role does not allow this. Ask an owner of your account.")

// May tells whether members of this role may do it. An unknown role may do nothing.
func (r Role) May(action Action) bool { return permissions[r][action] }

// Actions returns all that members of this role may do.
func (r Role) Actions() []Action {
	return slices.DeleteFunc(slices.Clone(Actions), func(a Action) bool { return !r.May(a) })
}

// known tells whether there is such a role.
func (r Role) known() bool { return permissions[r] != nil }

// mayChange tells whether members of this role may make somebody who is `from`
// into `to`; "" stands for no member. Only owners decide who is an owner: an
// admin could otherwise take the business from them.
func (r Role) mayChange(from, to Role) bool {
	return r.May(ManageMembers) && (r == Owner || from != Owner && to != Owner)
}

// Require returns ErrForbidden unless whoever makes the request may do it.
func (i Identity) Require(action Action) error {
	if !i.Role.May(action) {
		return ErrForbidden
	}
	return nil
}
