/** What webhooks can be told, as docs/webhooks.md lists it. */
export const events = [
  'conversation.created',
  'message.created',
  'message.completed',
  'message.interrupted',
  'status.changed',
  'contact.changed',
  'feedback.given',
] as const;

type Event = (typeof events)[number];
type Key<E extends string> = E extends `${infer Before}.${infer After}` ? `${Before}_${After}` : never;

/** A dot would be a step down in the catalogue. */
export const keyOf = (event: Event) => event.replace('.', '_') as Key<Event>;
