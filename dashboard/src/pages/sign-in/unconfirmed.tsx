import { Button } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { meQuery } from '../../api/account';
import { sendConfirmation } from '../../api/security';
import { useSignOut } from '../../app/use-sign-out';
import '../../i18n/security';
import { FormFailure } from '../../parts/states';
import { Gate } from './gate';
import css from './gate.module.css';

/** Where one waits who may not go on before their address is confirmed. */
export default function Unconfirmed() {
  const { t } = useTranslation();
  const signOut = useSignOut();
  const email = useQuery(meQuery).data?.user.email ?? '';
  const sending = useMutation({ mutationFn: sendConfirmation });
  return (
    <Gate title={t('confirm.required')} note={t('confirm.requiredText', { email })}>
      {sending.isSuccess && (
        <p className={css.done} role="status">
          {t('confirm.sent', { email })}
        </p>
      )}
      <FormFailure error={sending.error} />
      <div className={css.form}>
        <Button size="md" renderRoot={(props) => <Link to="/" {...props} />}>
          {t('confirm.check')}
        </Button>
        <Button size="md" variant="default" loading={sending.isPending} onClick={() => sending.mutate()}>
          {t('confirm.again')}
        </Button>
        <Button size="md" variant="subtle" onClick={() => void signOut()}>
          {t('account.signOut')}
        </Button>
      </div>
    </Gate>
  );
}
