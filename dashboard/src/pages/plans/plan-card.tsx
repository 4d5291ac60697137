import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { BillingPlan, Feature, Interval } from '../../api/types';
import { count, money, percent, price } from '../../i18n/format';
import '../../i18n/plan';
import { CheckIcon } from '../../parts/icons';
import css from './plans.module.css';
import { counted, priceOf, saving } from './terms';

interface Props {
  plan: BillingPlan;
  interval: Interval;
  /** Those that any of the plans beside it has. */
  features: Feature[];
  /** Beside its name. */
  mark?: ReactNode;
  /** What can be done about it. */
  children?: ReactNode;
}

/** What one gets, and for how much. */
export function PlanCard({ plan, interval, features, mark, children }: Props) {
  const { t } = useTranslation();
  return (
    <li className={css.plan} data-marked={mark !== undefined}>
      <div className={css.name}>
        <h2>{plan.name}</h2>
        {mark}
      </div>
      <p className={css.about}>{plan.about}</p>
      <Price plan={plan} interval={interval} />
      {children && <div className={css.act}>{children}</div>}
      <ul className={css.terms}>
        {counted.map((what) => {
          const limit = plan.limits[what];
          return (
            <li key={what}>
              <CheckIcon size={16} />
              <span>
                {limit === null ? t(`plans.unlimited.${what}`) : t(`plans.limit.${what}`, { count: limit, number: count(limit) })}
                {what === 'answers' && limit !== null && <After plan={plan} />}
              </span>
            </li>
          );
        })}
        {features.map((feature) => {
          const has = plan.features.includes(feature);
          return (
            <li key={feature} data-lacks={!has}>
              {has ? <CheckIcon size={16} /> : <span aria-hidden="true">–</span>}
              <span>
                <span className="hidden-visually">{has ? t('plans.has') : t('plans.lacks')} </span>
                {t(`plans.feature.${feature}`)}
              </span>
            </li>
          );
        })}
        {plan.models.length > 1 && (
          <li>
            <CheckIcon size={16} />
            <span title={plan.models.join(', ')}>{t('plans.models', { count: plan.models.length })}</span>
          </li>
        )}
      </ul>
    </li>
  );
}

/** What happens to answers beyond those of the plan. */
function After({ plan: { overage } }: { plan: BillingPlan }) {
  const { t } = useTranslation();
  return <span className={css.after}>{overage ? t('plans.overage', { price: money(overage.amount / 100, overage.currency) }) : t('plans.stop')}</span>;
}

function Price({ plan, interval }: { plan: BillingPlan; interval: Interval }) {
  const { t } = useTranslation();
  const other: Interval = interval === 'month' ? 'year' : 'month';
  const shown = priceOf(plan, interval) ? interval : other;
  const costs = priceOf(plan, shown);
  const saved = shown === 'year' ? saving(plan) : 0;
  const only = shown !== interval && costs ? t(shown === 'year' ? 'plans.yearlyOnly' : 'plans.monthlyOnly') : undefined;
  const said = only ?? (saved >= 0.01 ? t('plans.saves', { share: percent(saved) }) : undefined);
  return (
    <p className={css.price}>
      <span className={css.amount}>{costs ? price(costs.amount, costs.currency) : t('plans.free')}</span>
      {costs && <span className={css.each}> {t(`plans.a.${shown}`)}</span>}
      <span className={css.saved} data-empty={said === undefined}>
        {said ?? '\u00a0'}
      </span>
    </p>
  );
}
