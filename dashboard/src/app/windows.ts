import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { meQuery } from '../api/account';

// All windows of a browser share its cookies: whoever enters a business in one of them has entered it in all.
const name = 'parley.entered';

/** Tells the other windows that this one has entered a business. */
export function tellWindows(): void {
  const channel = new BroadcastChannel(name);
  channel.postMessage(undefined);
  channel.close();
}

/** Begins anew when another window has entered another business: what is shown here is of the one before, and what is saved here would be the other's. */
export function useOtherWindows(): void {
  const client = useQueryClient();
  useEffect(() => {
    const channel = new BroadcastChannel(name);
    channel.onmessage = async () => {
      const before = client.getQueryData(meQuery.queryKey);
      const me = await client.fetchQuery({ ...meQuery, staleTime: 0 }).catch(() => undefined); // whoever was refused is led away
      if (me && (me.tenant.id !== before?.tenant.id || me.user.id !== before.user.id)) window.location.assign('/');
    };
    return () => channel.close();
  }, [client]);
}
