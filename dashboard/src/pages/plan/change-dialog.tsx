import { Button } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { changePlan, type Choice, previewChange } from '../../api/plans';
import { asProblem } from '../../api/problem';
import type { BillingPlan, PlanPreview, Subscription } from '../../api/types';
import { toast } from '../../app/toasts';
import { count, date, money } from '../../i18n/format';
import { Dialog } from '../../parts/dialog';
import { Failure, FormFailure, Loading } from '../../parts/states';
import { features } from '../plans/terms';
import css from './plan.module.css';
import { useChanged } from './use-changed';

interface Props {
  has: Subscription;
  to: BillingPlan;
  interval: Choice['interval'];
  close: () => void;
}

/** What another plan would cost and what would stop working, before it is agreed to. */
export function ChangeDialog({ has, to, interval, close }: Props) {
  const { t } = useTranslation();
  const choice = { plan: to.id, interval };
  const preview = useQuery({ queryKey: ['subscription', 'preview', to.id, interval], queryFn: () => previewChange(choice), staleTime: 0, gcTime: 0, refetchOnWindowFocus: false });
  return (
    <Dialog opened close={close} title={t('plan.preview.title', { name: to.name })}>
      {preview.data ? (
        <Offer has={has} to={to} choice={choice} preview={preview.data} again={() => void preview.refetch()} close={close} />
      ) : preview.isError ? (
        <Failure error={preview.error} retry={() => void preview.refetch()} />
      ) : (
        <Loading lines={3} />
      )}
    </Dialog>
  );
}

interface OfferProps {
  has: Subscription;
  to: BillingPlan;
  choice: Choice;
  preview: PlanPreview;
  again: () => void;
  close: () => void;
}

function Offer({ has, to, choice, preview, again, close }: OfferProps) {
  const { t } = useTranslation();
  const changed = useChanged();
  const later = preview.when === 'period_end';
  const from = date(new Date((later ? preview.next_at : undefined) ?? has.period.end));
  const agreeing = useMutation({
    mutationFn: () => changePlan(choice, preview.at),
    onSuccess: (now) => {
      changed(now);
      close();
      toast({ text: later ? t('plan.preview.doneLater', { name: to.name, date: from }) : t('plan.preview.done', { name: to.name }) });
    },
    onError: (error) => {
      if (asProblem(error).code === 'change_stale') again();
    },
  });
  const stale = agreeing.error !== null && asProblem(agreeing.error).code === 'change_stale';
  const due = money(preview.due, preview.currency);
  return (
    <div className={css.preview}>
      <p className={css.dim}>{later ? t('plan.preview.later', { date: from, name: has.plan.name }) : t('plan.preview.now')}</p>
      <Sums preview={preview} interval={choice.interval} />
      {preview.losses.length > 0 && (
        <section className={css.losses}>
          <h3>{t('plan.preview.losses')}</h3>
          <ul>
            {preview.losses.map((loss) => (
              <li key={loss.what + (loss.name ?? '')}>
                <LossText loss={loss} name={to.name} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {stale ? <p className={css.confirming}>{t('plan.preview.stale')}</p> : <FormFailure error={agreeing.error} />}
      <div className={css.agree}>
        <Button variant="default" onClick={close} data-autofocus>
          {t('cancel')}
        </Button>
        <Button loading={agreeing.isPending} onClick={() => agreeing.mutate()}>
          {later ? t('plan.preview.agreeLater', { date: from }) : preview.due > 0 ? t('plan.preview.agreePaying', { amount: due }) : t('plan.preview.agree')}
        </Button>
      </div>
    </div>
  );
}

function Sums({ preview, interval }: { preview: PlanPreview; interval: Choice['interval'] }) {
  const { t } = useTranslation();
  const amount = (value: number) => money(value, preview.currency);
  return (
    <table className={css.sums}>
      <tbody>
        {preview.lines.map(({ text, amount: part }, i) => (
          <tr key={i} data-line>
            <th scope="row">{text}</th>
            <td>{amount(part)}</td>
          </tr>
        ))}
        {preview.when === 'now' && (
          <tr data-due>
            <th scope="row">{t('plan.preview.due')}</th>
            <td>{amount(preview.due)}</td>
          </tr>
        )}
        {preview.credit > 0 && (
          <tr>
            <th scope="row">{t('plan.preview.credit')}</th>
            <td>{amount(preview.credit)}</td>
          </tr>
        )}
        {preview.next_at && (
          <tr>
            <th scope="row">{t(`plan.preview.next.${interval}`, { date: date(new Date(preview.next_at)) })}</th>
            <td>{amount(preview.next)}</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

/** What would not work any more, and what becomes of it. */
function LossText({ loss, name }: { loss: PlanPreview['losses'][number]; name: string }) {
  const { t } = useTranslation();
  switch (loss.what) {
    case 'models':
    case 'other_models':
      return <>{t(`plan.preview.loss.${loss.what}`, { what: loss.name })}</>;
    case 'features': {
      const feature = features.find((known) => known === loss.name);
      return <>{t('plan.preview.loss.features', { what: feature ? t(`plans.feature.${feature}`) : loss.name })}</>;
    }
    default:
      return <>{t(`plan.preview.loss.${loss.what}`, { name, count: loss.allowed, number: count(loss.allowed), have: count(loss.have) })}</>;
  }
}
