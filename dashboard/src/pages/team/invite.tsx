import { Button, NativeSelect, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { invite, teamChanged } from '../../api/members';
import { asProblem } from '../../api/problem';
import type { Role } from '../../api/types';
import { CopyBlock } from '../../parts/copy';
import { Card } from '../../parts/page';
import { FormFailure } from '../../parts/states';
import { choice } from './roles';
import css from './team.module.css';

/** The refusals that are about the address. */
const aboutEmail = ['email_invalid', 'already_member'];

/** Invites by mail, and shows the link once. */
export function Invite({ acting, close }: { acting: Role; close: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { register, handleSubmit, reset } = useForm<{ email: string; role: Role }>({ defaultValues: { email: '', role: 'agent' } });
  const inviting = useMutation({
    mutationFn: ({ email, role }: { email: string; role: Role }) => invite(email.trim(), role),
    onSuccess: () => teamChanged(client),
  });
  const problem = inviting.error ? asProblem(inviting.error) : undefined;
  const atEmail = problem && aboutEmail.includes(problem.code) ? problem.message : undefined;

  if (inviting.isSuccess) {
    const { email, link, mailed } = inviting.data;
    return (
      <Card
        title={t(mailed ? 'team.invite.mailed' : 'team.invite.unmailed', { email })}
        note={t(mailed ? 'team.invite.mailedNote' : 'team.invite.unmailedNote')}
      >
        <div role="status">
          <CopyBlock label={t('team.invite.link')} text={link} />
        </div>
        <div className={css.actions}>
          <Button
            variant="default"
            onClick={() => {
              reset();
              inviting.reset();
            }}
          >
            {t('team.invite.another')}
          </Button>
          <Button variant="subtle" onClick={close}>
            {t('close')}
          </Button>
        </div>
      </Card>
    );
  }
  return (
    <Card title={t('team.invite.title')} note={t('team.invite.note')}>
      <form className={css.invite} onSubmit={handleSubmit((values) => inviting.mutate(values))}>
        <TextInput
          className={css.email}
          label={t('team.invite.email')}
          type="email"
          autoComplete="off"
          required
          withAsterisk={false}
          autoFocus
          error={atEmail}
          {...register('email')}
        />
        <NativeSelect
          size="md"
          label={t('team.invite.role')}
          data={choice(acting, 'agent', 1).roles.map((role) => ({ value: role, label: t(`team.role.${role}`) }))}
          {...register('role')}
        />
        <div className={css.send}>
          <Button type="submit" size="md" loading={inviting.isPending}>
            {t('team.invite.verb')}
          </Button>
          <Button variant="subtle" size="md" onClick={close}>
            {t('cancel')}
          </Button>
        </div>
      </form>
      {!atEmail && <FormFailure error={inviting.error} />}
    </Card>
  );
}
