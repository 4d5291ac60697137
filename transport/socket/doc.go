// Package socket speaks parley.v1 with browsers and programs: visitors open a
// session in one conversation, agents open the desk and watch several.
//
// Order: a watcher is shown the events of a conversation by seq without gaps, and
// the deltas of an answer between its start and its end. The answer to a message.send comes before the
// message.created that it caused. Requests of one connection are done one after the other; pings,
// stops and signs of typing overtake them.
//
// Beside the log: visitors are shown who types, their place in the line, and how far which agent has read, by
// name; agents are shown more, in frames that name the conversation. The watch decides that, not whoever delivers.
// A desk is told of each conversation of its tenant that changes, with what storage then says of it: at
// once, then every 20 ms, and never an earlier summary behind a later one. A reader that is slow is shown the latest of
// each conversation only.
//
// Failure: a broken frame is answered with an error and costs nothing else. A
// peer that stops reading loses deltas first, and gets a snapshot once it reads again; when events
// outgrow its queue, or one write takes too long, its connection ends and a resume heals it. Nobody else waits for it.
//
// A peer that nothing was heard of for Timing.Silence is let go then, whatever its writer waits for.
//
// Concurrency: a connection has one reader, and a writer and workers only while
// there is something to do. What an idle one keeps is its reader's stack. A conversation in
// which nothing was said has no session: it is watched asleep until somebody does something in it.
// What waits when a writer comes is written together, and never waits for more.
// What many watch is encoded once for visitors and once for agents, whose form
// names the conversation; only pieces that were joined for a slow reader are its own.
package socket
