import { ActionIcon, Button, NativeSelect, Popover, SegmentedControl, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useShortcuts } from '../../app/shortcuts';
import { botsQuery } from '../../api/bots';
import { labelsQuery } from '../../api/inbox';
import type { View } from '../../live/queues';
import { CloseIcon, FilterIcon, SearchIcon } from '../../parts/icons';
import css from './conversations.module.css';

/** Who it is, or what was said. */
type Where = 'q' | 'text';

/** Between two key strokes; then it is looked for. */
const pause = 250;

/** Looks for conversations by who it is or by what was said, and narrows a list by label, bot and date. */
export function Search({ view }: { view: View }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const field = useRef<HTMLInputElement>(null);
  const wanted = view.text ?? view.q ?? '';
  const [where, setWhere] = useState<Where>(view.text === undefined ? 'q' : 'text');
  const [text, setText] = useState(wanted);
  useShortcuts({ search: () => field.current?.focus() });

  // The address decides, except while somebody writes.
  useEffect(() => {
    if (document.activeElement !== field.current) setText(wanted);
  }, [wanted]);
  const look = useCallback(
    (typed: string, where: Where) => {
      const words = typed.trim() || undefined;
      void navigate({ to: '.', search: (search) => ({ ...search, q: undefined, text: undefined, [where]: words }), replace: true });
    },
    [navigate],
  );
  useEffect(() => {
    if (text.trim() === wanted || document.activeElement !== field.current) return;
    const timer = setTimeout(() => look(text, where), pause);
    return () => clearTimeout(timer);
  }, [text, where, wanted, look]);

  const clear = () => {
    setText('');
    look('', where);
    field.current?.focus();
  };
  return (
    <div className={css.search} role="search">
      <TextInput
        ref={field}
        size="sm"
        className={css.field}
        type="search"
        aria-label={t('inbox.search')}
        placeholder={t('inbox.search')}
        leftSection={<SearchIcon size={16} />}
        rightSection={
          text && (
            <ActionIcon variant="subtle" color="gray" size="sm" aria-label={t('inbox.clear')} onClick={clear}>
              <CloseIcon size={14} />
            </ActionIcon>
          )
        }
        value={text}
        maxLength={200}
        onChange={({ currentTarget }) => setText(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.preventDefault();
          if (text) clear();
          else field.current?.blur();
        }}
      />
      <Filters view={view} />
      {text.trim() !== '' && (
        <SegmentedControl
          className={css.where}
          size="xs"
          fullWidth
          aria-label={t('inbox.where')}
          value={where}
          onChange={(chosen) => {
            setWhere(chosen as Where);
            look(text, chosen as Where);
          }}
          data={[
            { value: 'q', label: t('inbox.people') },
            { value: 'text', label: t('inbox.messages') },
          ]}
        />
      )}
    </div>
  );
}

function Filters({ view }: { view: View }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const labels = useQuery(labelsQuery).data ?? [];
  const bots = useQuery(botsQuery).data ?? [];
  const on = [view.label, view.bot, view.since, view.until].filter(Boolean).length;
  const narrow = (change: Partial<View>) => void navigate({ to: '.', search: (search) => ({ ...search, ...change }), replace: true });
  const chosen = (value: string) => value || undefined;
  return (
    <Popover position="bottom-end" width={280} shadow="md" trapFocus returnFocus withinPortal={false}>
      <Popover.Target>
        <ActionIcon
          variant={on > 0 ? 'light' : 'default'}
          size={36}
          className={css.filterButton}
          aria-label={on > 0 ? t('inbox.filtersOn', { count: on }) : t('inbox.filters')}
        >
          <FilterIcon size={18} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown className={css.filters} aria-label={t('inbox.filters')}>
        <NativeSelect
          size="sm"
          label={t('inbox.label')}
          value={view.label ?? ''}
          onChange={({ currentTarget }) => narrow({ label: chosen(currentTarget.value) })}
          data={[{ value: '', label: t('inbox.anyLabel') }, ...labels.map(({ id, name }) => ({ value: id, label: name }))]}
        />
        <NativeSelect
          size="sm"
          label={t('inbox.bot')}
          value={view.bot ?? ''}
          onChange={({ currentTarget }) => narrow({ bot: chosen(currentTarget.value) })}
          data={[{ value: '', label: t('inbox.anyBot') }, ...bots.map(({ id, name }) => ({ value: id, label: name }))]}
        />
        <div className={css.days}>
          <TextInput
            type="date"
            size="sm"
            label={t('inbox.since')}
            value={view.since ?? ''}
            max={view.until}
            onChange={({ currentTarget }) => narrow({ since: chosen(currentTarget.value) })}
          />
          <TextInput
            type="date"
            size="sm"
            label={t('inbox.until')}
            value={view.until ?? ''}
            min={view.since}
            onChange={({ currentTarget }) => narrow({ until: chosen(currentTarget.value) })}
          />
        </div>
        <Button
          variant="default"
          disabled={on === 0}
          onClick={() => narrow({ label: undefined, bot: undefined, since: undefined, until: undefined })}
        >
          {t('inbox.clearFilters')}
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}
