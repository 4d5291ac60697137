import { Button, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { meQuery } from '../../api/account';
import { erasureQuery, eraseTenant } from '../../api/business';
import { asProblem } from '../../api/problem';
import { ConfirmForm } from '../../parts/confirm-form';
import { OwnPassword } from '../../parts/new-password';
import { Card } from '../../parts/page';

/** The end of a business. It can be undone for a week: see app/notices. */
export function EraseCard() {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  const tenant = useQuery(meQuery).data?.tenant;
  const erased = useQuery(erasureQuery).data;
  if (!tenant || erased) return null;
  return (
    <Card title={t('privacy.erase')} note={t('privacy.eraseNote', { name: tenant.name })}>
      <div>
        <Button variant="light" color="danger" onClick={() => setAsking(true)}>
          {t('privacy.eraseOpen', { name: tenant.name })}
        </Button>
      </div>
      {asking && <Erase name={tenant.name} close={() => setAsking(false)} />}
    </Card>
  );
}

function Erase({ name, close }: { name: string; close: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { register, handleSubmit } = useForm({ defaultValues: { typed: '', password: '' } });
  const erasing = useMutation({
    mutationFn: ({ typed, password }: { typed: string; password: string }) => eraseTenant(typed.trim(), password),
    onSuccess: async () => {
      await client.invalidateQueries(erasureQuery);
      close();
    },
  });
  const problem = erasing.error ? asProblem(erasing.error) : undefined;
  const atPassword = problem?.code === 'password_wrong' ? problem.message : undefined;
  const atName = problem && /name/.test(problem.code) ? problem.message : undefined;
  return (
    <ConfirmForm
      title={t('privacy.eraseTitle', { name })}
      text={t('privacy.eraseText')}
      verb={t('privacy.eraseVerb')}
      busy={erasing.isPending}
      error={atPassword || atName ? null : erasing.error}
      onSubmit={handleSubmit((values) => erasing.mutate(values))}
      close={close}
    >
      <TextInput label={t('privacy.eraseName', { name })} autoComplete="off" required withAsterisk={false} data-autofocus error={atName} {...register('typed')} />
      <OwnPassword error={atPassword} {...register('password')} />
    </ConfirmForm>
  );
}
