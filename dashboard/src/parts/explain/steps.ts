import type { Trace } from '../../api/types';

export interface Step {
  name: 'search' | 'wait' | 'write';
  start: number; // milliseconds since the answer was begun
  end: number;
}

export type Times = Pick<Trace, 'retrieved_ms' | 'first_ms' | 'ended_ms'>;

/** The parts of an answer's time, one after the other; what it did not come to is left out. */
export function steps({ retrieved_ms, first_ms = 0, ended_ms = 0 }: Times): Step[] {
  const all: Step[] = [];
  let start = 0;
  const until = (name: Step['name'], end: number) => {
    if (end < start || end === 0) return;
    all.push({ name, start, end });
    start = end;
  };
  until('search', retrieved_ms);
  until('wait', first_ms || ended_ms);
  if (first_ms) until('write', ended_ms);
  return all;
}
