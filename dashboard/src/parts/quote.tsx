import { useTranslation } from 'react-i18next';
import css from './quote.module.css';

/** Long passages are folded: the beginning tells which one it is. */
export function Quote({ text }: { text: string }) {
  const { t } = useTranslation();
  const long = text.length > 280;
  if (!long) return <p className={css.text}>{text}</p>;
  return (
    <details className={css.details}>
      <summary>
        <span className={css.begin}>{text}</span>
        <span className={css.unfold}>{t('unfold')}</span>
      </summary>
      <p className={css.text}>{text}</p>
    </details>
  );
}
