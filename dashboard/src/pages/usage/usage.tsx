import { NativeSelect, SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usageOfQuery, usageQuery } from '../../api/plans';
import type { Usage as Used } from '../../api/types';
import { count, date, dollars } from '../../i18n/format';
import '../../i18n/plan';
import { Figure } from '../../parts/figure';
import { PulseIcon } from '../../parts/icons';
import { Card, Page } from '../../parts/page';
import { Empty, Failure, Loading } from '../../parts/states';
import { Meters } from '../plan/meters';
import { daysOf, type Measure, measures } from './days';
import css from './usage.module.css';

/** What is used of the plan, and what the answers of a month took. */
export default function Usage() {
  const { t } = useTranslation();
  const { period = '' } = useSearch({ from: '/app/owner/settings/usage' });
  const current = useQuery(usageQuery);
  const usage = useQuery(period ? usageOfQuery(period) : usageQuery);
  const periods = current.data?.periods ?? [];
  return (
    <Page title={t('usage.title')} state={usage.data && t('plan.usedNote', { start: day(usage.data.period.start), end: day(usage.data.period.end) })} action={<Periods periods={periods} chosen={period} />}>
      {usage.isPending ? (
        <Loading lines={5} />
      ) : usage.isError ? (
        <Failure error={usage.error} retry={() => void usage.refetch()} />
      ) : (
        <>
          {!period && (
            <Card>
              <Meters usage={usage.data} />
            </Card>
          )}
          <Took usage={usage.data} />
          <Days usage={usage.data} />
        </>
      )}
    </Page>
  );
}

const day = (at: string) => date(new Date(at));

/** Months that there are answers of; the current one is named by nothing. */
function Periods({ periods, chosen }: { periods: string[]; chosen: string }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  if (periods.length < 2) return undefined;
  const earlier = periods.slice(1).map((key) => ({ value: key, label: day(key) }));
  return (
    <NativeSelect
      size="sm"
      aria-label={t('usage.period')}
      value={chosen}
      onChange={({ currentTarget }) => void navigate({ to: '/settings/usage', search: { period: currentTarget.value || undefined }, replace: true })}
      data={[{ value: '', label: t('usage.current') }, ...earlier]}
    />
  );
}

function Took({ usage: { answers, cost_micros: cost, cached, unpriced, tokens } }: { usage: Used }) {
  const { t } = useTranslation();
  const known = cost === null ? undefined : cost / 1e6;
  const priced = answers.used - unpriced;
  return (
    <Card title={t('usage.took')}>
      <dl className={css.figures}>
        <div>
          <dt>{t('usage.what.answers')}</dt>
          <dd className={css.figure}>{count(answers.used)}</dd>
        </div>
        <div>
          <dt>{t('usage.cost')}</dt>
          <dd>
            <span className={css.figure}>{known === undefined ? t('usage.unknown') : dollars(known)}</span>
            <span className={css.small}>{unpriced > 0 && known !== undefined ? t('usage.unpriced', { count: unpriced, number: count(unpriced) }) : t('usage.costNote')}</span>
          </dd>
        </div>
        {known !== undefined && priced > 0 && (
          <div>
            <dt>{t('usage.each')}</dt>
            <dd className={css.figure}>{dollars(known / priced)}</dd>
          </div>
        )}
        <div>
          <dt>{t('usage.cached')}</dt>
          <dd>
            <span className={css.figure}>{count(cached)}</span>
            <span className={css.small}>{t('usage.cachedNote')}</span>
          </dd>
        </div>
        <div>
          <dt>{t('usage.tokens')}</dt>
          <dd className={css.figure}>{count(tokens.input + tokens.output)}</dd>
        </div>
      </dl>
    </Card>
  );
}

/** Days are those of UTC. */
const ofDay = (at: string) => new Date(at).toLocaleDateString(document.documentElement.lang, { dateStyle: 'medium', timeZone: 'UTC' });

function Days({ usage }: { usage: Used }) {
  const { t } = useTranslation();
  const [measure, setMeasure] = useState<Measure>('answers');
  const days = useMemo(() => daysOf(usage, measure, Date.now()), [usage, measure]);
  const format = measure === 'cost' ? dollars : count;
  const said = t('usage.chart', { measure: t(`usage.measures.${measure}`), total: format(days.total), peak: format(days.peak) });
  return (
    <Card>
      <div className={css.tools}>
        <h2>{t('usage.days')}</h2>
        {usage.cost_micros !== null && usage.cost_micros > 0 && (
          <SegmentedControl
            size="sm"
            aria-label={t('usage.measure')}
            value={measure}
            onChange={(chosen) => setMeasure(chosen as Measure)}
            data={measures.map((name) => ({ value: name, label: t(`usage.measures.${name}`) }))}
          />
        )}
      </div>
      {usage.days.length === 0 ? (
        <Empty icon={<PulseIcon />} title={t('usage.empty')}>
          {t('usage.emptyText')}
        </Empty>
      ) : (
        <Figure
          series={days}
          step="day"
          label={said}
          format={format}
          table={t('usage.table')}
          columns={[t('usage.day'), t('usage.measures.answers'), t('usage.measures.cost')]}
          rows={usage.days.map((one) => ({ key: one.day, cells: [ofDay(one.day), count(one.answers), one.cost_micros === null ? t('usage.unknown') : dollars(one.cost_micros / 1e6)] }))}
        />
      )}
    </Card>
  );
}
