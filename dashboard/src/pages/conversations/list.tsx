import { useQuery } from '@tanstack/react-query';
import { useNavigate, useRouterState } from '@tanstack/react-router';
import { type FocusEvent, type KeyboardEvent, memo, type MouseEvent, type PointerEvent, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useShortcuts } from '../../app/shortcuts';
import { botsQuery } from '../../api/bots';
import { labelsQuery } from '../../api/inbox';
import { exact } from '../../i18n/format';
import { keyOf } from '../../live/inbox';
import type { View } from '../../live/queues';
import { inbox } from '../../live/store';
import { InboxIcon } from '../../parts/icons';
import { Empty, Failure, Loading } from '../../parts/states';
import css from './conversations.module.css';
import { InboxRow, useWords } from './inbox-row';
import { useMe, useNames } from './people';
import { useList } from './use-inbox';
import { useRows } from './use-rows';

/** As the style sheet has it; every row is this high, so that thousands need not be measured. */
const rowHeight = 84;
/** So many rows before its end the next page is asked for: a fast hand covers forty with each frame. */
const ahead = 240;

export function List({ view, open }: { view: View; open?: string }) {
  const { t } = useTranslation();
  const { items, loaded, loading, more, error } = useList(view);
  const retry = () => inbox.retry(view);
  const kind = view.text ? 'text' : view.q ? 'search' : (view.queue ?? 'mine');
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

const Rows = memo(function Rows({ view, open }: { view: View; open?: string }) {
  const { t } = useTranslation();
  const { items, more, loading } = useList(view);
  const { id: me } = useMe();
  const name = useNames();
  const labels = useQuery(labelsQuery).data;
  const bots = useQuery(botsQuery).data;
  const botNames = useMemo(() => new Map(bots && bots.length > 1 ? bots.map(({ id, name }) => [id, name]) : []), [bots]);
  const words = useWords();
  const minute = useMinute();
  const navigate = useNavigate();
  const search = useRouterState({ select: ({ location }) => location.searchStr });
  const box = useRef<HTMLDivElement>(null);
  // The row that the keyboard is at; it stays with its conversation, wherever that moves, and is always there to come back to.
  const [at, setAt] = useState<string>();
  const current = useMemo(() => {
    const place = (id: string | undefined) => (id === undefined ? -1 : items.findIndex((c) => c.id === id));
    const here = place(at);
    return here >= 0 ? here : place(open);
  }, [items, at, open]);
  const wanted = useRef<string>(undefined);
  const { drawn, top, last, toRow } = useRows(box, items, rowHeight, current);
  const reached = current >= 0 ? current : top; // by Tab

  useEffect(() => {
    if (more && !loading && last >= items.length - ahead) inbox.more(view);
  }, [more, loading, last, items.length, view]);

  // A row that scrolled into being takes the focus that was meant for it; an element that was given to another row gives its own up.
  const focused = useRef<string>(undefined);
  useLayoutEffect(() => {
    if (wanted.current !== undefined) {
      const row = box.current?.querySelector<HTMLElement>(`[data-conversation="${CSS.escape(wanted.current)}"]`);
      if (row) {
        focused.current = wanted.current; // its element may have the focus already, as another row
        wanted.current = undefined;
        return row.focus({ preventScroll: true });
      }
    }
    if (focused.current === undefined || !(document.activeElement instanceof HTMLElement)) return;
    const id = document.activeElement.dataset.conversation;
    if (id !== undefined && id !== focused.current) document.activeElement.blur();
  });

  const step = (by: number) => () => {
    const from = document.activeElement?.hasAttribute('data-conversation') || open === items[reached]?.id ? reached + by : reached;
    const index = Math.max(0, Math.min(items.length - 1, from));
    const next = items[index];
    if (!next) return;
    setAt(next.id);
    wanted.current = next.id;
    toRow(index);
  };
  useShortcuts({ next: step(1), previous: step(-1) });

  // One listener for all rows, for they come and go with each frame of a fast scroll.
  const hands = {
    onKeyDown: (event: KeyboardEvent) => {
      const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
      if (by === 0) return;
      event.preventDefault();
      step(by)();
    },
    onFocus: ({ target }: FocusEvent) => {
      focused.current = conversationAt(target);
      setAt(focused.current);
    },
    onBlur: () => {
      focused.current = undefined;
    },
    onClick: (event: MouseEvent) => {
      // A new tab or window is the browser's to open.
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
      const conversation = conversationAt(event.target);
      if (conversation === undefined) return;
      event.preventDefault();
      void navigate({ to: '/conversations/$conversation', params: { conversation }, search: (before) => before });
    },
    // To write out the exact time of each row would take longer than all else in it.
    onPointerOver: ({ target }: PointerEvent) => {
      if (target instanceof HTMLTimeElement) target.title = exact(new Date(target.dateTime));
    },
  };
  return (
    <div ref={box} className={css.scroll}>
      <ul className={css.rows} style={{ height: items.length * rowHeight }} aria-label={t('inbox.list')} {...hands}>
        {drawn.map(({ item, index, slot }) => (
          <li
            key={slot}
            style={{ top: index * rowHeight }}
            aria-setsize={more ? -1 : items.length}
            aria-posinset={index + 1}
          >
            <InboxRow
              conversation={item}
              search={search}
              open={item.id === open}
              minute={minute}
              words={words}
              me={me}
              assignee={name(item.agent?.id || item.assignee)}
              labels={item.labels.length > 0 ? labels : undefined}
              bot={botNames.get(item.bot)}
              tabIndex={index === reached ? 0 : -1}
            />
          </li>
        ))}
      </ul>
    </div>
  );
});

function conversationAt(target: EventTarget): string | undefined {
  return target instanceof Element ? target.closest<HTMLElement>('[data-conversation]')?.dataset.conversation : undefined;
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
