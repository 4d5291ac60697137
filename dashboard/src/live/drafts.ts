// What somebody began to write, by conversation, until it was sent.

import { kept } from './kept';

export type Kind = 'reply' | 'note';

/** Drafts that are older than the newest so many go. */
const mostDrafts = 200;

const prefix = (user: string) => `parley.draft.${user}.`;
const name = (user: string, conversation: string, kind: Kind) => `${prefix(user)}${conversation}.${kind}`;

export function draftOf(user: string, conversation: string, kind: Kind): string {
  const [, text = ''] = /^\d+ ([^]*)$/.exec(kept.read(name(user, conversation, kind)) ?? '') ?? [];
  return text;
}

export function keepDraft(user: string, conversation: string, kind: Kind, text: string, now = Date.now()): void {
  const own = name(user, conversation, kind);
  if (text === '') return kept.remove(own);
  const isNew = kept.read(own) === undefined;
  kept.write(own, `${now} ${text}`);
  if (isNew) prune(user);
}

function prune(user: string): void {
  const names = kept.names(prefix(user));
  if (names.length <= mostDrafts) return;
  const at = (n: string) => parseInt(kept.read(n) ?? '0', 10);
  names.sort((a, b) => at(b) - at(a));
  for (const old of names.slice(mostDrafts)) kept.remove(old);
}
