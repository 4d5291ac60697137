import { useNetwork } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import css from './offline.module.css';

/** A quiet line while the browser has no network. What was typed stays where it is. */
export function OfflineBanner() {
  const { t } = useTranslation();
  const { online } = useNetwork();
  return (
    <div role="status">{!online && <p className={css.banner}>{t('offline')}</p>}</div>
  );
}
