import { Button, NativeSelect } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { allowSupport, endSupport, supportAccessQuery } from '../../api/plans';
import type { SupportAccess } from '../../api/types';
import { toast } from '../../app/toasts';
import { moment } from '../../i18n/format';
import '../../i18n/plan';
import { Card } from '../../parts/page';
import { useMay } from '../../parts/permission';
import { Failure, FormFailure, Loading } from '../../parts/states';
import { Ago } from '../../parts/time';
import css from './privacy.module.css';

/** For how many hours; the server allows 72 at most. */
const spans = [1, 4, 24, 72];
const hour = 3_600_000;

/** Whether whoever runs the service may look at the business, to help. */
export function SupportCard() {
  const { t } = useTranslation();
  const owns = useMay('own');
  const access = useQuery(supportAccessQuery);
  return (
    <Card title={t('support.title')} note={t('support.note')}>
      {access.data ? (
        <>
          {owns ? <Switch access={access.data} /> : <State access={access.data} />}
          <Visits access={access.data} />
        </>
      ) : access.isError ? (
        <Failure error={access.error} retry={() => void access.refetch()} />
      ) : (
        <Loading lines={2} />
      )}
    </Card>
  );
}

/** Until when they may look; what is over is as if it had not been. */
const openUntil = ({ until }: SupportAccess) => (until && new Date(until) > new Date() ? new Date(until) : undefined);

function State({ access }: { access: SupportAccess }) {
  const { t } = useTranslation();
  const until = openUntil(access);
  return <p>{until ? t('support.on', { time: moment(until) }) : t('support.off')}</p>;
}

function Switch({ access }: { access: SupportAccess }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [hours, setHours] = useState(24);
  const open = openUntil(access) !== undefined;
  const changing = useMutation({
    mutationFn: (allow: boolean): Promise<unknown> => (allow ? allowSupport(new Date(Date.now() + hours * hour)) : endSupport()),
    onSuccess: async (_, allow) => {
      await client.invalidateQueries(supportAccessQuery);
      toast({ text: t(allow ? 'support.allowed' : 'support.ended') });
    },
  });
  return (
    <>
      <State access={access} />
      <div className={css.support}>
        {open ? (
          <Button variant="default" loading={changing.isPending} onClick={() => changing.mutate(false)}>
            {t('support.end')}
          </Button>
        ) : (
          <>
            <NativeSelect
              label={t('support.allow')}
              value={hours}
              onChange={({ currentTarget }) => setHours(Number(currentTarget.value))}
              data={spans.map((span) => ({ value: String(span), label: t('support.hours', { count: span }) }))}
            />
            <Button variant="default" loading={changing.isPending} onClick={() => changing.mutate(true)}>
              {t('support.verb')}
            </Button>
          </>
        )}
      </div>
      <FormFailure error={changing.error} />
    </>
  );
}

/** When they looked, and why they said they did. */
function Visits({ access: { visits } }: { access: SupportAccess }) {
  const { t } = useTranslation();
  if (visits.length === 0) return null;
  return (
    <div>
      <h3>{t('support.visits')}</h3>
      <ul className={css.visits}>
        {visits.map(({ id, at, reason }) => (
          <li key={id}>
            <bdi>{reason}</bdi>
            <span className={css.dim}>
              <Ago at={at} />
            </span>
          </li>
        ))}
      </ul>
      <Link to="/settings/audit">{t('support.log')}</Link>
    </div>
  );
}
