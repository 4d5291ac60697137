import { Button, Switch, TextInput } from '@mantine/core';
import { useMutation, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { useEffect, useState, useSyncExternalStore } from 'react';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { meQuery, rename, setAvailable } from '../../api/account';
import { membersQuery } from '../../api/members';
import { asProblem } from '../../api/problem';
import { useSignOut } from '../../app/use-sign-out';
import '../../i18n/security';
import { desk } from '../../live/desk';
import { SignOutIcon } from '../../parts/icons';
import { Card, Page } from '../../parts/page';
import { LeaveGuard, SaveButton, useSaveState } from '../../parts/save';
import { FormFailure } from '../../parts/states';
import { DataCard } from './data-card';
import { EmailCard } from './email-card';
import css from './profile.module.css';

/** What each person decides for themselves. */
export default function Profile() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const me = useSuspenseQuery(meQuery).data;
  const signOut = useSignOut();
  const { register, handleSubmit, formState, reset } = useForm({ defaultValues: { name: me.user.name } });
  const saving = useMutation({
    mutationFn: ({ name }: { name: string }) => rename(name.trim()),
    onSuccess: async (_, { name }) => {
      reset({ name: name.trim() });
      await Promise.all([client.invalidateQueries(meQuery), client.invalidateQueries(membersQuery)]);
    },
  });
  const problem = saving.error ? asProblem(saving.error) : undefined;
  const atName = problem?.code === 'name_invalid' ? problem.message : undefined;
  const state = useSaveState({ dirty: formState.isDirty, saved: saving.isSuccess });

  return (
    <Page title={t('profile.title')} state={state} action={<SaveButton form="profile" busy={saving.isPending} />}>
      <LeaveGuard dirty={formState.isDirty && !saving.isPending} />
      <div className={css.column}>
        <form id="profile" onSubmit={handleSubmit((values) => saving.mutate(values))}>
          <Card title={t('profile.you')}>
            <TextInput
              label={t('profile.name')}
              description={t('profile.nameHint')}
              autoComplete="name"
              required
              withAsterisk={false}
              maxLength={80}
              dir="auto"
              error={atName}
              {...register('name')}
            />
            <p>
              <span className={css.label}>{t('profile.role')}</span> {t(`team.role.${me.role}`)}
            </p>
            {!atName && <FormFailure error={saving.error} />}
          </Card>
        </form>
        <EmailCard me={me} />
        {me.permissions.includes('take') && (
          <Card title={t('profile.duty')}>
            <Availability kept={me.available} />
          </Card>
        )}
        <Card title={t('profile.leave')} note={t('profile.leaveNote')}>
          <div>
            <Button variant="default" leftSection={<SignOutIcon size={16} />} onClick={() => void signOut()}>
              {t('account.signOut')}
            </Button>
          </div>
        </Card>
        <DataCard email={me.user.email} />
      </div>
    </Page>
  );
}

/** The desk knows it best, and tells others at once; while it is away the server keeps it. */
function Availability({ kept }: { kept: boolean }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const duty = useSyncExternalStore(desk.onConnection, desk.duty);
  const seated = duty.user !== '';
  const [chosen, choose] = useState<boolean>();
  const changing = useMutation({
    mutationFn: (available: boolean) => desk.setAvailable(available).catch(() => setAvailable(available)),
    onSuccess: () => Promise.all([client.invalidateQueries(meQuery), client.invalidateQueries(membersQuery)]),
    onError: () => choose(undefined),
  });
  // What the desk says counts again once it has heard of the choice.
  useEffect(() => choose(undefined), [duty.available]);
  return (
    <>
      <Switch
        label={t('profile.available')}
        description={t('profile.availableHint')}
        checked={chosen ?? (seated ? duty.available : kept)}
        onChange={({ currentTarget }) => {
          choose(currentTarget.checked);
          changing.mutate(currentTarget.checked);
        }}
      />
      {changing.isError && (
        <p className={css.error} role="alert">
          {t('profile.failed')}
        </p>
      )}
    </>
  );
}
