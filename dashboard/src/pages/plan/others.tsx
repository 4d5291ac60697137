import { Button } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { beginCheckout, plansQuery } from '../../api/plans';
import type { BillingPlan, Interval, Subscription } from '../../api/types';
import { date } from '../../i18n/format';
import { Badge } from '../../parts/badge';
import { useMay } from '../../parts/permission';
import { Failure, FormFailure, Loading } from '../../parts/states';
import { IntervalSwitch } from '../plans/interval-switch';
import { PlanCard } from '../plans/plan-card';
import plansCss from '../plans/plans.module.css';
import { featuresOf, intervalsOf, priceOf } from '../plans/terms';
import { ChangeDialog } from './change-dialog';
import css from './plan.module.css';
import { serves } from './standing';

/** What is sold: to be bought, or to be changed to. */
export function Others({ has }: { has: Subscription }) {
  const { t } = useTranslation();
  const buys = useMay('manage_billing');
  const plans = useQuery(plansQuery);
  const [chosen, choose] = useState<Interval>();
  const [changing, setChanging] = useState<BillingPlan>();
  const buying = useMutation({ mutationFn: beginCheckout, onSuccess: (address) => window.location.assign(address) });

  const interval = chosen ?? has.interval ?? intervalsOf(plans.data?.items ?? [])[0] ?? 'month';
  const markOf = useMark(has, interval);

  if (plans.isPending) return <Loading lines={4} />;
  if (plans.isError) return <Failure error={plans.error} retry={() => void plans.refetch()} />;
  const { items } = plans.data;
  if (items.length === 0) return null;
  const act = (plan: BillingPlan) => (has.subscribed ? setChanging(plan) : buying.mutate({ plan: plan.id, interval }));
  return (
    <section className={css.others} id="plans" aria-labelledby="plans-title">
      <div className={css.othersHead}>
        <h2 id="plans-title">{t('plan.others')}</h2>
        <IntervalSwitch intervals={intervalsOf(items)} value={interval} onChange={choose} />
      </div>
      {!buys && <p className={css.dim}>{t('plan.ask')}</p>}
      <FormFailure error={buying.error} />
      <ul className={plansCss.plans}>
        {items.map((plan) => (
          <PlanCard key={plan.id} plan={plan} interval={interval} features={featuresOf(items)} mark={markOf(plan)}>
            {buys && <Act plan={plan} has={has} interval={interval} busy={buying.isPending && buying.variables.plan === plan.id} act={() => act(plan)} />}
          </PlanCard>
        ))}
      </ul>
      {changing && <ChangeDialog has={has} to={changing} interval={interval} close={() => setChanging(undefined)} />}
    </section>
  );
}

/** Whether it is exactly this that the business has. */
const holds = (has: Subscription, plan: BillingPlan, interval: Interval) => has.plan.id === plan.id && (!has.subscribed || has.interval === interval);

/** What stands beside the name of a plan. */
function useMark(has: Subscription, interval: Interval) {
  const { t } = useTranslation();
  return (plan: BillingPlan) => {
    if (has.next?.plan === plan.id && (has.next.interval ?? interval) === interval) return <Badge tone="info">{t('plan.agreed', { date: date(new Date(has.next.at)) })}</Badge>;
    if (holds(has, plan, interval) && has.status !== 'cancelled') return <Badge tone="accent">{t('plan.yours')}</Badge>;
    return undefined;
  };
}

interface ActProps {
  plan: BillingPlan;
  has: Subscription;
  interval: Interval;
  busy: boolean;
  act: () => void;
}

function Act({ plan, has, interval, busy, act }: ActProps) {
  const { t } = useTranslation();
  if (!priceOf(plan, interval)) return null;
  // What is bought already, or agreed to for later.
  if (has.subscribed && (holds(has, plan, interval) || (has.next?.plan === plan.id && has.next.interval === interval))) return null;
  const verb = !has.subscribed ? t('plan.buy', { name: plan.name }) : has.plan.id === plan.id ? t(interval === 'year' ? 'plan.yearly' : 'plan.monthly') : t('plan.change', { name: plan.name });
  // The one button that matters: what is being tried, or was.
  const first = !has.subscribed && has.plan.id === plan.id && (has.status === 'trialing' || !serves(has));
  return (
    <Button variant={first ? 'filled' : 'default'} loading={busy} onClick={act}>
      {verb}
    </Button>
  );
}
