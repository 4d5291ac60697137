import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { invitationsQuery, teamChanged, withdraw } from '../../api/members';
import { asProblem } from '../../api/problem';
import type { Invitation } from '../../api/types';
import { toast } from '../../app/toasts';
import { exact, moment } from '../../i18n/format';
import { Badge } from '../../parts/badge';
import { Card } from '../../parts/page';
import { Failure } from '../../parts/states';
import { useProblemText } from '../../parts/problem-text';
import css from './team.module.css';

/** Those that wait to be accepted. Nothing while there are none. */
export function Invitations() {
  const { t } = useTranslation();
  const invitations = useQuery(invitationsQuery);
  if (invitations.isPending) return null;
  if (invitations.isError) return <Failure error={invitations.error} retry={() => void invitations.refetch()} />;
  if (invitations.data.length === 0) return null;
  return (
    <Card title={t('team.pending.title')} note={t('team.pending.note')}>
      <ul className={css.pending}>
        {invitations.data.map((invitation) => (
          <Row key={invitation.id} invitation={invitation} />
        ))}
      </ul>
    </Card>
  );
}

function Row({ invitation: { id, email, role, expires_at: expires } }: { invitation: Invitation }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const withdrawing = useMutation({
    mutationFn: () => withdraw(id),
    onSuccess: async () => {
      toast({ text: t('team.pending.gone', { email }) });
      await teamChanged(client);
    },
  });
  const problem = useProblemText(withdrawing.error ? asProblem(withdrawing.error) : undefined);
  const until = new Date(expires);
  return (
    <li>
      <span className={css.address} title={email}>
        {email}
      </span>
      <Badge>{t(`team.role.${role}`)}</Badge>
      <time className={css.when} dateTime={expires} title={exact(until)}>
        {until > new Date() ? t('team.pending.until', { time: moment(until) }) : t('team.pending.over')}
      </time>
      <Button
        variant="default"
        size="xs"
        loading={withdrawing.isPending}
        aria-label={t('team.pending.withdrawOf', { email })}
        onClick={() => withdrawing.mutate()}
      >
        {t('team.pending.withdraw')}
      </Button>
      {problem && (
        <p className={css.error} role="alert">
          {problem}
        </p>
      )}
    </li>
  );
}
