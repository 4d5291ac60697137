import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { copiesQuery } from '../../api/visitors';
import { Failure } from '../../parts/states';
import css from './contact.module.css';

/** Texts of the business that have a visitor's words: they stay, and nobody finds them when the visitor is erased. */
export function Copies({ visitor }: { visitor: string }) {
  const { t } = useTranslation();
  const copies = useQuery(copiesQuery(visitor));
  if (copies.isError) return <Failure error={copies.error} retry={() => void copies.refetch()} />;
  if (!copies.data) return <p className={css.dim}>{t('inbox.privacy.looking')}</p>;
  if (copies.data.length === 0) return null;
  return (
    <div className={css.copies}>
      <p>{t('inbox.privacy.copies')}</p>
      <ul>
        {copies.data.map(({ bot, source, test, question }) => (
          <li key={test ?? `${source}/${question}`}>
            {source ? (
              <Link to="/bots/$bot/knowledge/$source" params={{ bot, source }}>
                <bdi>{question}</bdi>
              </Link>
            ) : (
              <Link to="/bots/$bot/tests" params={{ bot }}>
                <bdi>{question}</bdi>
              </Link>
            )}{' '}
            <span className={css.dim}>{t(source ? 'inbox.privacy.correction' : 'inbox.privacy.test')}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
