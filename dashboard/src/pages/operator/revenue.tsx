import { NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Fragment, lazy, Suspense, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Revenue as Earned, revenueQuery } from '../../api/operator';
import { count, date, money, percent } from '../../i18n/format';
import '../../i18n/operator';
import { Card, Page } from '../../parts/page';
import { Failure, Loading } from '../../parts/states';
import table from '../../parts/table.module.css';
import css from './operator.module.css';
import { statuses } from './words';

const Chart = lazy(() => import('../../parts/chart').then(({ Chart }) => ({ default: Chart })));

/** What all businesses pay, and who came and went. */
export default function Revenue() {
  const { t } = useTranslation();
  const earned = useQuery(revenueQuery);
  return (
    <Page title={t('operator.revenue')} state={t('operator.revenueState')}>
      {earned.isPending ? (
        <Loading lines={6} />
      ) : earned.isError ? (
        <Failure error={earned.error} retry={() => void earned.refetch()} />
      ) : (
        <div className={css.column}>
          {!earned.data.payments && <p className={css.dim}>{t('operator.nothingSold')}</p>}
          <Figures earned={earned.data} />
          <History earned={earned.data} />
          <Standings earned={earned.data} />
        </div>
      )}
    </Page>
  );
}

function Figures({ earned }: { earned: Earned }) {
  const { t } = useTranslation();
  const share = ({ count: some, of }: { count: number; of: number }) => (of === 0 ? t('operator.nothing') : percent(some / of));
  const parts = ({ count: some, of }: { count: number; of: number }) => t('operator.share', { count: some, of: count(of) });
  return (
    <dl className={css.figures}>
      <div>
        <dt>{t('operator.mrr')}</dt>
        {earned.mrr.length === 0 && <dd className={css.large}>{t('operator.nothing')}</dd>}
        {earned.mrr.map(({ currency, amount }) => (
          <dd key={currency} className={css.large}>
            {money(amount, currency)}
          </dd>
        ))}
        <dd className={css.dim}>{t('operator.paying', { count: earned.paying })}</dd>
      </div>
      <div>
        <dt>{t('operator.churn')}</dt>
        <dd className={css.large}>{share(earned.churn)}</dd>
        <dd className={css.dim}>{parts(earned.churn)}</dd>
      </div>
      <div>
        <dt>{t('operator.trials')}</dt>
        <dd className={css.large}>{count(earned.trials)}</dd>
      </div>
      <div>
        <dt>{t('operator.converted')}</dt>
        <dd className={css.large}>{share(earned.converted)}</dd>
        <dd className={css.dim}>{parts(earned.converted)}</dd>
      </div>
    </dl>
  );
}

function History({ earned }: { earned: Earned }) {
  const { t } = useTranslation();
  const currencies = useMemo(() => [...new Set(earned.months.flatMap(({ mrr }) => mrr.map(({ currency }) => currency)))], [earned]);
  const [chosen, setChosen] = useState<string>();
  const currency = chosen ?? currencies[0];
  const series = useMemo(
    () => ({
      times: earned.months.map(({ at }) => Date.parse(at) / 1000),
      values: earned.months.map(({ mrr }) => mrr.find((one) => one.currency === currency)?.amount ?? 0),
    }),
    [earned, currency],
  );
  if (!currency) return null;
  const written = (amount: number) => money(amount, currency);
  const said = t('operator.chart', { from: written(series.values[0] ?? 0), to: written(series.values.at(-1) ?? 0) });
  return (
    <Card title={t('operator.history')} note={t('operator.historyNote')}>
      {currencies.length > 1 && (
        <div className={css.filters}>
          <NativeSelect
            size="sm"
            label={t('operator.currency')}
            value={currency}
            onChange={({ currentTarget }) => setChosen(currentTarget.value)}
            data={currencies.map((one) => ({ value: one, label: one.toUpperCase() }))}
          />
        </div>
      )}
      <Suspense fallback={<Loading lines={5} />}>
        <Chart series={series} label={said} format={written} />
      </Suspense>
      <details>
        <summary>{t('operator.table')}</summary>
        <table className={table.table}>
          <thead>
            <tr>
              <th scope="col">{t('operator.month')}</th>
              <th scope="col" className={css.figure}>
                {t('operator.mrr')}
              </th>
            </tr>
          </thead>
          <tbody>
            {earned.months.map(({ at }, i) => (
              <tr key={at}>
                <td>{date(new Date(at))}</td>
                <td className={css.figure}>{written(series.values[i] ?? 0)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </Card>
  );
}

function Standings({ earned }: { earned: Earned }) {
  const { t } = useTranslation();
  return (
    <Card title={t('operator.standing')}>
      <dl className={css.facts}>
        {statuses.map((status) => (
          <Fragment key={status}>
            <dt>{t(`operator.statuses.${status}`)}</dt>
            <dd>{count(earned.statuses[status] ?? 0)}</dd>
          </Fragment>
        ))}
      </dl>
    </Card>
  );
}
