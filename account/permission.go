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
	ManageKeys     Action = "manage_keys"     // make and end keys of the API
	ManageTenant   Action = "manage_tenant"   // the business's name, how long it keeps what, from where it is reached
	ManagePrivacy  Action = "manage_privacy"  // export and erase visitors
	ManageBilling  Action = "manage_billing"  // buy, change and end what the business pays for
	ReadAudit      Action = "read_audit"      // see who did what
	Own            Action = "own"             // export, hand over and erase the business itself
	Self           Action = "self"            // what concerns nobody but oneself
)

// Actions are all of them.
var Actions = []Action{
	Self, Read, Ask, Take, ManageBots, ManageWebhooks, ManageMembers, ManageKeys, ManageTenant, ManagePrivacy, ManageBilling, ReadAudit, Own,
}

// roles is the one place that says which role may do what.
var roles = map[Role][]Action{
	Owner:  Actions,
	Admin:  slices.DeleteFunc(slices.Clone(Actions), func(a Action) bool { return a == ManageBilling || a == Own }),
	Agent:  {Self, Read, Ask, Take},
	Viewer: {Self, Read},
}

// ErrForbidden refuses what a role may not do.
var ErrForbidden = chat.Fail(chat.Forbidden, "forbidden", "Your role does not allow this. Ask an owner of your account.")

// May tells whether members of this role may do it. An unknown role may do nothing.
func (r Role) May(action Action) bool { return slices.Contains(roles[r], action) }

// Actions returns all that members of this role may do.
func (r Role) Actions() []Action { return slices.Clone(roles[r]) }

// known tells whether there is such a role.
func (r Role) known() bool { return roles[r] != nil }

// mayChange tells whether members of this role may make somebody who is `from`
// into `to`; "" stands for no member. Only owners decide who is an owner: an
// admin could otherwise take the business from them.
func (r Role) mayChange(from, to Role) bool {
	return r.May(ManageMembers) && (r == Owner || from != Owner && to != Owner)
}

// Require returns ErrForbidden, for a key ErrScope or for a visit ErrVisitReads, unless whoever makes the request may do it.
func (i Identity) Require(action Action) error {
	if i.Key != "" {
		if !i.Scopes.May(action) {
			return ErrScope
		}
		return nil
	}
	if i.Visit != "" {
		if action != Read {
			return ErrVisitReads
		}
		return nil
	}
	if i.Unconfirmed && action != Self {
		return ErrUnconfirmed
	}
	if i.FactorMissing && action != Self {
		return ErrFactorMissing
	}
	if !i.Role.May(action) {
		return ErrForbidden
	}
	return nil
}

// requireOperator returns ErrForbidden unless whoever makes the request runs the installation.
func (i Identity) requireOperator() error {
	if err := i.Require(Self); err != nil {
		return err
	}
	if !i.Operator || i.Unconfirmed || i.FactorMissing {
		return ErrForbidden
	}
	return nil
}
