/** How far back activity is shown, in hours. */
export const spans = { day: 24, week: 168, month: 672 } as const;
export type Span = keyof typeof spans;

export const measures = ['messages', 'answers', 'requests', 'errors', 'refused', 'tokens', 'cost', 'sign_in_failures'] as const;
export type Measure = (typeof measures)[number];

/** What is looked at, as the address has it. */
export interface Looking {
  span?: Span;
  measure?: Measure;
  key?: string;
}

export function spanOf({ span, measure, key }: Record<string, unknown>): Looking {
  return {
    span: (Object.keys(spans) as Span[]).find((known) => known === span),
    measure: measures.find((known) => known === measure),
    key: typeof key === 'string' && key !== '' ? key : undefined,
  };
}
