import { queryOptions } from '@tanstack/react-query';
import { api, body } from './client';
import type { ApiKey, NewApiKey } from './types';

const one = (key: string) => ({ params: { path: { key } } });

export const keysQuery = queryOptions({
  queryKey: ['api-keys'],
  queryFn: async (): Promise<ApiKey[]> => (await body(api.GET('/api/v1/api-keys', {}))).items,
});

/** An API key with its text, which is told once. */
export type ShownKey = ApiKey & { key: string };

export function createKey(key: NewApiKey): Promise<ShownKey> {
  return body(api.POST('/api/v1/api-keys', { body: key }));
}

export async function changeKey(key: string, change: { name: string; addresses: string[] }): Promise<void> {
  await body(api.PATCH('/api/v1/api-keys/{key}', { ...one(key), body: change }));
}

/** A new key that may do the same; the old one ends after these hours. */
export function rotateKey(key: string, hours: number): Promise<ShownKey> {
  return body(api.POST('/api/v1/api-keys/{key}/rotation', { ...one(key), body: { overlap_hours: hours } }));
}

/** At once, everywhere. */
export async function endKey(key: string): Promise<void> {
  await body(api.DELETE('/api/v1/api-keys/{key}', one(key)));
}
