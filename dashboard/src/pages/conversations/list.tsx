import { useQuery } from '@tanstack/react-query';
import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useShortcuts } from '../../app/shortcuts';
import { botsQuery } from '../../api/bots';
import { labelsQuery } from '../../api/inbox';
import { keyOf } from '../../live/inbox';
import type { View } from '../../live/queues';
import { inbox } from '../../live/store';
import { InboxIcon } from '../../parts/icons';
import { Empty, Failure, Loading } from '../../parts/states';
import css from './conversations.module.css';
import { InboxRow } from './inbox-row';
import { useMe, useNames } from './people';
import { useList } from './use-inbox';

/** As the style sheet has it; every row is this high, so that thousands need not be measured. */
const rowHeight = 84;
/** So many rows before its end the next page is asked for. */
const ahead = 30;

export function List({ view, open }: { view: View; open?: string }) {
  const { t } = useTranslation();
  const { items, loaded, loading, more, error } = useList(view);
  const retry = () => inbox.retry(view);
  const kind = view.q ? 'search' : (view.queue ?? 'mine');
  const narrowed = view.bot || view.label || view.since || view.until;
  if (!loaded) {
    return <div className={css.padded}>{error ? <Failure error={error} retry={retry} /> : <Loading lines={7} />}</div>;
  }
  return (
    <>
      {items.length === 0 && !more ? (
        <Empty icon={<InboxIcon />} title={narrowed ? t('inbox.empty.search') : t(`inbox.empty.${kind}`)}>
          {!narrowed && t(`inbox.emptyText.${kind}`)}
        </Empty>
      ) : (
        <Rows key={keyOf(view)} view={view} open={open} />
      )}
      {error !== undefined && !loading && (
        <div className={css.padded}>
          <Failure error={error} retry={retry} />
        </div>
      )}
    </>
  );
}

function Rows({ view, open }: { view: View; open?: string }) {
  const { t } = useTranslation();
  const { items, more, loading } = useList(view);
  const { id: me } = useMe();
  const name = useNames();
  const labels = useQuery(labelsQuery).data;
  const bots = useQuery(botsQuery).data ?? [];
  const minute = useMinute();
  const navigate = useNavigate();
  const search = useRouterState({ select: ({ location }) => location.searchStr });
  const onOpen = useCallback(
    (conversation: string) =>
      void navigate({ to: '/conversations/$conversation', params: { conversation }, search: (before) => before }),
    [navigate],
  );
  const box = useRef<HTMLDivElement>(null);
  // The row that the keyboard is at; it stays with its conversation, wherever that moves.
  const [at, setAt] = useState<string>();
  const [wanted, setWanted] = useState<string>();
  const current = at !== undefined && items.some((c) => c.id === at) ? at : (items.find((c) => c.id === open)?.id ?? items[0]?.id);

  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    getItemKey: (i) => items[i]?.id ?? i,
    overscan: 5,
  });
  const shown = rows.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (more && !loading && last >= items.length - ahead) inbox.more(view);
  }, [more, loading, last, items.length, view]);

  // What arrives above those that are read does not push them away.
  const top = useRef<{ id: string; index: number }>(undefined);
  useLayoutEffect(() => {
    const scroller = box.current;
    const before = top.current;
    if (scroller && before && scroller.scrollTop > 0 && items[before.index]?.id !== before.id) {
      const index = items.findIndex((c) => c.id === before.id);
      if (index >= 0) scroller.scrollTop += (index - before.index) * rowHeight;
    }
  }, [items]);
  useEffect(() => {
    const index = Math.floor((box.current?.scrollTop ?? 0) / rowHeight);
    const c = items[index];
    top.current = c && { id: c.id, index };
  });

  // A row that scrolled into being takes the focus that was meant for it.
  useEffect(() => {
    if (wanted === undefined) return;
    const row = box.current?.querySelector<HTMLElement>(`[data-conversation="${CSS.escape(wanted)}"]`);
    if (!row) return;
    row.focus({ preventScroll: true });
    setWanted(undefined);
  });

  const step = (by: number) => () => {
    const index = items.findIndex((c) => c.id === current);
    const from = document.activeElement?.hasAttribute('data-conversation') || open === current ? index + by : index;
    const next = items[Math.max(0, Math.min(items.length - 1, from))];
    if (!next) return;
    setAt(next.id);
    setWanted(next.id);
    rows.scrollToIndex(items.indexOf(next));
  };
  useShortcuts({ next: step(1), previous: step(-1) });

  return (
    <div ref={box} className={css.scroll}>
      <ul
        className={css.rows}
        style={{ height: rows.getTotalSize() }}
        aria-label={t('inbox.list')}
        onKeyDown={(event) => {
          const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
          if (by === 0) return;
          event.preventDefault();
          step(by)();
        }}
      >
        {shown.map(({ index, start, key }) => {
          const c = items[index];
          if (!c) return null;
          return (
            <li key={key} style={{ transform: `translateY(${start}px)` }} aria-setsize={more ? -1 : items.length} aria-posinset={index + 1}>
              <InboxRow
                conversation={c}
                href={`/conversations/${c.id}${search}`}
                open={c.id === open}
                minute={minute}
                t={t}
                onOpen={onOpen}
                me={me}
                assignee={name(c.agent?.id || c.assignee)}
                labels={labels}
                bot={bots.length > 1 ? bots.find((bot) => bot.id === c.bot)?.name : undefined}
                tabIndex={c.id === current ? 0 : -1}
                onFocus={setAt}
              />
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** The time, to half a minute. */
function useMinute(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 30_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
