// Which keys mean what, and when they mean nothing. Pure; the listener is in shortcuts.tsx.

export const commands = [
  'next', 'previous', 'take', 'reply', 'note', 'release', 'assign', 'snooze', 'close', 'undo', 'search',
  'mine', 'waiting', 'unassigned', 'bot', 'closed', 'palette', 'help',
] as const;
export type Command = (typeof commands)[number];

/** Keys of each command, one after the other. The help sheet shows them in this order. */
export const keys: Record<Command, string> = {
  next: 'j',
  previous: 'k',
  take: 't',
  reply: 'r',
  note: 'n',
  release: 'b',
  assign: 'a',
  snooze: 's',
  close: 'e',
  undo: 'z',
  search: '/',
  mine: 'g m',
  waiting: 'g w',
  unassigned: 'g u',
  bot: 'g b',
  closed: 'g c',
  palette: 'Ctrl k',
  help: '?',
};

/** How long the second key of a pair may take, in milliseconds. */
export const pairWithin = 1200;

export interface Press {
  key: string;
  ctrl: boolean; // or the command key
  alt: boolean;
  at: number;
  /** In a field that takes letters. */
  typing: boolean;
  /** A dialog or a menu has the keyboard. */
  taken: boolean;
}

export interface Pending {
  key: string;
  at: number;
}

/** What a key press means, given the first key of a pair that may have come before. */
export function meaning(press: Press, pending?: Pending): { command?: Command; pending?: Pending } {
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key;
  if (press.alt) return {};
  if (press.ctrl) return key === 'k' ? { command: 'palette' } : {};
  if (press.typing || press.taken || press.key.length !== 1) return {};
  const first = pending && press.at - pending.at <= pairWithin ? pending.key : undefined;
  const found = commands.find((command) => keys[command] === (first ? `${first} ${key}` : key));
  if (found) return { command: found };
  return key === 'g' && !first ? { pending: { key, at: press.at } } : {};
}
