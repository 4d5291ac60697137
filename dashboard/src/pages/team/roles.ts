// Who may change whom. The server decides; this keeps people from asking in vain.

import type { Role } from '../../api/types';

export const roles = ['owner', 'admin', 'agent', 'viewer'] as const satisfies Role[];

/** The roles that a member may be given, their own included; `why` when it is only that one. */
export interface Choice {
  roles: readonly Role[];
  why?: 'lastOwner' | 'ownersOnly';
}

/** For one who manages members. */
export function choice(acting: Role, member: Role, owners: number): Choice {
  if (member === 'owner' && acting !== 'owner') return { roles: [member], why: 'ownersOnly' };
  if (member === 'owner' && owners <= 1) return { roles: [member], why: 'lastOwner' };
  return { roles: roles.filter((role) => acting === 'owner' || role !== 'owner') };
}

export type Right = 'read' | 'take' | 'bots' | 'members' | 'settings' | 'owners';

/** What each role may do, as account/permission.go has it. */
export const rights: Record<Right, readonly Role[]> = {
  read: roles,
  take: ['owner', 'admin', 'agent'],
  bots: ['owner', 'admin'],
  members: ['owner', 'admin'],
  settings: ['owner', 'admin'],
  owners: ['owner'],
};

/** Whether whoever changes from one role to the other loses rights. */
export function loses(from: Role, to: Role): boolean {
  return Object.values(rights).some((allowed) => allowed.includes(from) && !allowed.includes(to));
}
