import { Button, SegmentedControl } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { type BillingEvent, eventsQuery, replayEvent } from '../../api/operator';
import { toast } from '../../app/toasts';
import '../../i18n/operator';
import { Badge, type Tone } from '../../parts/badge';
import { ListIcon, RetryIcon } from '../../parts/icons';
import { Page } from '../../parts/page';
import { Empty, Failure, FormFailure, Loading } from '../../parts/states';
import table from '../../parts/table.module.css';
import { Ago } from '../../parts/time';
import { eventStateOf, eventStates } from './filter';
import css from './operator.module.css';

const tones: Record<BillingEvent['state'], Tone> = { failed: 'danger', waiting: 'info', settled: 'success' };

/** What the processor of payments told, and what became of it. */
export default function Events() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const { state } = useSearch({ from: '/app/owner/operator/events' });
  const list = useInfiniteQuery(eventsQuery(state));
  const events = list.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Page title={t('operator.events')} state={t('operator.eventsState')}>
      <div>
        <SegmentedControl
          size="sm"
          aria-label={t('operator.state')}
          value={state ?? 'any'}
          onChange={(chosen) => void navigate({ to: '/operator/events', search: eventStateOf({ state: chosen }), replace: true })}
          data={(['any', ...eventStates] as const).map((one) => ({ value: one, label: t(`operator.states.${one}`) }))}
        />
      </div>
      {list.isPending ? (
        <Loading lines={6} />
      ) : list.isError ? (
        <Failure error={list.error} retry={() => void list.refetch()} />
      ) : events.length === 0 ? (
        <Empty icon={<ListIcon />} title={t(state === 'failed' ? 'operator.noFailed' : 'operator.noEvents')} />
      ) : (
        <>
          <Table events={events} />
          {list.hasNextPage && (
            <div className={css.more}>
              <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                {t('more')}
              </Button>
            </div>
          )}
        </>
      )}
    </Page>
  );
}

function Table({ events }: { events: BillingEvent[] }) {
  const { t } = useTranslation();
  return (
    <div className={table.scroll} tabIndex={0} role="region" aria-label={t('operator.events')}>
      <table className={table.table}>
        <thead>
          <tr>
            <th scope="col">{t('operator.event')}</th>
            <th scope="col">{t('operator.at')}</th>
            <th scope="col">{t('operator.state')}</th>
            <th scope="col">{t('operator.business')}</th>
            <th scope="col">
              <span className="hidden-visually">{t('operator.replay')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {events.map((event) => (
            <Row key={event.id} event={event} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ event }: { event: BillingEvent }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const replaying = useMutation({
    mutationFn: () => replayEvent(event.id),
    onSuccess: () => toast({ text: t('operator.replayed', { id: event.id }) }),
    onSettled: () => client.invalidateQueries({ queryKey: ['operator', 'events'] }),
  });
  return (
    <tr>
      <th scope="row" className={css.name}>
        {event.type}
        <br />
        <code className={css.code}>{event.id}</code>
        {event.error && <p className={css.warning}>{event.error}</p>}
        <FormFailure error={replaying.error} />
      </th>
      <td>
        <Ago at={event.at} />
      </td>
      <td>
        <Badge tone={tones[event.state]}>{t(`operator.states.${event.state}`)}</Badge>
      </td>
      <td>
        {event.tenant ? (
          <Link to="/operator/tenants/$tenant" params={{ tenant: event.tenant }} className={css.code}>
            {event.tenant}
          </Link>
        ) : (
          t('operator.unknown')
        )}
      </td>
      <td className={css.figure}>
        <Button
          size="xs"
          variant="default"
          leftSection={<RetryIcon size={16} />}
          loading={replaying.isPending}
          aria-label={t('operator.replayOf', { id: event.id })}
          onClick={() => replaying.mutate()}
        >
          {t('operator.replay')}
        </Button>
      </td>
    </tr>
  );
}
