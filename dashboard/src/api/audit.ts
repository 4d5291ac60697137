import { infiniteQueryOptions } from '@tanstack/react-query';
import { api, body } from './client';

export interface AuditFilter {
  actor?: string;
  action?: string;
  from?: string; // ISO 8601
  to?: string; // excluded
}

/** What was done, last first. */
export const auditQuery = (filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: ['audit', filter],
    queryFn: ({ pageParam: cursor }) => body(api.GET('/api/v1/audit-log', { params: { query: { ...filter, limit: 50, cursor } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next || undefined,
  });

/** All of it that fits, as a file. */
export function auditFile(format: 'csv' | 'ndjson', filter: AuditFilter): string {
  const said = Object.entries({ ...filter, format }).filter((entry): entry is [string, string] => Boolean(entry[1]));
  return `/api/v1/audit-log/export?${new URLSearchParams(said)}`;
}
