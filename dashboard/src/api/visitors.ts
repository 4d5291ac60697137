import { queryOptions } from '@tanstack/react-query';
import { api, body } from './client';
import type { VisitorCopy } from './types';

/** Everything that is kept of a visitor, as a file. */
export const visitorFile = (visitor: string) => `/api/v1/visitors/${encodeURIComponent(visitor)}/export`;

/** Texts of the business that have words of theirs, and stay when they are erased. */
export const copiesQuery = (visitor: string) =>
  queryOptions({
    queryKey: ['visitor', visitor, 'copies'],
    queryFn: async (): Promise<VisitorCopy[]> => (await body(api.GET('/api/v1/visitors/{visitor}/copies', { params: { path: { visitor } } }))).items,
    staleTime: 0,
  });

/** All that they wrote and left, for good. */
export async function eraseVisitor(visitor: string): Promise<void> {
  await body(api.DELETE('/api/v1/visitors/{visitor}', { params: { path: { visitor } } }));
}
