import { queryOptions } from '@tanstack/react-query';
import { api, body } from './client';
import type { ActivityHour, Anomaly } from './types';

/** Hours of a span, of the business or of one of its keys. */
export const activityQuery = (from: string, key?: string) =>
  queryOptions({
    queryKey: ['activity', from, key],
    queryFn: async (): Promise<ActivityHour[]> => (await body(api.GET('/api/v1/activity', { params: { query: { from, key } } }))).items,
    staleTime: 60_000,
  });

export const anomaliesQuery = queryOptions({
  queryKey: ['anomalies'],
  queryFn: async (): Promise<Anomaly[]> => (await body(api.GET('/api/v1/anomalies', {}))).items,
  staleTime: 60_000,
});

export async function markSeen(anomaly: string): Promise<void> {
  await body(api.POST('/api/v1/anomalies/{anomaly}/seen', { params: { path: { anomaly } } }));
}
