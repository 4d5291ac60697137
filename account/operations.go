package account

// Need is what an operation of the API, or a frame of the socket, takes.
type Need struct {
	// Open needs no sign-in: what it takes is in the request itself.
	Open bool
	// Operator is for people who run the installation, whatever their role in the business that they are signed in to.
	Operator bool
	// Visitor is for visitors of a conversation, by their token. Frames only.
	Visitor bool
	// Action is what a member, or a key, must be allowed to do. Empty: it is not for them.
	Action Action
	// Person is not for keys of the API, whatever their scopes, and not for visits.
	Person bool
	// Narrow shows a key of one bot that bot alone. Without it, such a key reaches only what has a bot, or a
	// conversation, in its path: its own.
	Narrow bool
}

// Require returns an error unless whoever makes the request may do what the need is of: ErrForbidden to members; to keys
// ErrPerson or ErrScope; to visits ErrVisitReads.
func (n Need) Require(who Identity) error {
	if n.Person && who.Key != "" {
		return ErrPerson
	}
	if n.Person && who.Visit != "" {
		return ErrVisitReads
	}
	if n.Operator {
		return who.requireOperator()
	}
	return who.Require(n.Action)
}

// For who calls it.
var (
	anyone    = Need{Open: true}
	visitors  = Need{Visitor: true}
	operators = Need{Operator: true, Person: true}
)

func of(action Action) Need   { return Need{Action: action} }
func both(action Action) Need { return Need{Visitor: true, Action: action} }

func people(action Action) Need { return Need{Action: action, Person: true} }
func narrow(action Action) Need { return Need{Action: action, Narrow: true} }

// Operations are all of the API, by the ids of its specification. One that is not here is not served.
var Operations = map[string]Need{
	// Signing in, and oneself.
	"getMe":     of(Self),
	"updateMe":  of(Self),
	"getTenant": of(Read),
	"register":  anyone,
	"login":     anyone,
	"refresh":   anyone,
	"logout":    anyone,

	"confirmEmail":        anyone,
	"askForPasswordReset": anyone,
	"resetPassword":       anyone,
	"sendConfirmation":    people(Self),
	"changePassword":      people(Self),
	"changeEmail":         people(Self),
	"listSessions":        people(Self),
	"deleteSession":       people(Self),
	"deleteOtherSessions": people(Self),
	"listMyTenants":       people(Self),
	"switchTenant":        people(Self),

	// The business itself.
	"updateTenant":      people(ManageTenant),
	"transferOwnership": people(Own),

	// Second factors, and signing in elsewhere.
	"answerChallenge":     anyone,
	"getSecondFactor":     people(Self),
	"beginSecondFactor":   people(Self),
	"confirmSecondFactor": people(Self),
	"endSecondFactor":     people(Self),
	"createRecoveryCodes": people(Self),
	"getAuthMethods":      anyone,
	"beginOIDC":           anyone,
	"endOIDC":             anyone,
	"getOIDC":             people(Self),
	"linkOIDC":            people(Self),
	"unlinkOIDC":          people(Self),

	// Who did what.
	"listAudit":   of(ReadAudit),
	"exportAudit": of(ReadAudit),

	// What is kept of people, and for how long.
	"exportVisitor":  people(ManagePrivacy),
	"eraseVisitor":   people(ManagePrivacy),
	"exportMe":       people(Self),
	"eraseMe":        people(Self),
	"getRetention":   people(ManageTenant),
	"putRetention":   people(ManageTenant),
	"eraseTenant":    people(Own),
	"restoreTenant":  people(Own),
	"getErasure":     people(Read),
	"createExport":   people(Own),
	"getExport":      people(Own),
	"downloadExport": people(Own),

	"listVisitorCopies": people(ManagePrivacy),

	// Answers.
	"answer": of(Ask),

	// Who has a conversation.
	"takeConversation":      of(Take),
	"releaseConversation":   of(Take),
	"setConversationStatus": of(Take),

	// Bots.
	"listBots":      narrow(Read),
	"createBot":     of(ManageBots),
	"getBot":        of(Read),
	"updateBot":     of(ManageBots),
	"deleteBot":     of(ManageBots),
	"getAppearance": of(Read),
	"putAppearance": of(ManageBots),
	"getDomains":    of(Read),
	"putDomains":    of(ManageBots),

	// Conversations.
	"listConversations": narrow(Read),
	"countInbox":        of(Read),
	"getConversation":   of(Read),
	"listEvents":        of(Read),

	// Corrections.
	"fixAnswer": of(ManageBots),

	// What bots could not answer.
	"listGaps":   of(Read),
	"settleGaps": of(ManageBots),

	// Invitations.
	"listInvitations":  of(ManageMembers),
	"createInvitation": of(ManageMembers),
	"deleteInvitation": of(ManageMembers),
	"lookupInvitation": anyone,
	"acceptInvitation": anyone,

	// Labels.
	"listLabels":  of(Read),
	"createLabel": of(Take),
	"putLabel":    of(Take),
	"deleteLabel": of(Take),

	// Members.
	"listMembers":  of(Read),
	"updateMember": of(ManageMembers),
	"deleteMember": of(ManageMembers),

	// Notes.
	"listNotes": of(Read),
	"addNote":   of(Take),

	// Answers that cite what has changed.
	"listOldAnswers": of(Read),

	// Trying a bot.
	"preview": of(Ask),

	// What was read.
	"listReads": of(Read),
	"markRead":  people(Read),

	// Saved replies.
	"listReplies": of(Read),
	"createReply": of(Take),
	"putReply":    of(Take),
	"deleteReply": of(Take),

	// Sources.
	"addSource":    of(ManageBots),
	"listSources":  of(Read),
	"getSource":    of(Read),
	"deleteSource": of(ManageBots),
	"search":       of(Read),

	// Questions with answers.
	"getPairs": of(Read),
	"putPairs": of(ManageBots),

	// Pages and sites.
	"updateSource":  of(ManageBots),
	"refreshSource": of(ManageBots),
	"listAddresses": of(Read),
	"listPassages":  of(Read),

	// Speaking to visitors.
	"sendMessage":    of(Take),
	"stopAnswer":     of(Take),
	"mailTranscript": of(Take),

	// Runs of tests.
	"beginTestRun": of(ManageBots),
	"listTestRuns": of(Read),
	"getTestRun":   of(Read),

	// Tests.
	"listTests":   of(Read),
	"createTest":  of(ManageBots),
	"importTests": of(ManageBots),
	"putTest":     of(ManageBots),
	"deleteTest":  of(ManageBots),

	// Why an answer.
	"getTrace": of(Read),

	// Sorting conversations.
	"updateConversation": of(Take),
	"listActivities":     of(Read),

	// Visitors.
	"getVisitor": narrow(Read),

	// Keys of the API.
	"listAPIKeys":  people(ManageKeys),
	"createAPIKey": people(ManageKeys),
	"updateAPIKey": people(ManageKeys),
	"deleteAPIKey": people(ManageKeys),
	"rotateAPIKey": people(ManageKeys),

	// Who visitors are. Whoever has a secret can be any customer, whose conversations they read: keys make none.
	"getIdentity":          of(ManageBots),
	"putIdentity":          people(ManageBots),
	"createIdentitySecret": people(ManageBots),
	"deleteIdentitySecret": people(ManageBots),

	// Tickets for sockets.
	"createSocketTicket": people(Read),

	// From where members reach their business.
	"getTenantAccess": people(ManageTenant),
	"putTenantAccess": people(ManageTenant),

	// What the business does, and what of it is unusual.
	"listActivity":  of(ManageTenant),
	"listAnomalies": of(ManageTenant),
	"seeAnomaly":    of(ManageTenant),

	// Plans, and what of them is used.
	"listPlans":           anyone,
	"getSubscription":     of(Read),
	"getUsage":            of(Read),
	"beginCheckout":       people(ManageBilling),
	"previewSubscription": people(ManageBilling),
	"changeSubscription":  people(ManageBilling),
	"cancelSubscription":  people(ManageBilling),
	"resumeSubscription":  people(ManageBilling),
	"openBillingPortal":   people(ManageBilling),
	"listInvoices":        people(ManageBilling),
	"receiveStripeEvent":  anyone, // signed by Stripe
	"getSupportAccess":    people(Read),
	"putSupportAccess":    people(Own),
	"deleteSupportAccess": people(Own),

	// For whoever runs this installation.
	"listTenants":            operators,
	"getTenantAsOperator":    operators,
	"assignPlan":             operators,
	"suspendTenant":          operators,
	"resumeTenant":           operators,
	"visitTenant":            operators,
	"getRevenue":             operators,
	"listBillingEvents":      operators,
	"replayBillingEvent":     operators,
	"listBillingDifferences": operators,
	"compareBilling":         operators,

	// Webhooks.
	"listWebhooks":  of(ManageWebhooks),
	"createWebhook": of(ManageWebhooks),
	"getWebhook":    of(ManageWebhooks),
	"updateWebhook": of(ManageWebhooks),
	"deleteWebhook": of(ManageWebhooks),
	"testWebhook":   of(ManageWebhooks),

	"rotateWebhookSecret": of(ManageWebhooks),
	"endOldWebhookSecret": of(ManageWebhooks),
}

// Frames are all that clients send over the socket, by their types. One that is not here is not known.
var Frames = map[string]Need{
	"ping":         anyone,
	"pong":         anyone,
	"session.open": anyone, // a token, or a page on which the widget may run
	"desk.open":    people(Read),

	"message.send":       both(Take),
	"message.stop":       both(Take),
	"typing":             both(Take),
	"read":               both(Read),
	"conversation.close": both(Take),

	"message.retry":      visitors,
	"message.feedback":   visitors,
	"handoff.request":    visitors,
	"handoff.cancel":     visitors,
	"transcript.request": visitors,
	"contact.set":        visitors,
	"consent.give":       visitors,

	"conversation.watch":   of(Read),
	"conversation.unwatch": of(Read),
	"presence.set":         of(Take),
	"conversation.take":    of(Take),
	"conversation.assign":  of(Take),
	"conversation.requeue": of(Take),
	"conversation.release": of(Take),
	"note.add":             of(Take),
}
