package actors

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"

	"parley/actors/cluster"
	"parley/chat"
	"parley/llm"
)

// sessionKind is the name under which conversations are placed in the cluster.
const sessionKind = "session"

// requestTimeout bounds the wait for a session's reply when the caller sets no
// deadline of its own.
const requestTimeout = 30 * time.Second

// Standby answers, and keeps memories short, where no model does. It cannot fail.
type Standby interface {
	llm.Provider
	llm.Summariser
}

// Config is what an engine works with. All fields but Model, Cache, Allowances, Expenses and the times are required.
type Config struct {
	Log        chat.Log
	Idles      chat.Idles
	Desks      chat.Desks
	Orphans    chat.Orphans
	Reads      chat.Reads
	Bots       chat.BotDirectory
	Knowledge  Retriever
	Announcer  chat.Announcer
	Model      llm.Provider // nil: every bot answers by Extractive
	Extractive Standby
	Prices     llm.Prices      // what answers cost
	Cache      AnswerCache     // of answers to first questions; nil: none
	CacheKey   []byte          // makes its keys, the same on all nodes; needed with one
	Allowances chat.Allowances // what tenants may use; nil: as much as they like
	Expenses   chat.Expenses   // what models took besides answers; nil: nobody keeps that
	Answering  int             // answers of one tenant that are written at a time, on this node; 0: half of all
	Leases     chat.Leases     // which node goes the rounds; needed with a Cluster that has an address
	Positions  chat.Positions  // needed with one, too
	Cluster    cluster.Config  // what this node is among others; the zero value: the only one
	Tracer     chat.Tracer
	Logger     *slog.Logger
	IdleAfter  time.Duration // without watchers and work a session leaves memory; 0: a minute
	CloseEvery time.Duration // how often idle conversations are looked for; 0: each minute
}

// Engine is the one door to live conversations. Its methods are safe for
// concurrent use; errors are chat.Errors. A context bounds the wait, not the
// work: what was ordered may still happen.
type Engine struct {
	log        chat.Log
	positions  chat.Positions
	idles      chat.Idles
	reads      chat.Reads
	desks      *desks
	orphans    *orphans
	node       *cluster.Node
	opener     *opener
	committer  *committer
	allowances chat.Allowances
	room       *room // of writes that wait
	bots       *bots
	answerer   *answerer
	inbox      *inbox
	logger     *slog.Logger
	idleAfter  time.Duration
	closeEvery time.Duration
	afar       afar
	rounds     *rounds
	tracer     chat.Tracer
	unborn     sync.Map     // chat.Ref of conversations that are attached to before their beginning
	sessions   atomic.Int64 // activations in memory
	answering  atomic.Int64 // answers that are being written
	fenced     atomic.Int64 // appends
	moved      atomic.Int64 // sessions
	running    context.Context
	stop       context.CancelFunc
	tasks      sync.WaitGroup
}

// Start starts an engine, which takes about a second, and begins to repair
// what an earlier process has left broken.
func Start(config Config) (*Engine, error) {
	e := &Engine{
		log: config.Log, positions: config.Positions, idles: config.Idles, reads: config.Reads, opener: newOpener(config.Log), committer: newCommitter(config.Log), room: newRoom(nodeRoom, tenantRoom), allowances: allowancesOf(config),
		inbox: newInbox(config.Announcer, config.Logger), logger: config.Logger,
		idleAfter: cmp.Or(config.IdleAfter, idleAfter), closeEvery: cmp.Or(config.CloseEvery, closeEvery), tracer: config.Tracer,
	}
	props := actor.PropsFromProducer(func() actor.Actor { return &session{engine: e} })
	e.desks = newDesks(e, config.Desks)
	leases := config.Leases
	if config.Cluster.Address == "" {
		leases = nil
	}
	e.rounds = newRounds(e, leases)
	e.orphans = newOrphans(e, config.Orphans)
	e.afar.watches = map[string]map[*watching]struct{}{}
	e.running, e.stop = context.WithCancel(context.Background())
	joined := config.Cluster
	joined.Logger, joined.Announcer, joined.Left, joined.Cut = config.Logger, config.Announcer, e.left, e.cut
	joined.Codec, joined.Changed = carried, func(members int) {
		e.desks.stirAll() // one may have to move
		if config.Cluster.Changed != nil {
			config.Cluster.Changed(members)
		}
	}
	joined.Kinds = map[string]*actor.Props{
		sessionKind: props,
		deskKind:    actor.PropsFromProducer(func() actor.Actor { return &desk{engine: e, store: config.Desks} }),
	}
	var err error
	if e.node, err = cluster.Start(joined); err != nil {
		e.stop()
		return nil, err
	}
	e.bots = newBots(config.Bots, e.node.System(), config.Logger)
	e.answerer = &answerer{
		bots: e.bots, log: config.Log, slots: newSlots(nodeSlots, cmp.Or(config.Answering, tenantSlots)), retriever: config.Knowledge, allowances: e.allowances, expenses: config.Expenses,
		tracer: config.Tracer, model: config.Model, extractive: config.Extractive, prices: config.Prices, logger: config.Logger,
	}
	if config.Cache != nil {
		e.answerer.cache = &answers{cache: config.Cache, secret: config.CacheKey, logger: config.Logger}
	}
	err = config.Announcer.Subscribe(e.running, chat.TopicBot, chat.Listener{Heard: func(key string) {
		tenant, id, _ := strings.Cut(key, "/")
		e.bots.announced(botKey{tenant, id})
	}}) // what is missed is noticed by the polling of versions
	if err != nil {
		e.logger.Warn("changes of bots are noticed a second late", slog.Any("error", err))
	}
	if err := e.orphans.listen(); err != nil {
		e.logger.Warn("conversations of who is removed are freed half a minute late", slog.Any("error", err))
	}
	e.node.Open()
	e.tasks.Go(func() { e.bots.refresh(e.running) })
	e.tasks.Go(func() { e.inbox.run(e.running) })
	if config.Cluster.Address != "" {
		e.tasks.Go(func() { e.recheck(e.running) })
	}
	e.tasks.Go(func() { e.rounds.lead(e.running) })
	e.tasks.Go(func() { e.sweep(e.running) })
	e.tasks.Go(func() { e.closeIdle(e.running) })
	e.tasks.Go(func() { e.orphans.run(e.running) })
	e.tasks.Go(func() { e.desks.run(e.running) })
	return e, nil
}

// Stop ends the engine. Answers that are being written may go on until ctx
// ends; what is then unfinished is answered again by the next process.
func (e *Engine) Stop(ctx context.Context) {
	for e.answering.Load() > 0 && ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-time.After(20 * time.Millisecond):
		}
	}
	e.stop()
	e.tasks.Wait()
	e.opener.close()
	e.committer.close()
	e.node.Stop()
}

// Drain has this node take nothing new, and has what it holds move to others: idle conversations at once, those
// that are being answered when that has ended. It returns when all have, or when ctx ends. Alone, it only waits for
// the answers: there is nobody to take anything over.
func (e *Engine) Drain(ctx context.Context) {
	e.node.Drain()
	alone := !e.node.Refuses()
	for ctx.Err() == nil && (e.answering.Load() > 0 || e.sessions.Load() > 0 && e.node.Refuses()) {
		select {
		case <-ctx.Done():
		case <-time.After(drainLook):
		}
		if alone && e.node.Refuses() { // somebody has come, to whom it may go
			alone = false
			e.node.Drain()
		}
	}
}

// drainLook is how often a drain looks whether it is done.
const drainLook = 20 * time.Millisecond

// Aside tells that this node serves nobody well, since other nodes cannot reach it: whoever is connected
// here is to go to another.
func (e *Engine) Aside() bool { return e.node.Aside() }

// Stats is what an engine has counted.
type Stats struct {
	Sessions  int64 // in memory now
	Answering int64 // answers that are being written now
	Fenced    int64 // appends of this node that SQL refused, since another node had opened the conversation
	Moved     int64 // conversations that left this node though somebody watched
	Cluster   cluster.Stats

	CacheHits, CacheMisses int64 // first questions whose answer was there, or not
}

// Stats counts what is alive on this node, and what happened since its start.
func (e *Engine) Stats() Stats {
	stats := Stats{Sessions: e.sessions.Load(), Answering: e.answering.Load(), Fenced: e.fenced.Load(), Moved: e.moved.Load(), Cluster: e.node.Stats()}
	if cache := e.answerer.cache; cache != nil {
		stats.CacheHits, stats.CacheMisses = cache.hits.Load(), cache.misses.Load()
	}
	return stats
}

// Bot returns a bot as it is set up now, from this node's snapshot of it: at most a
// second behind SQL. Ask only for bots that exist. What is returned is shared and must not be changed.
func (e *Engine) Bot(ctx context.Context, tenant, id string) (*chat.Bot, error) {
	return e.bots.snapshot(ctx, tenant, id)
}

// Visitor names a conversation and who speaks in it. Page and Locale matter
// only before the first message.
type Visitor struct {
	chat.Ref
	Bot    string
	ID     string
	Page   string // where the visitor is now
	Locale string
	Fields chat.Fields
	// Unborn says that the conversation's id was made by whoever asks and that nothing was
	// said under it, as far as they know: its log need not be looked for. SQL decides should they be wrong.
	Unborn bool
	// Source is where their questions come from.
	Source chat.Source
	// Line is of the API key whose program asks them; empty: none does.
	Line string
	// Seen is the seq of the last event that whoever attaches has seen of it. One that the log of an activation does not
	// have tells that another has written since.
	Seen int64

	BotName string // filled in by the engine, for a conversation that has no rows to find its bot by
}

// Attached is the state of a conversation at the instant of attaching: all
// that happens later, and only that, is delivered to the watcher.
type Attached struct {
	Head    int64 // seq of the last event; 0: no message yet
	Status  chat.Status
	Agent   *chat.Author
	Open    *Snapshot        // the answer that is being written, if any
	Place   chat.Place       // for one that waits, where it is known
	Here    Here             // for agents
	Blocked bool             // the visitor is: what they write is refused
	Marks   map[string]int64 // how far users, and the visitor (""), have read; nil where no agent wrote
	Remote  bool             // it lives on another node: what it shows may be lost on the way
	Detach  func()           // ends the watch; may be called more than once
}

// Attach begins to watch a conversation. The watcher may be called before
// Attach returns: it holds what it is given until the caller has shown the
// events up to Head and the snapshot.
func (e *Engine) Attach(ctx context.Context, visitor Visitor, watcher Watcher) (Attached, error) {
	return e.attach(ctx, visitor, nil, watcher, true)
}

// attach attaches an agent, or the visitor if that is nil. follow: a conversation at rest is to come to this node.
func (e *Engine) attach(ctx context.Context, visitor Visitor, agent *chat.Author, watcher Watcher, follow bool) (Attached, error) {
	if visitor.Unborn {
		e.unborn.Store(visitor.Ref, nil)
		defer e.unborn.Delete(visitor.Ref)
	}
	visitor.BotName = e.botName(ctx, visitor.Tenant, visitor.Bot)
	watching, pid, remove := e.watch(watcher)
	reply, from, err := e.requestOf(ctx, sessionKind, visitor.Ref.String(),
		&attach{Visitor: visitor, Agent: agent, Watcher: pid, Follow: follow && !e.node.Refuses()})
	if err != nil {
		remove()
		e.tell(visitor.Ref, &detach{pid}) // it may still come to it
		return Attached{}, err
	}
	now := reply.(*attached)
	forget := e.watchAfar(from, watching)
	detach := sync.OnceFunc(func() {
		forget()
		remove()
		if !watching.over() { // nobody has it any more otherwise
			e.tell(visitor.Ref, &detach{pid})
		}
	})
	attached := Attached{
		Head: now.Head, Status: now.Status, Agent: now.Agent, Open: now.Open,
		Place: now.Place, Here: now.Here, Blocked: now.Blocked, Remote: from != e.node.Address(), Detach: detach,
	}
	if now.Spoken {
		if attached.Marks, err = e.reads.ReadMarks(ctx, visitor.Ref); err != nil {
			e.logger.Warn("cannot read marks", slog.String("conversation", visitor.Conversation), slog.Any("error", err))
		}
	}
	return attached, nil
}

// watchAfar notes a watch on what lives at another node, until the function that it returns is called.
func (e *Engine) watchAfar(address string, w *watching) (forget func()) {
	if address == e.node.Address() {
		return func() {}
	}
	forget = e.afar.add(address, w)
	if !e.node.Lives(address) { // it went in between, and nobody was told
		w.SendUserMessage(nil, &Moved{})
	}
	return forget
}

// Watch is Attach for an agent, who is shown more: who else looks, whether the visitor is there,
// what the visitor is writing, and notes.
func (e *Engine) Watch(ctx context.Context, visitor Visitor, agent chat.Author, watcher Watcher) (Attached, error) {
	return e.attach(ctx, visitor, &agent, watcher, false)
}

// Post adds a message, returning after its commit. With a client id that the
// conversation has, nothing is added and the first receipt is returned. A
// visitor's message is answered by the bot when the conversation is with it.
// Codes: message_empty, message_too_long, too_many_waiting, not_yours; chat_unavailable to visitors of a business whose chats
// rest; unavailable when storage is away for 10 s, or when too many wait for it: the same message may be sent again.
func (e *Engine) Post(ctx context.Context, visitor Visitor, author chat.Author, clientID, text string) (chat.Receipt, error) {
	ctx, span := e.tracer.Start(ctx, "post", slog.String("conversation", visitor.Conversation))
	receipt, err := e.post(ctx, visitor, author, clientID, text)
	span.End(err)
	return receipt, err
}

func (e *Engine) post(ctx context.Context, visitor Visitor, author chat.Author, clientID, text string) (chat.Receipt, error) {
	message := &post{Author: author, ClientID: clientID, Text: text}
	if author.Kind == chat.ByVisitor {
		if err := e.serves(ctx, visitor.Tenant); err != nil {
			return e.keptBefore(ctx, visitor.Ref, clientID, err)
		}
		message.Transfer, message.Place = e.transfer(ctx, visitor, text)
	}
	receipt, err := e.write(ctx, visitor, message)
	if err != nil {
		return e.keptBefore(ctx, visitor.Ref, clientID, err)
	}
	if author.Kind == chat.ByAgent {
		e.wrote(visitor.Ref, author.ID, receipt.Seq)
	}
	return receipt, nil
}

// keptBefore finds the receipt of a message that is refused now, and was kept when it was sent before: somebody else
// may have taken the conversation since, or blocked its visitor.
func (e *Engine) keptBefore(ctx context.Context, ref chat.Ref, clientID string, refusal error) (chat.Receipt, error) {
	if clientID == "" || errors.Is(refusal, chat.ErrUnavailable) {
		return chat.Receipt{}, refusal
	}
	receipt, err := e.log.Receipt(ctx, ref, clientID)
	if errors.Is(err, chat.ErrNotFound) {
		return chat.Receipt{}, refusal
	}
	if err != nil { // nobody knows: the sender is to ask again
		return chat.Receipt{}, fmt.Errorf("look for a message that was refused: %w", err)
	}
	return receipt, nil
}

// wrote keeps that who writes has read. Nobody waits for it.
func (e *Engine) wrote(ref chat.Ref, user string, seq int64) {
	if e.running.Err() != nil {
		return
	}
	e.tasks.Go(func() {
		ctx, cancel := context.WithTimeout(e.running, stirTimeout)
		defer cancel()
		if err := e.reads.MarkRead(ctx, ref, user, seq); err != nil && e.running.Err() == nil {
			e.logger.Warn("cannot keep a read mark", slog.String("conversation", ref.Conversation), slog.Any("error", err))
		}
	})
}

// StopAnswer ends the answer that is being written, keeping what was shown.
// message may be empty: whichever it is. Nothing open is not an error.
func (e *Engine) StopAnswer(ctx context.Context, visitor Visitor, message string) error {
	_, err := e.request(ctx, visitor.Ref, &stop{visitor, message})
	return err
}

// Retry has the question of a failed answer answered again, under a new message; an empty
// message is the last one that failed. ErrNotFound: it did not fail, or many
// others failed since. Codes: not_with_bot, answering, chat_unavailable.
func (e *Engine) Retry(ctx context.Context, visitor Visitor, message string) error {
	if err := e.serves(ctx, visitor.Tenant); err != nil {
		return err
	}
	_, err := e.write(ctx, visitor, &retry{message})
	return err
}

// RequestPerson puts the conversation into the waiting line for a person.
func (e *Engine) RequestPerson(ctx context.Context, visitor Visitor) error {
	_, err := e.write(ctx, visitor, &move{To: chat.Waiting, Place: e.desks.outlook(ctx, visitor)})
	return err
}

// Feedback records the visitor's verdict on one of the last 50 answers;
// ErrNotFound if there is no such answer.
func (e *Engine) Feedback(ctx context.Context, visitor Visitor, feedback chat.FeedbackGiven) error {
	_, err := e.write(ctx, visitor, &remark{feedback})
	return err
}

// SetContact records what the visitor said of themselves.
func (e *Engine) SetContact(ctx context.Context, visitor Visitor, contact chat.ContactChanged) error {
	_, err := e.write(ctx, visitor, &remark{contact})
	return err
}

// Close closes the conversation; the next message reopens it.
func (e *Engine) Close(ctx context.Context, visitor Visitor) error {
	_, err := e.write(ctx, visitor, &move{To: chat.Closed})
	return err
}

// Typing shows all watchers that author is writing. It is not kept. text is what a visitor has written so far,
// which agents alone are shown; empty: not told.
func (e *Engine) Typing(_ context.Context, visitor Visitor, author chat.Author, text string) error {
	e.tell(visitor.Ref, &show{visitor, &Typing{author, text}})
	return nil
}

// TakeOver gives the conversation to an agent: the bot falls silent at once.
// A Conflict error with code "taken" when another agent has it, unless forced.
func (e *Engine) TakeOver(ctx context.Context, visitor Visitor, agent chat.Author, force bool) error {
	_, err := e.write(ctx, visitor, &take{agent, force})
	return err
}

// CancelRequest takes a visitor's wish for a person back: the bot answers again. A Conflict error with code
// "not_waiting" unless the conversation waits.
func (e *Engine) CancelRequest(ctx context.Context, visitor Visitor) error {
	_, err := e.write(ctx, visitor, &cancel{})
	return err
}

// Assign gives a conversation to a colleague: one that an agent has is theirs at once, one that is
// with the bot or waits is theirs to take, and waits until then. A Conflict error with code "not_yours" when
// another agent has it, unless forced.
func (e *Engine) Assign(ctx context.Context, visitor Visitor, by, to chat.Author, force bool) error {
	if _, err := e.write(ctx, visitor, &hand{By: by, To: to, Force: force, Place: e.desks.outlook(ctx, visitor)}); err != nil {
		return err
	}
	return e.desks.assign(ctx, visitor.Ref, by.ID, to.ID)
}

// Requeue puts a conversation (back) into the line, for anybody to take. A Conflict error with code
// "not_yours" when another agent has it.
func (e *Engine) Requeue(ctx context.Context, visitor Visitor, agent chat.Author) error {
	if _, err := e.write(ctx, visitor, &requeue{Agent: agent, Place: e.desks.outlook(ctx, visitor)}); err != nil {
		return err
	}
	return e.desks.assign(ctx, visitor.Ref, agent.ID, "")
}

// Read keeps, and shows others, that the reader has seen the events up to seq.
func (e *Engine) Read(ctx context.Context, visitor Visitor, reader chat.Author, seq int64) error {
	reply, err := e.request(ctx, visitor.Ref, &read{visitor, reader, seq})
	if err != nil {
		return err
	}
	mark := reply.(*marked)
	if !mark.Keep {
		return nil
	}
	if err := e.reads.MarkRead(ctx, visitor.Ref, reader.ID, mark.Seq); err != nil {
		return fmt.Errorf("keep a read mark: %w", err)
	}
	if reader.Kind == chat.ByVisitor {
		e.tell(visitor.Ref, &keptMark{mark.Seq})
	}
	return nil
}

// Noted shows a note that was kept to all agents who watch, and tells those whom it mentions.
func (e *Engine) Noted(_ context.Context, visitor Visitor, note chat.Note) error {
	e.tell(visitor.Ref, &show{visitor, &Noted{note}})
	e.desks.mention(note)
	return nil
}

// Blocked tells a conversation that its visitor was blocked, or is not any more: the store has it already.
func (e *Engine) Blocked(_ context.Context, visitor Visitor, blocked bool) error {
	e.tell(visitor.Ref, &block{visitor, blocked})
	return nil
}

// Release gives the conversation back to the bot. A Conflict error with code
// "not_yours" when another agent has it.
func (e *Engine) Release(ctx context.Context, visitor Visitor, agent chat.Author) error {
	_, err := e.write(ctx, visitor, &release{agent})
	return err
}

func (e *Engine) write(ctx context.Context, visitor Visitor, order order) (chat.Receipt, error) {
	if err := e.room.enter(visitor.Tenant); err != nil {
		return chat.Receipt{}, err
	}
	defer e.room.leave(visitor.Tenant)
	visitor.BotName = e.botName(ctx, visitor.Tenant, visitor.Bot)
	reply, err := e.request(ctx, visitor.Ref, &write{visitor, order})
	if err != nil {
		return chat.Receipt{}, err
	}
	return *reply.(*chat.Receipt), nil
}

// request asks a session, activating it if need be.
func (e *Engine) request(ctx context.Context, ref chat.Ref, message any) (any, error) {
	reply, _, err := e.requestOf(ctx, sessionKind, ref.String(), message)
	return reply, err
}

// requestOf asks an actor, and tells at which node's address it is.
func (e *Engine) requestOf(ctx context.Context, kind, identity string, message any) (reply any, from string, err error) {
	if _, ok := ctx.Deadline(); !ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, requestTimeout)
		defer cancel()
	}
	reply, from, err = e.node.Request(ctx, kind, identity, e.tracer.Carry(ctx), message)
	if err != nil {
		var known *chat.Error
		if errors.As(err, &known) {
			return nil, from, err
		}
		return nil, from, chat.ErrUnavailable.Because(err)
	}
	return reply, from, nil
}

// askDesk asks a tenant's desk.
func (e *Engine) askDesk(ctx context.Context, tenant string, message any) (any, error) {
	reply, _, err := e.requestOf(ctx, deskKind, tenant, message)
	return reply, err
}

// tell sends a session something that may be lost, if it is in memory.
func (e *Engine) tell(ref chat.Ref, message any) {
	e.node.Tell(sessionKind, ref.String(), message)
}

// send brings a result to an actor of this node.
func (e *Engine) send(to *actor.PID, message any) { e.node.System().Root.Send(to, message) }

// turnContext bounds the writing of one answer.
func (e *Engine) turnContext() (context.Context, context.CancelFunc) {
	return context.WithTimeout(e.running, wholeAnswer)
}

// botName is the name under which the bot speaks; "" if it is gone.
func (e *Engine) botName(ctx context.Context, tenant, id string) string {
	bot, err := e.bots.snapshot(ctx, tenant, id)
	if err != nil {
		return ""
	}
	return bot.Name
}
