import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { asProblem } from '../../api/problem';
import { eraseMe } from '../../api/security';
import { ConfirmForm } from '../../parts/confirm-form';
import { OwnPassword } from '../../parts/new-password';
import { Card } from '../../parts/page';
import css from './profile.module.css';

/** What is kept about a person, to take away or to have erased. */
export function DataCard({ email }: { email: string }) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  return (
    <Card title={t('profile.data')} note={t('profile.dataNote')}>
      <div className={css.actions}>
        <Button component="a" href="/api/v1/me/export" download variant="default">
          {t('profile.download')}
        </Button>
        <Button variant="light" color="danger" onClick={() => setAsking(true)}>
          {t('profile.erase.open')}
        </Button>
      </div>
      {asking && <EraseMe email={email} close={() => setAsking(false)} />}
    </Card>
  );
}

function EraseMe({ email, close }: { email: string; close: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { register, handleSubmit } = useForm({ defaultValues: { password: '' } });
  const erasing = useMutation({
    mutationFn: ({ password }: { password: string }) => eraseMe(password),
    onSuccess: async () => {
      client.clear();
      await navigate({ to: '/sign-in', search: { done: 'erased' } });
    },
  });
  const problem = erasing.error ? asProblem(erasing.error) : undefined;
  const wrong = problem?.code === 'password_wrong' ? problem.message : undefined;
  return (
    <ConfirmForm
      title={t('profile.erase.title', { email })}
      text={t('profile.erase.text')}
      verb={t('profile.erase.verb')}
      busy={erasing.isPending}
      error={wrong ? null : erasing.error}
      onSubmit={handleSubmit((values) => erasing.mutate(values))}
      close={close}
    >
      <OwnPassword data-autofocus error={wrong} {...register('password')} />
    </ConfirmForm>
  );
}
