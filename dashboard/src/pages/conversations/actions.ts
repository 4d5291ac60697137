import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { toast } from '../../app/toasts';
import { activitiesQuery, assign, sendTranscript, setStatus, type Triage, triage } from '../../api/inbox';
import { asProblem } from '../../api/problem';
import type { Conversation } from '../../api/types';
import { moment } from '../../i18n/format';
import { inbox } from '../../live/store';
import { useMe, useNames } from './people';

interface Order {
  do: () => Promise<void>;
  said: string;
  /** What is shown until the server has answered. */
  meanwhile?: Partial<Conversation>;
  undo?: () => Promise<void>;
  /** Once it is done. */
  then?: () => void;
}

/** Codes that mean: another agent has it. */
const held = new Set(['taken', 'not_yours']);

/** What an agent does with a conversation beside writing in it. Each says what it did, and how to take it back. */
export function useActions(c: Conversation) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { id: me } = useMe();
  const name = useNames();
  // Somebody else has it; kept until the conversation changes hands.
  const [conflict, setConflict] = useState<{ text: string; agent: string }>();

  const order = useMutation({
    mutationFn: async ({ do: act, meanwhile }: Order) => {
      const rollback = meanwhile ? inbox.change(c.id, meanwhile) : undefined;
      try {
        await act();
      } catch (error) {
        rollback?.();
        throw error;
      }
      await inbox.refresh(c.id).catch(() => undefined);
      void client.invalidateQueries({ queryKey: activitiesQuery(c.id).queryKey });
    },
    onSuccess: (_, { said, undo, then }) => {
      setConflict(undefined);
      toast({ text: said, undo: undo && (() => order.mutate({ do: undo, said: t('inbox.done.undone') })) });
      then?.();
    },
    onError: (error) => {
      const problem = asProblem(error);
      if (held.has(problem.code)) setConflict({ text: problem.message, agent: c.agent?.id ?? '' });
      else toast({ text: problemText(problem) || t('failure.unknown'), tone: 'danger' });
    },
  });
  const problemText = (problem: ReturnType<typeof asProblem>) => (problem.unreachable ? t('failure.unreachable') : problem.message);

  /** Brings it back to who had it. */
  const back = async () => {
    if (c.status === 'agent') await assign(c.id, c.agent?.id === me ? {} : { agent: c.agent?.id });
    else if (c.status === 'waiting' && c.assignee) await assign(c.id, { agent: c.assignee });
    else await setStatus(c.id, c.status);
  };
  const sort = (change: Triage, before: Triage, said: string) =>
    order.mutate({
      do: () => triage(c.id, change),
      undo: () => triage(c.id, before),
      said,
      meanwhile: { ...change, snoozed_until: change.snoozed_until === null ? undefined : (change.snoozed_until ?? c.snoozed_until) },
    });

  return {
    busy: order.isPending,
    conflict: conflict && conflict.agent === (c.agent?.id ?? '') ? conflict.text : undefined,
    take: (force: boolean, then?: () => void) =>
      order.mutate({ do: () => assign(c.id, force ? { force } : {}), undo: back, said: t('inbox.done.take'), then }),
    assign: (agent: string) =>
      order.mutate({ do: () => assign(c.id, { agent }), undo: back, said: t('inbox.done.assign', { agent: name(agent) }) }),
    release: (then?: () => void) => order.mutate({ do: () => setStatus(c.id, 'bot'), undo: back, said: t('inbox.done.release'), then }),
    requeue: (then?: () => void) => order.mutate({ do: () => setStatus(c.id, 'waiting'), undo: back, said: t('inbox.done.requeue'), then }),
    close: (then?: () => void) => order.mutate({ do: () => setStatus(c.id, 'closed'), undo: back, said: t('inbox.done.close'), then }),
    snooze: (until: Date | undefined) =>
      sort(
        { snoozed_until: until?.toISOString() ?? null },
        { snoozed_until: c.snoozed_until ?? null },
        until ? t('inbox.done.snooze', { time: moment(until) }) : t('inbox.done.unsnooze'),
      ),
    spam: (spam: boolean) => sort({ spam }, { spam: !spam }, t(spam ? 'inbox.done.spam' : 'inbox.done.notSpam')),
    block: (blocked: boolean) => sort({ blocked }, { blocked: !blocked }, t(blocked ? 'inbox.done.block' : 'inbox.done.unblock')),
    /** Labels tell by themselves what was done. */
    label: (labels: string[]) => {
      const rollback = inbox.change(c.id, { labels });
      triage(c.id, { labels })
        .then(() => client.invalidateQueries({ queryKey: activitiesQuery(c.id).queryKey }))
        .catch((error: unknown) => {
          rollback();
          toast({ text: problemText(asProblem(error)) || t('failure.unknown'), tone: 'danger' });
        });
    },
    transcript: (email: string) => order.mutate({ do: () => sendTranscript(c.id, email), said: t('inbox.done.transcript', { email }) }),
  };
}

export type Actions = ReturnType<typeof useActions>;
