import { api, body } from './client';

/** Everything that is kept of a visitor, as a file. */
export const visitorFile = (visitor: string) => `/api/v1/visitors/${encodeURIComponent(visitor)}/export`;

/** All that they wrote and left, for good. */
export async function eraseVisitor(visitor: string): Promise<void> {
  await body(api.DELETE('/api/v1/visitors/{visitor}', { params: { path: { visitor } } }));
}
