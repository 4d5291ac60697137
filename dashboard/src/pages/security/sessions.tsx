import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Session } from '../../api/types';
import { endOtherSessions, endSession, sessionsQuery } from '../../api/security';
import { toast } from '../../app/toasts';
import { Badge } from '../../parts/badge';
import { Confirm } from '../../parts/confirm';
import { Card } from '../../parts/page';
import { Failure, FormFailure, Loading } from '../../parts/states';
import { Ago } from '../../parts/time';
import css from './security.module.css';

/** Where a person is signed in, this browser first. */
export function SessionsCard() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const sessions = useQuery(sessionsQuery);
  const [asking, setAsking] = useState(false);
  const changed = () => client.invalidateQueries(sessionsQuery);
  const ending = useMutation({
    mutationFn: ({ id }: Session) => endSession(id),
    onSuccess: async () => {
      toast({ text: t('security.sessions.ended') });
      await changed();
    },
  });
  const endingOthers = useMutation({
    mutationFn: endOtherSessions,
    onSuccess: async () => {
      setAsking(false);
      toast({ text: t('security.sessions.othersEnded') });
      await changed();
    },
  });
  const ordered = sessions.data?.toSorted((a, b) => Number(b.current) - Number(a.current) || b.last_used_at.localeCompare(a.last_used_at)) ?? [];
  const others = ordered.filter(({ current }) => !current).length;

  return (
    <Card title={t('security.sessions.title')} note={t('security.sessions.note')}>
      {sessions.isPending ? (
        <Loading lines={2} />
      ) : sessions.isError ? (
        <Failure error={sessions.error} retry={() => void sessions.refetch()} />
      ) : (
        <ul className={css.sessions}>
          {ordered.map((session) => (
            <li key={session.id}>
              <div className={css.device}>
                <span className={css.browser}>
                  <bdi>{session.browser || t('security.sessions.unknown')}</bdi>
                  {session.current && <Badge tone="success">{t('security.sessions.here')}</Badge>}
                </span>
                <span className={css.dim}>
                  {session.address && (
                    <>
                      <bdi className="figures">{session.address}</bdi> ·{' '}
                    </>
                  )}
                  {t('security.sessions.used')} <Ago at={session.last_used_at} /> · {t('security.sessions.since')} <Ago at={session.created_at} />
                </span>
              </div>
              {!session.current && (
                <Button
                  variant="default"
                  size="xs"
                  loading={ending.isPending && ending.variables.id === session.id}
                  aria-label={t('security.sessions.endOf', { browser: session.browser || t('security.sessions.unknown') })}
                  onClick={() => ending.mutate(session)}
                >
                  {t('security.sessions.end')}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      <FormFailure error={ending.error} />
      {others > 0 && (
        <div className={css.actions}>
          <Button variant="default" onClick={() => setAsking(true)}>
            {t('security.sessions.endOthers')}
          </Button>
        </div>
      )}
      <Confirm
        opened={asking}
        title={t('security.sessions.othersTitle')}
        verb={t('security.sessions.endOthers')}
        busy={endingOthers.isPending}
        error={endingOthers.error}
        onConfirm={() => endingOthers.mutate()}
        onCancel={() => setAsking(false)}
      >
        {t('security.sessions.othersText', { count: others })}
      </Confirm>
    </Card>
  );
}
