import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { invoicesQuery } from '../../api/plans';
import type { Invoice } from '../../api/types';
import { date, money } from '../../i18n/format';
import { Badge, type Tone } from '../../parts/badge';
import { Card } from '../../parts/page';
import { Failure, Loading } from '../../parts/states';
import css from './plan.module.css';

const tones = { draft: 'neutral', open: 'warning', paid: 'success', void: 'neutral', uncollectible: 'danger' } as const satisfies Record<Invoice['status'], Tone>;

export function Invoices() {
  const { t } = useTranslation();
  const invoices = useQuery(invoicesQuery);
  return (
    <Card title={t('plan.invoices')}>
      {invoices.isPending ? (
        <Loading lines={2} />
      ) : invoices.isError ? (
        <Failure error={invoices.error} retry={() => void invoices.refetch()} />
      ) : invoices.data.length === 0 ? (
        <p className={css.dim}>{t('plan.noInvoices')}</p>
      ) : (
        <Table invoices={invoices.data} />
      )}
    </Card>
  );
}

function Table({ invoices }: { invoices: Invoice[] }) {
  const { t } = useTranslation();
  return (
    <table className={css.invoices}>
      <thead>
        <tr>
          <th scope="col">{t('plan.invoice.date')}</th>
          <th scope="col">{t('plan.invoice.number')}</th>
          <th scope="col">{t('plan.invoice.amount')}</th>
          <th scope="col">{t('plan.invoice.status')}</th>
          <th scope="col">{t('plan.invoice.file')}</th>
        </tr>
      </thead>
      <tbody>
        {invoices.map((invoice) => (
          <tr key={invoice.id}>
            <td>
              <time dateTime={invoice.at}>{date(new Date(invoice.at))}</time>
            </td>
            <td>{invoice.number}</td>
            <td>{money(invoice.amount, invoice.currency)}</td>
            <td>
              <Badge tone={tones[invoice.status]}>{t(`plan.invoice.states.${invoice.status}`)}</Badge>
            </td>
            <td>
              <Files invoice={invoice} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Files({ invoice: { number, page, pdf, status } }: { invoice: Invoice }) {
  const { t } = useTranslation();
  const owed = status === 'open';
  return (
    <span className={css.files}>
      {page && (
        <a href={page} aria-label={t(owed ? 'plan.invoice.payOf' : 'plan.invoice.viewOf', { number })}>
          {t(owed ? 'plan.invoice.open' : 'plan.invoice.view')}
        </a>
      )}
      {pdf && (
        <a href={pdf} aria-label={t('plan.invoice.pdfOf', { number })}>
          {t('plan.invoice.pdf')}
        </a>
      )}
    </span>
  );
}
