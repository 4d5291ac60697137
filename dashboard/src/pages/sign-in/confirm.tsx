import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { meQuery } from '../../api/account';
import { asProblem } from '../../api/problem';
import { confirmEmail } from '../../api/security';
import { renewSession } from '../../api/session';
import '../../i18n/security';
import { Failure, Loading } from '../../parts/states';
import { Gate } from './gate';
import { useToken } from './use-token';

/** Where the mail leads by which an address is confirmed: a new account's, or one that it changes to. */
export default function Confirm() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const token = useToken();
  // A query and no mutation: however often this is drawn, the token is used once.
  const confirming = useQuery({
    queryKey: ['confirm', token],
    queryFn: async () => {
      await confirmEmail(token);
      // Who is signed in here bears it in their session.
      await renewSession();
      return true;
    },
    enabled: token !== '',
    staleTime: Infinity,
  });
  useEffect(() => {
    if (confirming.isSuccess) void client.invalidateQueries(meQuery);
  }, [confirming.isSuccess, client]);

  const on = (
    <Button size="md" renderRoot={(props) => <Link to="/" {...props} />}>
      {t('confirm.on')}
    </Button>
  );
  if (token === '' || (confirming.isError && asProblem(confirming.error).code === 'link_invalid')) {
    return (
      <Gate title={t('confirm.invalid')} note={t('confirm.invalidText')}>
        {on}
      </Gate>
    );
  }
  if (confirming.isError) {
    return (
      <Gate title={t('confirm.title')} note="">
        <Failure error={confirming.error} retry={() => void confirming.refetch()} />
      </Gate>
    );
  }
  if (confirming.isPending) {
    return (
      <Gate title={t('confirm.title')} note={t('confirm.note')}>
        <Loading lines={1} />
      </Gate>
    );
  }
  return (
    <Gate title={t('confirm.done')} note={t('confirm.doneNote')}>
      {on}
    </Gate>
  );
}
