import type { Counts } from '../../live/inbox';
import { type Queue, queues, type View } from '../../live/queues';

/** What the address of the inbox says that is shown. */
export function viewOf(search: Record<string, unknown>): View {
  const text = (name: string) => {
    const value = search[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const day = (name: string) => (/^\d{4}-\d\d-\d\d$/.test(text(name) ?? '') ? text(name) : undefined);
  return {
    queue: queues.find((known) => known === search.queue),
    q: text('q'),
    text: text('text'),
    label: text('label'),
    bot: text('bot'),
    since: day('since'),
    until: day('until'),
  };
}

const worthShowing: Queue[] = ['mine', 'waiting', 'team', 'bot', 'closed'];

/** Where somebody begins who named no queue: the first in which there is something. */
export function firstQueue(counts: Counts | undefined): Queue {
  return worthShowing.find((queue) => (counts?.[queue] ?? 0) > 0) ?? 'mine';
}
