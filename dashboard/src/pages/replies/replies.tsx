import { Button, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { addReply, deleteReply, repliesChanged, repliesQuery } from '../../api/replies';
import { asProblem } from '../../api/problem';
import type { NewReply, Reply } from '../../api/types';
import { toast } from '../../app/toasts';
import '../../i18n/people';
import { fitting } from '../../live/replies';
import { ChatIcon, PlusIcon, SearchIcon } from '../../parts/icons';
import { Page } from '../../parts/page';
import { LookOnly, useMay } from '../../parts/permission';
import { useProblemText } from '../../parts/problem-text';
import { Empty, Failure, FormFailure, Loading } from '../../parts/states';
import { Editor } from './editor';
import css from './replies.module.css';
import { useSuggestions } from './suggestions';

/** From so many replies on, one has to be found. */
const many = 8;

/** What people write again and again: a list, and the chosen one beside it. */
export default function Replies() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const may = useMay('take');
  const { open } = useSearch({ from: '/app/owner/replies' });
  const replies = useQuery(repliesQuery);
  const [typed, setTyped] = useState('');
  const suggestions = useSuggestions();
  const show = (id?: string) => navigate({ to: '/replies', search: { open: id } });

  const restoring = useMutation({
    mutationFn: addReply,
    onSuccess: async ({ shortcut }) => {
      toast({ text: t('replies.restored', { shortcut }) });
      await repliesChanged(client);
    },
  });
  const removing = useMutation({
    mutationFn: (reply: Reply) => deleteReply(reply.id),
    onSuccess: async (_, { shortcut, title, text }) => {
      toast({ text: t('replies.deleted', { shortcut }), undo: () => restoring.mutate({ shortcut, title, text }) });
      await show();
      await repliesChanged(client);
    },
  });
  const problem = useProblemText(removing.error ? asProblem(removing.error) : undefined);

  const all = replies.data ?? [];
  const chosen = all.find(({ id }) => id === open);
  const start = suggestions.find(({ shortcut }) => open === `new-${shortcut}`);
  const editing = may && (open === 'new' || start !== undefined || chosen !== undefined);
  const shown = typed.trim() === '' ? all : fitting(all, typed.trim());

  return (
    <Page
      title={t('replies.title')}
      state={all.length > 0 ? `${t('replies.count', { count: all.length })}. ${t('replies.hint')}` : undefined}
      action={
        may &&
        all.length > 0 && (
          <Button variant={editing ? 'default' : 'filled'} leftSection={<PlusIcon size={16} />} onClick={() => void show('new')}>
            {t('replies.new')}
          </Button>
        )
      }
    >
      {!may && <LookOnly what="replies" />}
      {(problem || restoring.error) && <FormFailure error={removing.error ?? restoring.error} />}
      {replies.isPending ? (
        <Loading />
      ) : replies.isError ? (
        <Failure error={replies.error} retry={() => void replies.refetch()} />
      ) : (
        <div className={css.columns} data-editing={editing}>
          {all.length === 0 ? (
            <Beginning suggestions={suggestions} may={may} />
          ) : (
            <div className={css.side}>
              {all.length >= many && (
                <TextInput
                  size="sm"
                  aria-label={t('replies.find')}
                  placeholder={t('replies.find')}
                  leftSection={<SearchIcon size={16} />}
                  value={typed}
                  onChange={({ currentTarget }) => setTyped(currentTarget.value)}
                />
              )}
              <ul className={css.list} aria-label={t('replies.list')}>
                {shown.map((reply) => (
                  <li key={reply.id}>{may ? <Row reply={reply} current={reply === chosen} /> : <div className={css.row}><Words reply={reply} /></div>}</li>
                ))}
              </ul>
              {shown.length === 0 && <p role="status">{t('replies.noneFits')}</p>}
            </div>
          )}
          {editing ? (
            <Editor key={open} reply={chosen} start={start} close={() => void show()} onDelete={(reply) => removing.mutate(reply)} />
          ) : (
            open !== undefined && may && all.length > 0 && <p role="status">{t('replies.missing')}</p>
          )}
        </div>
      )}
    </Page>
  );
}

function Row({ reply, current }: { reply: Reply; current: boolean }) {
  return (
    <Link to="/replies" search={{ open: reply.id }} className={css.row} aria-current={current || undefined}>
      <Words reply={reply} />
    </Link>
  );
}

function Words({ reply: { shortcut, title, text } }: { reply: NewReply & { title: string } }) {
  return (
    <>
      <span className={css.head}>
        <code>/{shortcut}</code>
        {title !== shortcut && (
          <span className={css.title}>
            <bdi>{title}</bdi>
          </span>
        )}
      </span>
      <span className={css.text} dir="auto">
        {text}
      </span>
    </>
  );
}

/** Nobody knows what to save at first: three that everybody needs. */
function Beginning({ suggestions, may }: { suggestions: (NewReply & { title: string })[]; may: boolean }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const adding = useMutation({
    mutationFn: async () => {
      for (const suggestion of suggestions) await addReply(suggestion);
    },
    onSettled: () => repliesChanged(client),
  });
  return (
    <div className={css.beginning}>
      <Empty
        icon={<ChatIcon />}
        title={t('replies.empty')}
        action={
          may && (
            <div className={css.actions}>
              <Button loading={adding.isPending} onClick={() => adding.mutate()}>
                {t('replies.addAll')}
              </Button>
              <Button variant="default" renderRoot={(props) => <Link to="/replies" search={{ open: 'new' }} {...props} />}>
                {t('replies.new')}
              </Button>
            </div>
          )
        }
      >
        {t('replies.emptyText')}
      </Empty>
      <FormFailure error={adding.error} />
      <ul className={css.suggestions}>
        {suggestions.map((suggestion) => (
          <li key={suggestion.shortcut} className={css.suggestion}>
            <Words reply={suggestion} />
            {may && (
              <Link to="/replies" search={{ open: `new-${suggestion.shortcut}` }}>
                {t('replies.start')}
                <span className="hidden-visually"> {suggestion.title}</span>
              </Link>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
