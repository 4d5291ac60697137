import { Button } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type OperatedTenantDetail, resumeTenant, tenantQuery, type Visit } from '../../api/operator';
import { toast } from '../../app/toasts';
import { count, date, exact } from '../../i18n/format';
import '../../i18n/operator';
import { Meter } from '../../parts/meter';
import { Card, Page } from '../../parts/page';
import { Failure, FormFailure, Loading } from '../../parts/states';
import { AssignPlan, Suspend, VisitForm } from './decisions';
import css from './operator.module.css';
import { Standing } from './tenants';
import { useSold } from './use-sold';
import { Visiting } from './visiting';
import { micros, paid, usedOf } from './words';

/** One business, and what an operator decides about it. */
export default function Tenant() {
  const { tenant: id } = useParams({ from: '/app/owner/operator/tenants/$tenant' });
  const found = useQuery(tenantQuery(id));
  if (found.isPending) return <Loading lines={6} />;
  if (found.isError) return <Failure error={found.error} retry={() => void found.refetch()} />;
  return <Shown key={id} tenant={found.data} />;
}

function Shown({ tenant }: { tenant: OperatedTenantDetail }) {
  const { t } = useTranslation();
  const [visit, setVisit] = useState<Visit>();
  if (visit) return <Visiting tenant={tenant} visit={visit} leave={() => setVisit(undefined)} />;
  return (
    <Page
      title={tenant.name}
      state={t('operator.created', { date: date(new Date(tenant.created_at)), id: tenant.id })}
      action={
        <Link to="/operator/tenants" className={css.dim}>
          {t('operator.back')}
        </Link>
      }
    >
      <div className={css.column}>
        <About tenant={tenant} />
        <Usage tenant={tenant} />
        <Suspension tenant={tenant} />
        <VisitCard tenant={tenant} begun={setVisit} />
      </div>
    </Page>
  );
}

function About({ tenant }: { tenant: OperatedTenantDetail }) {
  const { t } = useTranslation();
  const [assigning, setAssigning] = useState(false);
  const sold = useSold();
  const on = (at?: string) => (at ? date(new Date(at)) : '');
  return (
    <Card title={t('operator.about')}>
      <dl className={css.facts}>
        <dt>{t('operator.status')}</dt>
        <dd>
          <Standing tenant={tenant} />
          {tenant.until && <p className={css.dim}>{t('operator.until', { date: on(tenant.until) })}</p>}
          {tenant.erase_at && <p className={css.warning}>{t('operator.erased', { date: on(tenant.erase_at) })}</p>}
        </dd>
        <dt>{t('operator.plan')}</dt>
        <dd>
          {tenant.plan.name || t('operator.nothing')}
          {tenant.assigned && (
            <p className={css.dim}>
              {tenant.assignment ? t('operator.assignedWhy', { date: on(tenant.assignment.at), reason: tenant.assignment.reason }) : t('operator.assigned')}
            </p>
          )}
        </dd>
        {sold && (
          <>
            <dt>{t('operator.pays')}</dt>
            <dd>{paid(tenant) ?? t('operator.nothing')}</dd>
          </>
        )}
        <dt>{t('operator.cost')}</dt>
        <dd>{micros(tenant.cost_micros) ?? t('operator.unknown')}</dd>
        {sold && (
          <>
            <dt>{t('operator.margin')}</dt>
            <dd>{micros(tenant.margin_micros) ?? t('operator.unknown')}</dd>
          </>
        )}
        {tenant.contract && (
          <>
            <dt>{t('operator.contract')}</dt>
            <dd>
              <code className={css.code}>
                {tenant.contract.provider} · {tenant.contract.customer} · {tenant.contract.id} · {tenant.contract.status}
              </code>
              {tenant.contract.past_due && <p className={css.warning}>{t('operator.missing', { date: on(tenant.contract.past_due) })}</p>}
              {tenant.contract.cancel_at && <p className={css.dim}>{t('operator.ends', { date: on(tenant.contract.cancel_at) })}</p>}
            </dd>
          </>
        )}
        <dt>{t('operator.owners')}</dt>
        <dd>
          {tenant.people.length === 0
            ? count(tenant.owners)
            : tenant.people.map(({ id, name, email }) => (
                <p key={id}>
                  {name} <a href={`mailto:${email}`}>{email}</a>
                </p>
              ))}
          <p className={css.dim}>{t('operator.people', { count: tenant.members })}</p>
        </dd>
      </dl>
      {tenant.plans.length > 0 && (
        <div>
          <Button variant="default" onClick={() => setAssigning(true)}>
            {t('operator.assign')}
          </Button>
        </div>
      )}
      {assigning && <AssignPlan tenant={tenant} close={() => setAssigning(false)} />}
    </Card>
  );
}

function Usage({ tenant }: { tenant: OperatedTenantDetail }) {
  const { t } = useTranslation();
  const text = (of: { used: number; limit: number | null }) => {
    const { used, limit } = usedOf(of);
    return limit === null ? t('operator.unlimited', { used }) : t('operator.ofLimit', { used, limit });
  };
  return (
    <Card title={t('operator.usage')} note={t('operator.usageNote')}>
      <Meter name={t('operator.answers')} {...tenant.answers} text={text(tenant.answers)} />
      {(['bots', 'passages', 'seats', 'pages'] as const).map((what) => (
        <Meter key={what} name={t(`operator.meters.${what}`)} {...tenant[what]} text={text(tenant[what])} />
      ))}
    </Card>
  );
}

function Suspension({ tenant }: { tenant: OperatedTenantDetail }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const resuming = useMutation({
    mutationFn: () => resumeTenant(tenant.id),
    onSuccess: async () => {
      toast({ text: t('operator.resumed', { name: tenant.name }) });
      await client.invalidateQueries({ queryKey: ['operator'] });
    },
  });
  return (
    <Card title={t('operator.rest')} note={t('operator.restNote')}>
      {tenant.suspension && <p>{t('operator.resting', { date: date(new Date(tenant.suspension.at)), reason: tenant.suspension.reason })}</p>}
      <FormFailure error={resuming.error} />
      <div className={css.badges}>
        {(tenant.suspension || tenant.shut_out) && (
          <Button loading={resuming.isPending} onClick={() => resuming.mutate()}>
            {t('operator.resume')}
          </Button>
        )}
        {!tenant.suspension && (
          <Button variant="light" color="danger" onClick={() => setAsking(true)}>
            {t('operator.suspend')}
          </Button>
        )}
      </div>
      {asking && <Suspend tenant={tenant} close={() => setAsking(false)} />}
    </Card>
  );
}

function VisitCard({ tenant, begun }: { tenant: OperatedTenantDetail; begun: (visit: Visit) => void }) {
  const { t } = useTranslation();
  const [asking, setAsking] = useState(false);
  return (
    <Card title={t('operator.visit')} note={t('operator.visitNote')}>
      <p>{tenant.consent_until ? t('operator.consent', { time: exact(new Date(tenant.consent_until)) }) : t('operator.noConsent')}</p>
      <div>
        <Button variant="default" disabled={!tenant.consent_until} onClick={() => setAsking(true)}>
          {t('operator.visitVerb')}
        </Button>
      </div>
      {asking && <VisitForm tenant={tenant} begun={begun} close={() => setAsking(false)} />}
    </Card>
  );
}
