import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { subscriptionQuery, usageQuery } from '../api/plans';
import type { Subscription, Usage } from '../api/types';
import { count, date, percent } from '../i18n/format';
import '../i18n/plan';
import { useMay } from '../parts/permission';
import { useNow } from '../parts/use-now';
import css from './notices.module.css';
import { type StandingNotice, standingNotice, usageNotice } from './standing-notice';

/** What a person should know of the plan of their business. */
export default function Standing() {
  const { t } = useTranslation();
  const now = useNow();
  const has = useQuery(subscriptionQuery).data;
  const usage = useQuery(usageQuery).data;
  if (!has) return null;
  const standing = standingNotice(has, now);
  const used = usage && usageNotice(has, usage);
  return (
    <>
      {standing && <Notice label={t('plan.current')} notice={standing} has={has} usage={usage} />}
      {used && <Notice label={t('usage.title')} notice={used} has={has} usage={usage} />}
    </>
  );
}

interface Props {
  label: string; // of the landmark
  notice: StandingNotice;
  has: Subscription;
  usage?: Usage;
}

function Notice({ label, notice: { text, tone, leads, days = 0 }, has, usage }: Props) {
  const { t } = useTranslation();
  const buys = useMay('manage_billing');
  const manages = useMay('manage_tenant');
  const { used = 0, included } = usage?.answers ?? {};
  const limit = text === 'full' ? usage?.answers.limit : included;
  const at = text === 'trial' ? has.trial_ends : text === 'pastDue' ? has.grace_until : text === 'ending' ? has.cancel_at : has.period.end;
  const words = t(`standing.${text}`, {
    count: days,
    date: at ? date(new Date(at)) : '',
    reason: has.suspension?.reason ?? '',
    used: count(used),
    limit: count(limit ?? 0),
    share: percent(Math.floor((100 * used) / Math.max(1, included ?? 0)) / 100),
  });
  const way = leads === 'see' ? manages : buys;
  return (
    <aside className={css.notice} data-tone={tone} aria-label={label}>
      <p className={css.text}>
        {words}
        {has.erase_at && tone === 'danger' && text !== 'full' && <> {t('standing.erased', { date: date(new Date(has.erase_at)) })}</>}
        {!leads && <> {t('standing.askOperator')}</>}
        {leads && !way && <> {t('standing.askOwner')}</>}
      </p>
      {leads && way && (
        <Link to={leads === 'see' ? '/settings/usage' : '/settings/plan'} hash={leads === 'choose' || leads === 'larger' ? 'plans' : undefined}>
          {t(`standing.${leads}`)}
        </Link>
      )}
    </aside>
  );
}
