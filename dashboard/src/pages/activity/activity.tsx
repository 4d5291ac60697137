import { NativeSelect, SegmentedControl } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { activityQuery } from '../../api/activity';
import { keysQuery } from '../../api/keys';
import '../../i18n/business';
import { count, dollars, moment } from '../../i18n/format';
import { Figure } from '../../parts/figure';
import { PulseIcon } from '../../parts/icons';
import { Card, Page } from '../../parts/page';
import { Empty, Failure, Loading } from '../../parts/states';
import css from './activity.module.css';
import { Anomalies } from './anomalies';
import { type Series, seriesOf, since } from './series';
import { type Looking, type Measure, measures, type Span, spans } from './span';

/** Of so many hours a table is still read. */
const mostRows = 168;

const formatOf = (measure: Measure) => (measure === 'cost' ? dollars : count);

/** What happens, hour by hour, and whether something in it is unusual. */
export default function Activity() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { span = 'week', measure = 'messages', key } = useSearch({ from: '/app/owner/settings/activity' });
  const look = (change: Looking) =>
    void navigate({ to: '/settings/activity', search: (search: Looking) => ({ ...search, ...change }), replace: true });
  const keys = useQuery(keysQuery).data ?? [];
  const now = useMemo(() => Date.now(), [span, key]);
  const hours = useQuery(activityQuery(new Date(since(span, now)).toISOString(), key));

  return (
    <Page title={t('activity.title')} state={t('activity.state')}>
      <Anomalies keys={keys} />
      <Card>
        <div className={css.tools}>
          <NativeSelect
            size="sm"
            label={t('activity.measure')}
            value={measure}
            onChange={({ currentTarget }) => look({ measure: currentTarget.value as Measure })}
            data={measures.map((name) => ({ value: name, label: t(`activity.measures.${name}`) }))}
          />
          <NativeSelect
            size="sm"
            label={t('activity.key')}
            value={key ?? ''}
            onChange={({ currentTarget }) => look({ key: currentTarget.value || undefined })}
            data={[{ value: '', label: t('activity.anyKey') }, ...keys.map(({ id, name }) => ({ value: id, label: name }))]}
          />
          <SegmentedControl
            size="sm"
            className={css.span}
            aria-label={t('activity.span')}
            value={span}
            onChange={(chosen) => look({ span: chosen as Span })}
            data={(Object.keys(spans) as Span[]).map((name) => ({ value: name, label: t(`activity.spans.${name}`) }))}
          />
        </div>
        {hours.isPending ? (
          <Loading lines={5} />
        ) : hours.isError ? (
          <Failure error={hours.error} retry={() => void hours.refetch()} />
        ) : (
          <Drawn series={seriesOf(hours.data, measure, span, now)} measure={measure} />
        )}
      </Card>
    </Page>
  );
}

function Drawn({ series, measure }: { series: Series; measure: Measure }) {
  const { t } = useTranslation();
  const format = formatOf(measure);
  if (series.total === 0) return <Empty icon={<PulseIcon />} title={t('activity.empty')} />;
  const said = t('activity.chart', { measure: t(`activity.measures.${measure}`), total: format(series.total), peak: format(series.peak) });
  const rows = series.times.map((at, i) => ({ at, value: series.values[i] ?? 0 })).filter(({ value }) => value > 0);
  return (
    <Figure
      series={series}
      label={said}
      format={format}
      table={t('activity.table')}
      columns={[t('activity.hour'), t(`activity.measures.${measure}`)]}
      rows={rows.slice(-mostRows).map(({ at, value }) => ({ key: at, cells: [moment(new Date(at * 1000)), format(value)] }))}
    />
  );
}
