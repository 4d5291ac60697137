import { useQueryClient } from '@tanstack/react-query';
import { subscriptionQuery } from '../../api/plans';
import type { Subscription } from '../../api/types';

/** Shows what a subscription has become, and reads anew what depends on it. */
export function useChanged() {
  const client = useQueryClient();
  return (now: Subscription) => {
    client.setQueryData(subscriptionQuery.queryKey, now);
    void client.invalidateQueries({ queryKey: ['usage'] });
    void client.invalidateQueries({ queryKey: ['subscription', 'invoices'] });
  };
}
