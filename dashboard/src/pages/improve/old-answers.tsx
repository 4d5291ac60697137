import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { oldAnswersQuery } from '../../api/improve';
import { Badge } from '../../parts/badge';
import { Card } from '../../parts/page';
import { Failure, Loading } from '../../parts/states';
import { Ago } from '../../parts/time';
import css from './improve.module.css';

/** So many are shown at first. */
const few = 5;

/** Answers that rest on what is not there any more, or says something else now. */
export function OldAnswers({ bot }: { bot: string }) {
  const { t } = useTranslation();
  const old = useQuery(oldAnswersQuery(bot));
  const [all, setAll] = useState(false);
  const items = old.data ?? [];
  return (
    <Card title={t('improve.old.title')} note={t('improve.old.note')}>
      {old.isPending ? (
        <Loading lines={2} />
      ) : old.isError ? (
        <Failure error={old.error} retry={() => void old.refetch()} />
      ) : items.length === 0 ? (
        <p className={css.note}>{t('improve.old.none')}</p>
      ) : (
        <>
          <ul className={css.old}>
            {(all ? items : items.slice(0, few)).map(({ conversation, seq, source, title, gone, at, since }) => (
              <li key={`${conversation} ${seq} ${source}`}>
                <div className={css.words}>
                  <p className={css.said} dir="auto">
                    {title} <Badge tone={gone ? 'danger' : 'warning'}>{t(gone ? 'improve.old.gone' : 'improve.old.changed')}</Badge>
                  </p>
                  <p className={css.note}>
                    {t('improve.old.answered')} <Ago at={at} />, {t(gone ? 'improve.old.goneSince' : 'improve.old.changedSince')} <Ago at={since} />
                  </p>
                </div>
                <Link to="/conversations/$conversation" params={{ conversation }}>
                  {t('improve.look')}
                </Link>
              </li>
            ))}
          </ul>
          {!all && items.length > few && (
            <Button className={css.more} variant="default" size="sm" onClick={() => setAll(true)}>
              {t('more')}
            </Button>
          )}
        </>
      )}
    </Card>
  );
}
