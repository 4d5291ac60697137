import { Button } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { beginExport, exportFile, exportQuery } from '../../api/business';
import { exact } from '../../i18n/format';
import { Card } from '../../parts/page';
import { Failure, FormFailure, Loading } from '../../parts/states';
import css from './privacy.module.css';
import { lastExport, rememberExport } from './last-export';

/** Everything in one file. It is made in the background. */
export function ExportCard() {
  const { t } = useTranslation();
  const [id, setId] = useState(lastExport);
  const beginning = useMutation({
    mutationFn: beginExport,
    onSuccess: (made) => {
      rememberExport(made.id);
      setId(made.id);
    },
  });
  return (
    <Card title={t('privacy.exports')} note={t('privacy.exportsNote')}>
      {id && <Made id={id} />}
      <FormFailure error={beginning.error} />
      <div>
        <Button variant="default" loading={beginning.isPending} onClick={() => beginning.mutate()}>
          {t('privacy.begin')}
        </Button>
      </div>
    </Card>
  );
}

function Made({ id }: { id: string }) {
  const { t } = useTranslation();
  const made = useQuery(exportQuery(id));
  if (made.isPending) return <Loading lines={1} />;
  if (made.isError) return <Failure error={made.error} retry={() => void made.refetch()} />;
  const { state, expires_at: until } = made.data;
  return (
    <div className={css.made} role="status">
      {state === 'preparing' && <p className={css.dim}>{t('privacy.preparing')}</p>}
      {state === 'failed' && <p className={css.warning}>{t('privacy.exportFailed')}</p>}
      {state === 'expired' && <p className={css.dim}>{t('privacy.exportExpired')}</p>}
      {state === 'ready' && (
        <>
          <p>{t('privacy.ready', { time: exact(new Date(until)) })}</p>
          <Button component="a" href={exportFile(id)} download>
            {t('privacy.download')}
          </Button>
        </>
      )}
    </div>
  );
}
