import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { subscriptionQuery } from '../../api/plans';
import { toast } from '../../app/toasts';
import { serves } from './standing';

/** How often it is looked whether a payment is confirmed, and after what time that is slow. In milliseconds. */
const often = 2000;
const slowAfter = 30_000;

/** Somebody who comes back from paying waits for the processor of payments to tell us. */
export function useBought(waiting: boolean): 'confirming' | 'slow' | undefined {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { data } = useQuery({ ...subscriptionQuery, ...(waiting && { refetchInterval: often, staleTime: 0 }) });
  const arrived = waiting && data?.subscribed === true && serves(data);
  const name = data?.plan.name;
  useEffect(() => {
    if (!arrived) return;
    toast({ text: t('plan.bought', { name }) });
    void navigate({ to: '/settings/plan', search: {}, replace: true });
  }, [arrived, name, navigate, t]);
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    if (!waiting) return;
    const timer = setTimeout(() => setSlow(true), slowAfter);
    return () => clearTimeout(timer);
  }, [waiting]);
  if (!waiting || arrived) return undefined;
  return slow ? 'slow' : 'confirming';
}
