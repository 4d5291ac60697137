/** What narrows the audit log, as its address has it. */
export interface Filter {
  actor?: string;
  action?: string;
  from?: string; // yyyy-mm-dd, in the browser's zone
  to?: string; // its last day
}

export function filterOf(search: Record<string, unknown>): Filter {
  const text = (name: string) => {
    const value = search[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const day = (name: string) => (/^\d{4}-\d\d-\d\d$/.test(text(name) ?? '') ? text(name) : undefined);
  return { actor: text('actor'), action: text('action'), from: day('from'), to: day('to') };
}

/** The same as the server asks for it: times, the end excluded. */
export function queryOf({ actor, action, from, to }: Filter): Filter {
  return { actor, action, from: midnight(from), to: midnight(to, 1) };
}

function midnight(day: string | undefined, ahead = 0): string | undefined {
  const [, y, m, d] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day ?? '') ?? [];
  return y ? new Date(Number(y), Number(m) - 1, Number(d) + ahead).toISOString() : undefined;
}
