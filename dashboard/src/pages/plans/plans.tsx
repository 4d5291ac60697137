import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { plansQuery } from '../../api/plans';
import type { BillingPlan, Interval, PlansOnOffer } from '../../api/types';
import '../../i18n/plan';
import { Mark } from '../../parts/icons';
import { Empty, Failure, Loading } from '../../parts/states';
import { useTitle } from '../../parts/use-title';
import { IntervalSwitch } from './interval-switch';
import { PlanCard } from './plan-card';
import css from './plans.module.css';
import { featuresOf, intervalsOf } from './terms';

/** What is sold, for whoever has no account yet. */
export default function Plans() {
  const { t } = useTranslation();
  const plans = useQuery(plansQuery);
  useTitle(t('plans.title'));
  return (
    <div className={css.page}>
      <header className={css.bar}>
        <span className={css.brand}>
          <Mark />
          <span>Parley</span>
        </span>
        <Link to="/sign-in">{t('plans.signIn')}</Link>
      </header>
      <main className={css.column}>
        {plans.isPending ? (
          <Loading lines={5} />
        ) : plans.isError ? (
          <Failure error={plans.error} retry={() => void plans.refetch()} />
        ) : plans.data.payments && plans.data.items.length > 0 ? (
          <OnOffer plans={plans.data} />
        ) : (
          <NothingSold />
        )}
      </main>
    </div>
  );
}

function OnOffer({ plans: { items, trial_days: days } }: { plans: PlansOnOffer }) {
  const { t } = useTranslation();
  const intervals = intervalsOf(items);
  const [interval, setInterval] = useState<Interval>(intervals[0] ?? 'month');
  const features = featuresOf(items);
  return (
    <>
      <div className={css.head}>
        <h1>{t('plans.title')}</h1>
        <p className={css.lead}>{days > 0 ? t('plans.leadTrial', { count: days }) : t('plans.lead')}</p>
        <IntervalSwitch intervals={intervals} value={interval} onChange={setInterval} />
      </div>
      <ul className={css.plans}>
        {items.map((plan, i) => (
          <PlanCard key={plan.id} plan={plan} interval={interval} features={features}>
            <Begin plan={plan} first={i === 0} />
          </PlanCard>
        ))}
      </ul>
      <p className={css.fine}>{t('plans.tax')}</p>
    </>
  );
}

/** A trial is one click away; the first plan is the one that most begin with. */
function Begin({ plan, first }: { plan: BillingPlan; first: boolean }) {
  const { t } = useTranslation();
  const verb = plan.trial_days > 0 ? t('plans.try') : t('plans.choose', { name: plan.name });
  return (
    <Button
      variant={first ? 'filled' : 'default'}
      aria-label={plan.trial_days > 0 ? `${verb}: ${plan.name}` : undefined}
      renderRoot={(props) => <Link to="/register" search={{ plan: plan.id }} {...props} />}
    >
      {verb}
    </Button>
  );
}

function NothingSold() {
  const { t } = useTranslation();
  return (
    <>
      <h1 className="hidden-visually">{t('plans.title')}</h1>
      <Empty title={t('plans.none')} action={<Button renderRoot={(props) => <Link to="/sign-in" {...props} />}>{t('plans.signIn')}</Button>}>
        {t('plans.noneText')}
      </Empty>
    </>
  );
}
