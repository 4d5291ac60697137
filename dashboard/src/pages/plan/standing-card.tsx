import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { openPortal, resumeSubscription } from '../../api/plans';
import type { Subscription } from '../../api/types';
import { toast } from '../../app/toasts';
import { date, money } from '../../i18n/format';
import { Badge, type Tone } from '../../parts/badge';
import { Card } from '../../parts/page';
import { useMay } from '../../parts/permission';
import { FormFailure } from '../../parts/states';
import { priceOf } from '../plans/terms';
import { EndDialog } from './end-dialog';
import css from './plan.module.css';
import { type Line, linesOf, owes } from './standing';
import { useChanged } from './use-changed';

export const tones = { trialing: 'info', active: 'success', past_due: 'warning', suspended: 'danger', cancelled: 'danger' } as const satisfies Record<string, Tone>;

/** The plan that the business has, and where it stands with it. */
export function StandingCard({ has }: { has: Subscription }) {
  const { t } = useTranslation();
  const costs = has.interval && priceOf(has.plan, has.interval);
  return (
    <Card title={t('plan.current')}>
      <div className={css.standing}>
        <div className={css.words}>
          <p className={css.name}>
            <strong>{has.plan.name}</strong>
            <Badge tone={tones[has.status]}>{t(`plan.status.${has.status}`)}</Badge>
          </p>
          {has.subscribed && costs && <p className={css.costs}>{t(`plan.costs.${costs.interval}`, { price: money(costs.amount, costs.currency) })}</p>}
          {linesOf(has).map((line) => (
            <p key={line} className={css.line} data-tone={toneOf(line)}>
              <Words line={line} has={has} />
            </p>
          ))}
        </div>
        <Acts has={has} />
      </div>
    </Card>
  );
}

const toneOf = (line: Line) => (line === 'grace' ? 'warning' : line === 'paused' || line === 'erased' ? 'danger' : undefined);

function Words({ line, has }: { line: Line; has: Subscription }) {
  const { t } = useTranslation();
  const day = (at?: string) => (at ? date(new Date(at)) : '');
  switch (line) {
    case 'paused':
      return <>{t(`plan.paused.${has.reason ?? 'ended'}`, { date: day(has.reason === 'operator' ? has.suspension?.at : has.since), reason: has.suspension?.reason })}</>;
    case 'trial':
    case 'trialPaid':
      return <>{t(`plan.${line}`, { date: day(has.trial_ends) })}</>;
    case 'renews':
      return <>{t('plan.renews', { date: day(has.renews_at) })}</>;
    case 'ends':
      return <>{t('plan.ends', { date: day(has.cancel_at) })}</>;
    case 'becomes':
      return <>{t('plan.becomes', { date: day(has.next?.at), name: has.next?.name })}</>;
    case 'grace':
      return <>{t('plan.grace', { date: day(has.grace_until) })}</>;
    case 'erased':
      return <>{t('plan.erased', { date: day(has.erase_at) })}</>;
    case 'assigned':
    case 'nothing':
    case 'rests':
      return <>{t(`plan.${line}`)}</>;
  }
}

function Acts({ has }: { has: Subscription }) {
  const { t } = useTranslation();
  const buys = useMay('manage_billing');
  const changed = useChanged();
  const [ending, setEnding] = useState(false);
  const leaving = useMutation({ mutationFn: openPortal, onSuccess: (address) => window.location.assign(address) });
  const resuming = useMutation({
    mutationFn: resumeSubscription,
    onSuccess: (now) => {
      changed(now);
      toast({ text: t('plan.resumed') });
    },
  });
  if (!buys || !has.payments || !has.subscribed) return null;
  const takesBack = has.cancel_at ? t('plan.resume') : has.next ? t('plan.stay', { name: has.plan.name }) : undefined;
  return (
    <div>
      <div className={css.acts}>
        <Button variant={owes(has) ? 'filled' : 'default'} loading={leaving.isPending} onClick={() => leaving.mutate()}>
          {owes(has) ? t('plan.pay') : t('plan.methods')}
        </Button>
        {takesBack && (
          <Button variant={owes(has) ? 'default' : 'filled'} loading={resuming.isPending} onClick={() => resuming.mutate()}>
            {takesBack}
          </Button>
        )}
        {!has.cancel_at && (
          <Button variant="default" onClick={() => setEnding(true)}>
            {t('plan.cancel')}
          </Button>
        )}
      </div>
      <FormFailure error={leaving.error ?? resuming.error} />
      <EndDialog has={has} opened={ending} close={() => setEnding(false)} />
    </div>
  );
}
