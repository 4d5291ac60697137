import { useQuery } from '@tanstack/react-query';
import { useMemo, useSyncExternalStore } from 'react';
import { meQuery } from '../../api/account';
import { membersQuery } from '../../api/inbox';
import type { Me } from '../../api/types';
import { desk } from '../../live/desk';

/** Names of colleagues by id; of somebody who left, ''. */
export function useNames(): (id: string | undefined) => string {
  const members = useQuery(membersQuery).data;
  const duty = useSyncExternalStore(desk.onConnection, desk.duty);
  const me = useQuery(meQuery).data;
  return useMemo(() => {
    const names = new Map<string, string>();
    for (const { id, name } of duty.agents) names.set(id, name);
    for (const { id, name, email } of members ?? []) names.set(id, name || email);
    if (me && !names.get(me.user.id)) names.set(me.user.id, me.user.name || me.user.email);
    return (id) => names.get(id ?? '') ?? '';
  }, [members, duty, me]);
}

/** The signed-in user's id, and what they may do. */
export function useMe(): { id: string; mayTake: boolean; me: Me | undefined } {
  const me = useQuery(meQuery).data;
  return { id: me?.user.id ?? '', mayTake: me?.permissions.includes('take') ?? false, me };
}
