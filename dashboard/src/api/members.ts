import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { api, body } from './client';
import { membersQuery } from './inbox';
import type { CreatedInvitation, Invitation, Role } from './types';

export { membersQuery };

const one = (member: string) => ({ params: { path: { member } } });

export async function setRole(member: string, role: Role): Promise<void> {
  await body(api.PATCH('/api/v1/members/{member}', { ...one(member), body: { role } }));
}

export async function removeMember(member: string): Promise<void> {
  await body(api.DELETE('/api/v1/members/{member}', one(member)));
}

/** Those that nobody has accepted yet, oldest first. Only for who may manage members. */
export const invitationsQuery = queryOptions({
  queryKey: ['invitations'],
  queryFn: async (): Promise<Invitation[]> => (await body(api.GET('/api/v1/invitations', {}))).items,
});

export function invite(email: string, role: Role): Promise<CreatedInvitation> {
  return body(api.POST('/api/v1/invitations', { body: { email, role } }));
}

export async function withdraw(invitation: string): Promise<void> {
  await body(api.DELETE('/api/v1/invitations/{invitation}', { params: { path: { invitation } } }));
}

/** Removing somebody ends the invitations that they sent. */
export async function teamChanged(client: QueryClient): Promise<void> {
  await Promise.all([client.invalidateQueries(membersQuery), client.invalidateQueries(invitationsQuery)]);
}
