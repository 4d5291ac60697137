import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { api, body } from './client';
import { labelsQuery } from './inbox';
import type { Label, NewLabel } from './types';

export { labelsQuery };

const one = (label: string) => ({ params: { path: { label } } });

export function addLabel(label: NewLabel): Promise<Label> {
  return body(api.POST('/api/v1/labels', { body: label }));
}

export function changeLabel(id: string, label: NewLabel): Promise<Label> {
  return body(api.PUT('/api/v1/labels/{label}', { ...one(id), body: label }));
}

export async function deleteLabel(id: string): Promise<void> {
  await body(api.DELETE('/api/v1/labels/{label}', one(id)));
}

const most = 100;

/** On how many conversations a label is; `more` where there are more than were counted. */
export const labelUseQuery = (label: string) =>
  queryOptions({
    queryKey: ['labels', label, 'use'],
    queryFn: async () => {
      const page = await body(api.GET('/api/v1/conversations', { params: { query: { label, limit: most } } }));
      return { count: page.items.length, more: page.next !== '' };
    },
    staleTime: 0,
  });

export function labelsChanged(client: QueryClient): Promise<void> {
  return client.invalidateQueries({ queryKey: labelsQuery.queryKey, exact: true });
}
