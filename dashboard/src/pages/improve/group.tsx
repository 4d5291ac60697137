import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { gapsChanged, settleGaps } from '../../api/improve';
import type { GapGroup, GapState } from '../../api/types';
import { toast } from '../../app/toasts';
import { count } from '../../i18n/format';
import { Badge } from '../../parts/badge';
import { DownIcon } from '../../parts/icons';
import { plain } from '../../parts/plain';
import { FormFailure } from '../../parts/states';
import { Ago } from '../../parts/time';
import { FixForm } from './fix-form';
import css from './improve.module.css';

/** Questions that ask for the same: who asked it, what was said, and what is to be said from now on. */
export function Group({ bot, group, state, may }: { bot: string; group: GapGroup; state: GapState; may: boolean }) {
  const { t } = useTranslation();
  const id = useId();
  const [opened, setOpened] = useState(false);
  const [answering, setAnswering] = useState(false);
  const settle = useSettle(bot, group);
  const { unanswered, disliked } = group.reasons;
  const about = <span className="hidden-visually"> {t('improve.about', { question: group.question })}</span>;
  return (
    <li className={css.group}>
      <div className={css.head}>
        <div className={css.words}>
          <h2 className={css.question} dir="auto">
            {group.question}
          </h2>
          <p className={css.facts}>
            {unanswered > 0 && <Badge tone="warning">{t('improve.unanswered', { count: unanswered, number: count(unanswered) })}</Badge>}
            {disliked > 0 && <Badge tone="danger">{t('improve.disliked', { count: disliked, number: count(disliked) })}</Badge>}
            <span className={css.note}>
              {t('improve.last')} <Ago at={group.last_at} />
            </span>
            <button type="button" className={css.unfold} aria-expanded={opened} aria-controls={id} onClick={() => setOpened(!opened)}>
              <DownIcon size={16} />
              {t('improve.asked', { count: group.count, number: count(group.count) })}
            </button>
          </p>
        </div>
        {may && !answering && (
          <div className={css.actions}>
            {state === 'open' ? (
              <>
                <Button size="sm" variant="light" onClick={() => setAnswering(true)}>
                  {t('improve.answer')}
                  {about}
                </Button>
                <Button size="sm" variant="default" loading={settle.isPending} onClick={() => settle.mutate({ from: state, to: 'dismissed' })}>
                  {t('improve.dismiss')}
                  {about}
                </Button>
              </>
            ) : (
              <Button size="sm" variant="default" loading={settle.isPending} onClick={() => settle.mutate({ from: state, to: 'open' })}>
                {t('improve.reopen')}
                {about}
              </Button>
            )}
          </div>
        )}
      </div>
      <FormFailure error={settle.error} />
      {answering && (
        <div className={css.draft}>
          {group.draft.answer && <p className={css.note}>{t('improve.drafted')}</p>}
          <FixForm bot={bot} draft={group.draft} places={group.places} close={() => setAnswering(false)} />
        </div>
      )}
      <div id={id} hidden={!opened}>
        {opened && <Questions group={group} />}
      </div>
    </li>
  );
}

function Questions({ group }: { group: GapGroup }) {
  const { t } = useTranslation();
  const more = group.count - group.questions.length;
  return (
    <>
      <ul className={css.asked}>
        {group.questions.map(({ conversation, seq, text, answer, at, reason }) => (
          <li key={`${conversation} ${seq}`}>
            <p className={css.said} dir="auto">
              “{text}”
            </p>
            <p className={css.note} dir="auto">
              {t('improve.said')} {plain(answer)}
            </p>
            <p className={css.note}>
              {t(`improve.reason.${reason}`)} · <Ago at={at} /> ·{' '}
              <Link to="/conversations/$conversation" params={{ conversation }}>
                {t('improve.look')}
              </Link>
            </p>
          </li>
        ))}
      </ul>
      {more > 0 && <p className={css.note}>{t('improve.andMore', { count: more, number: count(more) })}</p>}
    </>
  );
}

/** Moves a group to another list, with a way back. */
function useSettle(bot: string, group: GapGroup) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const move = async (to: GapState) => {
    await settleGaps(bot, group.places, to);
    await gapsChanged(client, bot);
  };
  return useMutation({
    mutationFn: ({ to }: { from: GapState; to: GapState }) => move(to),
    onSuccess: (_, { from, to }) =>
      toast({
        text: t(`improve.moved.${to}`),
        undo: () => void move(from).catch(() => toast({ text: t('failure.unknown'), tone: 'danger' })),
      }),
  });
}
