import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { botsQuery } from '../api/bots';
import { labelsQuery, pageOf } from '../api/inbox';
import '../i18n/business';
import '../i18n/inbox';
import '../i18n/security';
import { Dialog } from '../parts/dialog';
import { BotIcon, ChatIcon, CheckIcon, GearIcon, HomeIcon, InboxIcon, LabelIcon, PeopleIcon, PersonIcon, SearchIcon } from '../parts/icons';
import { useSettingsTabs } from '../pages/business/tabs';
import { plain } from '../parts/plain';
import { type Command, keys } from './keys';
import { ranked } from './palette-rank';
import css from './palette.module.css';
import { has, run } from './shortcuts';

interface Item {
  id: string;
  name: string;
  note?: string;
  icon: ReactNode;
  open: () => void;
}

/** Of each kind so many are shown. */
const most = 6;
const acting: Command[] = ['take', 'release', 'assign', 'snooze', 'close', 'reply', 'note', 'undo', 'search', 'help'];
const queues = ['mine', 'waiting', 'unassigned', 'team', 'bot', 'closed', 'snoozed', 'mentions', 'spam'] as const;

/** Finds conversations, actions and pages by what is typed. */
export default function Palette({ close }: { close: () => void }) {
  const { t } = useTranslation();
  const id = useId();
  const [typed, setTyped] = useState('');
  const [at, setAt] = useState(0);
  const groups = useGroups(typed);
  const items = groups.flatMap((group) => group.items);
  const current = Math.min(at, Math.max(0, items.length - 1));

  const choose = (item: Item | undefined) => {
    if (!item) return;
    close();
    // Once the dialog has given the focus back: what is opened may want it.
    setTimeout(item.open);
  };
  const step = (by: number) => {
    if (items.length === 0) return;
    const next = (current + by + items.length) % items.length;
    setAt(next);
    document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: 'nearest' });
  };

  let index = -1;
  return (
    <Dialog opened bare close={close} size={560} title={t('palette.label')}>
      <div className={css.field}>
        <SearchIcon />
        <input
          className={css.input}
          role="combobox"
          aria-label={t('palette.label')}
          aria-expanded={items.length > 0}
          aria-controls={id}
          aria-activedescendant={items.length > 0 ? `${id}-${current}` : undefined}
          aria-autocomplete="list"
          placeholder={t('palette.placeholder')}
          value={typed}
          maxLength={200}
          data-autofocus
          onChange={({ currentTarget }) => {
            setTyped(currentTarget.value);
            setAt(0);
          }}
          onKeyDown={(event) => {
            if (event.nativeEvent.isComposing) return;
            if (event.key === 'ArrowDown') step(1);
            else if (event.key === 'ArrowUp') step(-1);
            else if (event.key === 'Enter') choose(items[current]);
            else return;
            event.preventDefault();
          }}
        />
      </div>
      <div id={id} role="listbox" aria-label={t('palette.label')} className={css.list}>
        {groups.map(
          (group) =>
            group.items.length > 0 && (
              <div key={group.name} role="group" aria-label={group.name}>
                <p className={css.group} aria-hidden="true">
                  {group.name}
                </p>
                {group.items.map((item) => {
                  const own = ++index;
                  return (
                    <div
                      key={item.id}
                      id={`${id}-${own}`}
                      role="option"
                      aria-selected={own === current}
                      className={css.item}
                      onMouseMove={() => setAt(own)}
                      onClick={() => choose(item)}
                    >
                      {item.icon}
                      <span className={css.name} dir="auto">
                        {item.name}
                      </span>
                      {item.note && (
                        <span className={css.note} dir="auto">
                          {item.note}
                        </span>
                      )}
                    </div>
                  );
                })}
              </div>
            ),
        )}
      </div>
      <p className={css.nothing} role="status">
        {items.length === 0 && t('palette.nothing')}
      </p>
    </Dialog>
  );
}

function useGroups(typed: string): { name: string; items: Item[] }[] {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const q = typed.trim();
  const [asked] = useDebouncedValue(q, 200);
  const found = useQuery({
    queryKey: ['palette', asked],
    queryFn: () => pageOf({ q: asked }, '', most),
    enabled: asked.length > 1,
    staleTime: 5000,
  });
  const settings = useSettingsTabs();
  const labels = useQuery(labelsQuery).data ?? [];
  const bots = useQuery(botsQuery).data ?? [];

  const conversations = (asked === q && found.data?.items ? found.data.items : []).map((c): Item => ({
    id: c.id,
    name: c.contact.name || c.contact.email || t('conversations.visitor'),
    note: plain(c.preview),
    icon: <ChatIcon size={16} />,
    open: () => void navigate({ to: '/conversations/$conversation', params: { conversation: c.id }, search: (search) => search }),
  }));
  const actions = acting.filter(has).map((command): Item => ({
    id: command,
    name: t(`shortcuts.command.${command}`),
    note: keys[command].toUpperCase(),
    icon: <CheckIcon size={16} />,
    open: () => void run(command),
  }));
  const pages: Item[] = [
    { id: 'home', name: t('nav.home'), icon: <HomeIcon size={16} />, open: () => void navigate({ to: '/' }) },
    { id: 'bots', name: t('nav.bots'), icon: <BotIcon size={16} />, open: () => void navigate({ to: '/bots' }) },
    { id: 'team', name: t('nav.team'), icon: <PeopleIcon size={16} />, open: () => void navigate({ to: '/team' }) },
    { id: 'replies', name: t('nav.replies'), icon: <ChatIcon size={16} />, open: () => void navigate({ to: '/replies' }) },
    { id: 'labels', name: t('nav.labels'), icon: <LabelIcon size={16} />, open: () => void navigate({ to: '/labels' }) },
    ...settings.map(
      (tab): Item => ({
        id: `settings-${tab}`,
        name: `${t('nav.settings')}: ${t(`business.tab.${tab}`)}`,
        icon: <GearIcon size={16} />,
        open: () => void navigate({ to: `/settings/${tab}` }),
      }),
    ),
    { id: 'security', name: t('security.title'), icon: <PersonIcon size={16} />, open: () => void navigate({ to: '/profile/security' }) },
    { id: 'profile', name: t('account.profile'), icon: <PersonIcon size={16} />, open: () => void navigate({ to: '/profile' }) },
    ...queues.map(
      (queue): Item => ({
        id: `queue-${queue}`,
        name: `${t('inbox.title')}: ${t(`inbox.queue.${queue}`)}`,
        icon: <InboxIcon size={16} />,
        open: () => void navigate({ to: '/conversations', search: { queue } }),
      }),
    ),
    ...bots.map(
      (bot): Item => ({
        id: bot.id,
        name: bot.name,
        note: t('nav.bots'),
        icon: <BotIcon size={16} />,
        open: () => void navigate({ to: '/bots/$bot', params: { bot: bot.id } }),
      }),
    ),
  ];
  const labelled = labels.map(
    (label): Item => ({
      id: label.id,
      name: label.name,
      icon: <LabelIcon size={16} />,
      open: () => void navigate({ to: '/conversations', search: { q: undefined, queue: 'team', label: label.id } }),
    }),
  );
  return [
    { name: t('palette.conversations'), items: conversations },
    { name: t('palette.actions'), items: ranked(q, actions).slice(0, most + 4) },
    { name: t('palette.labels'), items: q === '' ? [] : ranked(q, labelled).slice(0, most) },
    { name: t('palette.pages'), items: ranked(q, pages).slice(0, most) },
  ];
}
