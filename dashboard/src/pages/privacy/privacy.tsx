import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { botsQuery } from '../../api/bots';
import '../../i18n/business';
import { Card, Page } from '../../parts/page';
import { useMay } from '../../parts/permission';
import { EraseCard } from './erase-card';
import { ExportCard } from './export-card';
import css from './privacy.module.css';
import { RetentionCard } from './retention-card';
import { SupportCard } from './support-card';

/** What the business keeps and for how long, and how all of it is taken away or erased. */
export default function Privacy() {
  const { t } = useTranslation();
  const owns = useMay('own');
  return (
    <Page title={t('privacy.title')}>
      <div className={css.column}>
        <RetentionCard />
        <ConsentCard />
        <SupportCard />
        {owns ? (
          <>
            <ExportCard />
            <EraseCard />
          </>
        ) : (
          <p className={css.dim}>{t('privacy.ownersOnly')}</p>
        )}
      </div>
    </Page>
  );
}

/** Its words belong to a bot: this leads to them. */
function ConsentCard() {
  const { t } = useTranslation();
  const bots = useQuery(botsQuery).data ?? [];
  if (bots.length === 0) return null;
  return (
    <Card title={t('privacy.consent')} note={t('privacy.consentNote')}>
      <ul className={css.links}>
        {bots.map(({ id, name }) => (
          <li key={id}>
            <Link to="/bots/$bot/appearance" params={{ bot: id }}>
              {t('privacy.consentOf', { name })}
            </Link>
          </li>
        ))}
      </ul>
    </Card>
  );
}
