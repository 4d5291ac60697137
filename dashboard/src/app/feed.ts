import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { meQuery } from '../api/account';
import type { Conversation } from '../api/types';
import { type Alert, alertOf } from '../live/alerts';
import { notify, ring } from '../live/chimes';
import { desk } from '../live/desk';
import { isUnread, type View } from '../live/queues';
import { inbox, outbox } from '../live/store';
import { setBadge } from '../parts/use-title';

/** While nothing is announced: how often lists are read again. */
const pollEvery = 5000;
const mine: View = { queue: 'mine' };

/** Keeps the inbox and the outbox going on every page, and calls whoever looks elsewhere. */
export function useFeed(): void {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const me = useQuery(meQuery).data?.user.id;
  const live = useSyncExternalStore(desk.onConnection, desk.state) === 'live';

  useEffect(() => {
    desk.start();
    window.addEventListener('online', desk.wake);
    return () => {
      window.removeEventListener('online', desk.wake);
      desk.stop();
    };
  }, []);

  useEffect(() => {
    if (!me) return;
    inbox.begin(me);
    outbox.begin(me);
    const leaveMine = inbox.open(mine);
    const call = (alert: Alert, c: Conversation | undefined, id: string, text: string) => {
      ring(alert);
      notify(t(`alert.${alert}`, { name: c?.contact?.name || t('conversations.visitor') }), text, id, () =>
        void navigate({ to: '/conversations/$conversation', params: { conversation: id } }),
      );
    };
    const leave = desk.onInbox({
      changed: (id, summary) => {
        if (id === '') return inbox.resync();
        const before = inbox.get(id);
        inbox.summary(id, summary);
        const after = inbox.get(id) ?? summary;
        const alert = after && alertOf(before, after, me, Date.now(), isLookedAt(id));
        if (after && alert) call(alert, after, id, after.preview);
      },
      mentioned: (id, note) => {
        inbox.mentioned(id);
        if (!isLookedAt(id)) call('mention', inbox.get(id), id, note.text);
      },
    });
    return () => {
      leave();
      leaveMine();
    };
  }, [me, navigate, t]);

  useEffect(() => {
    if (live) return outbox.flush();
    if (!me) return;
    const timer = setInterval(() => inbox.resync(), pollEvery);
    return () => clearInterval(timer);
  }, [live, me]);

  const calls = useSyncExternalStore(inbox.subscribe, () => {
    const unread = me ? inbox.list(mine).items.filter((c) => isUnread(c, me)).length : 0;
    return unread + (inbox.counts()?.unassigned ?? 0);
  });
  useEffect(() => setBadge(calls), [calls]);
}

function isLookedAt(conversation: string): boolean {
  return document.visibilityState === 'visible' && window.location.pathname.endsWith(`/${conversation}`);
}
