import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useNavigate, useParams } from '@tanstack/react-router';
import { useEffect, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { subscriptionQuery } from '../../api/plans';
import { useShortcuts } from '../../app/shortcuts';
import '../../i18n/inbox';
import { desk } from '../../live/desk';
import { type Queue, queues, searches } from '../../live/queues';
import { inbox } from '../../live/store';
import { AtIcon, BanIcon, BotIcon, CheckIcon, ChatIcon, ClockIcon, InboxIcon, PeopleIcon, PersonIcon, QuestionIcon } from '../../parts/icons';
import { Empty } from '../../parts/states';
import { useTitle } from '../../parts/use-title';
import { serves } from '../plan/standing';
import { firstQueue } from './address';
import css from './conversations.module.css';
import { List } from './list';
import { Search } from './search';
import { useCounts } from './use-inbox';
import { useView } from './use-view';

const icons: Record<Queue, typeof ChatIcon> = {
  mine: PersonIcon,
  waiting: ClockIcon,
  unassigned: QuestionIcon,
  team: PeopleIcon,
  bot: BotIcon,
  closed: CheckIcon,
  snoozed: ClockIcon,
  mentions: AtIcon,
  spam: BanIcon,
};
const daily = queues.slice(0, 6);
const rest = queues.slice(6);

/** The inbox: queues, a list, and beside them the conversation that is open. */
export default function Conversations() {
  const { t } = useTranslation();
  const view = useView();
  const navigate = useNavigate();
  const { conversation: open } = useParams({ strict: false });
  useTitle(searches(view) ? t('inbox.results') : view.queue ? `${t(`inbox.queue.${view.queue}`)} · ${t('inbox.title')}` : t('inbox.title'));
  useFirstQueue(view.queue === undefined && !searches(view));

  const go = (queue: Queue) => () => void navigate({ to: '/conversations', search: { queue } });
  useShortcuts({ mine: go('mine'), waiting: go('waiting'), unassigned: go('unassigned'), bot: go('bot'), closed: go('closed') });

  return (
    <div className={css.inbox} data-open={open !== undefined}>
      <h1 className="hidden-visually">{t('inbox.title')}</h1>
      <Queues chosen={view.queue} />
      <section className={css.list} aria-label={t('inbox.list')}>
        <Search view={view} />
        <Away />
        <Resting />
        {(view.queue || searches(view)) && <List view={view} open={open} />}
      </section>
      <div className={css.beside}>
        <Outlet />
      </div>
    </div>
  );
}

/** Names a queue in the address of who named none, once it is known what there is now: what is held may be a moment old. */
function useFirstQueue(needed: boolean): void {
  const navigate = useNavigate();
  useEffect(() => {
    if (!needed) return;
    let wanted = true;
    void inbox.readCounts().then(() => {
      if (wanted) void navigate({ to: '.', search: (search) => ({ ...search, queue: firstQueue(inbox.counts()) }), replace: true });
    });
    return () => {
      wanted = false;
    };
  }, [needed, navigate]);
}

function Queues({ chosen }: { chosen?: Queue }) {
  const { t } = useTranslation();
  const counts = useCounts();
  const item = (queue: Queue) => <QueueLink key={queue} queue={queue} chosen={queue === chosen} count={counts?.[queue]} />;
  return (
    <nav className={css.queues} aria-label={t('inbox.queues')}>
      <ul>{daily.map(item)}</ul>
      <p className={css.divider}>{t('inbox.more')}</p>
      <ul>{rest.map(item)}</ul>
    </nav>
  );
}

function QueueLink({ queue, chosen, count }: { queue: Queue; chosen: boolean; count?: number }) {
  const { t } = useTranslation();
  const Icon = icons[queue];
  return (
    <li>
      <Link
        to="/conversations"
        search={{ queue }}
        className={css.queue}
        activeOptions={{ exact: true, includeSearch: true }}
        aria-current={chosen ? 'page' : undefined}
        data-urgent={(queue === 'waiting' || queue === 'unassigned') && (count ?? 0) > 0}
      >
        <Icon size={16} />
        <span>{t(`inbox.queue.${queue}`)}</span>
        {count ? <span className={css.count}>{count >= 1000 ? '999+' : count}</span> : null}
      </Link>
    </li>
  );
}

function Away() {
  const { t } = useTranslation();
  const away = useSyncExternalStore(desk.onConnection, desk.seemingly) === 'away';
  return (
    <div role="status">{away && <p className={css.away}>{t('inbox.polling')}</p>}</div>
  );
}

/** Agents wonder why nobody writes. */
function Resting() {
  const { t } = useTranslation();
  const has = useQuery(subscriptionQuery).data;
  return <div role="status">{has && !serves(has) && <p className={css.resting}>{t('inbox.resting')}</p>}</div>;
}

/** Beside the list while no conversation is chosen. */
export function NothingChosen() {
  const { t } = useTranslation();
  return (
    <div className={css.nothing}>
      <Empty icon={<InboxIcon />} title={t('inbox.choose')}>
        {t('inbox.chooseText')}
      </Empty>
    </div>
  );
}
