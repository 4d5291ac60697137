import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { anomaliesQuery, markSeen } from '../../api/activity';
import type { Anomaly, ApiKey } from '../../api/types';
import { count, dollars, percent } from '../../i18n/format';
import { Card } from '../../parts/page';
import { Failure, FormFailure } from '../../parts/states';
import { Ago } from '../../parts/time';
import css from './activity.module.css';

const formats = { count, share: percent, dollars, tokens: count };

/** What was unlike its own history: first what nobody has looked at. */
export function Anomalies({ keys }: { keys: ApiKey[] }) {
  const { t } = useTranslation();
  const anomalies = useQuery(anomaliesQuery);
  if (anomalies.isPending) return null;
  if (anomalies.isError) return <Failure error={anomalies.error} retry={() => void anomalies.refetch()} />;
  const ordered = anomalies.data.toSorted((a, b) => Number(a.seen) - Number(b.seen) || b.at.localeCompare(a.at));
  return (
    <Card title={t('activity.anomalies')} note={t(ordered.length > 0 ? 'activity.anomaliesNote' : 'activity.calm')}>
      {ordered.length > 0 && (
        <ul className={css.anomalies}>
          {ordered.map((anomaly) => (
            <Row key={anomaly.id} anomaly={anomaly} keyName={keys.find(({ id }) => id === anomaly.key)?.name} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function Row({ anomaly: { id, kind, at, value, usual, unit, seen }, keyName }: { anomaly: Anomaly; keyName?: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const marking = useMutation({ mutationFn: () => markSeen(id), onSuccess: () => client.invalidateQueries(anomaliesQuery) });
  const format = formats[unit];
  return (
    <li data-seen={seen}>
      <div className={css.words}>
        <p className={css.kind}>
          {t(`activity.anomaly.${kind}`)}{' '}
          <span className={css.dim}>
            <Ago at={at} />
          </span>
        </p>
        <p className={css.dim}>
          {t(unit === 'tokens' ? 'activity.tokens' : 'activity.figures', { value: format(value), usual: format(usual) })} {keyName && t('activity.through', { name: keyName })} {t(`activity.advice.${kind}`)}
        </p>
        <FormFailure error={marking.error} />
      </div>
      {!seen && (
        <Button variant="default" size="xs" loading={marking.isPending} onClick={() => marking.mutate()}>
          {t('activity.seen')}
        </Button>
      )}
    </li>
  );
}
