import { conversationOf, countsOf, pageOf } from '../api/inbox';
import { desk } from './desk';
import { Inbox } from './inbox';
import { Outbox } from './outbox';

// The one inbox and the one outbox of this window.

export const inbox = new Inbox({ page: pageOf, one: conversationOf, counts: countsOf });

export const outbox = new Outbox(async ({ id, conversation, kind, text, mentions }) => {
  if (kind === 'reply') {
    const { seq } = await desk.ask('message.send', { conversation, client_id: id, text });
    inbox.read(conversation, Number(seq)); // nobody has to be told of what they wrote themselves
  } else await desk.ask('note.add', { conversation, client_id: id, text, mentions });
});
