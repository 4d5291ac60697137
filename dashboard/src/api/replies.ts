import type { QueryClient } from '@tanstack/react-query';
import { api, body } from './client';
import { repliesQuery } from './inbox';
import type { NewReply, Reply } from './types';

export { repliesQuery };

const one = (reply: string) => ({ params: { path: { reply } } });

export function addReply(reply: NewReply): Promise<Reply> {
  return body(api.POST('/api/v1/replies', { body: reply }));
}

export function changeReply(id: string, reply: NewReply): Promise<Reply> {
  return body(api.PUT('/api/v1/replies/{reply}', { ...one(id), body: reply }));
}

export async function deleteReply(id: string): Promise<void> {
  await body(api.DELETE('/api/v1/replies/{reply}', one(id)));
}

export function repliesChanged(client: QueryClient): Promise<void> {
  return client.invalidateQueries(repliesQuery);
}
