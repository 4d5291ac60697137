import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { useTranslation } from 'react-i18next';
import { meQuery } from '../api/account';
import { anomaliesQuery } from '../api/activity';
import { erasureQuery, restoreTenant } from '../api/business';
import { sendConfirmation } from '../api/security';
import { exact } from '../i18n/format';
import { useMay } from '../parts/permission';
import { FormFailure } from '../parts/states';
import css from './notices.module.css';
import { toast } from './toasts';

// Fetched by itself, with its words: most of the time it says nothing.
const Standing = lazy(() => import('./standing'));

/** What a person should know wherever they are. */
export function Notices() {
  return (
    <>
      <Unconfirmed />
      <Ending />
      <Suspense fallback={null}>
        <Standing />
      </Suspense>
      <Unusual />
    </>
  );
}

/** Mails to an address that nobody has confirmed may go to somebody else. */
function Unconfirmed() {
  const { t } = useTranslation();
  const user = useQuery(meQuery).data?.user;
  const email = user?.email ?? '';
  const sending = useMutation({ mutationFn: sendConfirmation, onSuccess: () => toast({ text: t('confirm.sent', { email }) }) });
  if (user?.email_confirmed !== false) return null;
  return (
    <aside className={css.notice} data-tone="info" aria-label={t('signIn.email')}>
      <p className={css.text}>{t('confirm.banner', { email })}</p>
      <Button size="xs" variant="default" loading={sending.isPending} onClick={() => sending.mutate()}>
        {t('confirm.again')}
      </Button>
      <Link to="/profile">{t('confirm.wrong')}</Link>
      <FormFailure error={sending.error} />
    </aside>
  );
}

/** A business that is to be erased tells everybody in it, and its owners how to keep it. */
function Ending() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const me = useQuery(meQuery).data;
  const owns = me?.permissions.includes('own') ?? false;
  const erased = useQuery(erasureQuery).data;
  const restoring = useMutation({
    mutationFn: restoreTenant,
    onSuccess: async () => {
      toast({ text: t('privacy.ending.restored') });
      await client.invalidateQueries(erasureQuery);
    },
  });
  if (!me || !erased) return null;
  return (
    <aside className={css.notice} data-tone="danger">
      <p className={css.text}>{t('privacy.ending.text', { name: me.tenant.name, time: exact(new Date(erased)) })}</p>
      {owns && (
        <Button size="xs" variant="default" loading={restoring.isPending} onClick={() => restoring.mutate()}>
          {t('privacy.ending.restore')}
        </Button>
      )}
      <FormFailure error={restoring.error} />
    </aside>
  );
}

/** What is unlike its own history and nobody has looked at yet. */
function Unusual() {
  const { t } = useTranslation();
  const manages = useMay('manage_tenant');
  const unseen = useQuery({ ...anomaliesQuery, enabled: manages }).data?.find(({ seen }) => !seen);
  if (!unseen) return null;
  return (
    <aside className={css.notice} data-tone="warning" aria-label={t(`activity.anomaly.${unseen.kind}`)}>
      <p className={css.text}>{t('activity.notice', { what: t(`activity.anomaly.${unseen.kind}`) })}</p>
      <Link to="/settings/activity">{t('activity.look')}</Link>
    </aside>
  );
}
