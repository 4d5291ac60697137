import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { subscriptionQuery, usageQuery } from '../../api/plans';
import type { Subscription } from '../../api/types';
import { date } from '../../i18n/format';
import '../../i18n/plan';
import { Card, Page } from '../../parts/page';
import { useMay } from '../../parts/permission';
import { Failure, Loading } from '../../parts/states';
import { Invoices } from './invoices';
import { Meters } from './meters';
import { Others } from './others';
import css from './plan.module.css';
import { StandingCard } from './standing-card';
import { useBought } from './use-bought';

/** The plan of the business, what it uses of it, and what else it can have. */
export default function Plan() {
  const { t } = useTranslation();
  const { checkout } = useSearch({ from: '/app/owner/settings/plan' });
  const confirming = useBought(checkout === 'done');
  const subscription = useQuery(subscriptionQuery);
  return (
    <Page title={t('plan.title')}>
      {checkout === 'left' && (
        <p className={css.confirming} role="status">
          {t('plan.left')}
        </p>
      )}
      {confirming && (
        <p className={css.confirming} role="status">
          {t(`plan.${confirming}`)}
        </p>
      )}
      {subscription.data ? (
        <Shown has={subscription.data} />
      ) : subscription.isError ? (
        <Failure error={subscription.error} retry={() => void subscription.refetch()} />
      ) : (
        <Loading lines={5} />
      )}
    </Page>
  );
}

function Shown({ has }: { has: Subscription }) {
  const { t } = useTranslation();
  const buys = useMay('manage_billing');
  return (
    <>
      <StandingCard has={has} />
      <Used />
      {has.payments ? <Others has={has} /> : <p className={css.dim}>{t('plan.askOperator')}</p>}
      {has.payments && buys && <Invoices />}
    </>
  );
}

function Used() {
  const { t } = useTranslation();
  const usage = useQuery(usageQuery);
  const day = (at: string) => date(new Date(at));
  return (
    <Card title={t('plan.used')} note={usage.data && t('plan.usedNote', { start: day(usage.data.period.start), end: day(usage.data.period.end) })}>
      {usage.data ? <Meters usage={usage.data} /> : usage.isError ? <Failure error={usage.error} retry={() => void usage.refetch()} /> : <Loading lines={3} />}
      <div>
        <Link to="/settings/usage">{t('plan.toUsage')}</Link>
      </div>
    </Card>
  );
}
