import { Button, NativeSelect } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { meQuery } from '../../api/account';
import { handOver } from '../../api/business';
import { teamChanged } from '../../api/members';
import { asProblem } from '../../api/problem';
import { renewSession } from '../../api/session';
import type { Me, Member } from '../../api/types';
import { toast } from '../../app/toasts';
import { ConfirmForm } from '../../parts/confirm-form';
import { OwnPassword } from '../../parts/new-password';
import { Card } from '../../parts/page';
import css from './team.module.css';

/** An owner gives the business to a colleague, and becomes an admin. */
export function HandOver({ me, members }: { me: Me; members: Member[] }) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const others = members.filter(({ id }) => id !== me.user.id);
  if (others.length === 0) return null;
  return (
    <Card title={t('team.handOver.title')} note={t('team.handOver.note')}>
      <div className={css.actions}>
        <Button variant="default" onClick={() => setAsking(true)}>
          {t('team.handOver.open')}
        </Button>
      </div>
      {asking && <Ask others={others} business={me.tenant.name} close={() => setAsking(false)} />}
    </Card>
  );
}

interface Form {
  user: string;
  password: string;
}

function Ask({ others, business, close }: { others: Member[]; business: string; close: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { register, handleSubmit } = useForm<Form>({ defaultValues: { user: others[0]?.id ?? '', password: '' } });
  const handing = useMutation({
    mutationFn: ({ user, password }: Form) => handOver(user, password),
    onSuccess: async (_, { user }) => {
      toast({ text: t('team.handOver.done', { name: others.find(({ id }) => id === user)?.name, business }) });
      close();
      // A session bears the role.
      await renewSession();
      await Promise.all([client.invalidateQueries(meQuery), teamChanged(client)]);
    },
  });
  const problem = handing.error ? asProblem(handing.error) : undefined;
  const wrong = problem?.code === 'password_wrong' ? problem.message : undefined;
  return (
    <ConfirmForm
      title={t('team.handOver.ask', { business })}
      text={t('team.handOver.text')}
      verb={t('team.handOver.verb')}
      busy={handing.isPending}
      error={wrong ? null : handing.error}
      onSubmit={handleSubmit((values) => handing.mutate(values))}
      close={close}
    >
      <NativeSelect
        size="md"
        label={t('team.handOver.to')}
        data={others.map(({ id, name, email }) => ({ value: id, label: `${name} (${email})` }))}
        data-autofocus
        {...register('user')}
      />
      <OwnPassword error={wrong} {...register('password')} />
    </ConfirmForm>
  );
}
