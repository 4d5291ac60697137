import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { ApiKey } from '../../api/types';
import { keysQuery, type ShownKey } from '../../api/keys';
import '../../i18n/business';
import { moment } from '../../i18n/format';
import { KeyIcon, PlusIcon } from '../../parts/icons';
import { Page } from '../../parts/page';
import { ShownOnce } from '../../parts/shown-once';
import { Empty, Failure, Loading } from '../../parts/states';
import { EditKey } from './edit-key';
import { EndKey } from './end-key';
import { KeyTable } from './key-table';
import { NewKey } from './new-key';
import { RotateKey } from './rotate-key';

/** What is being done with a key. */
export type Doing = 'edit' | 'rotate' | 'end';

/** By which programs of the business use the API. */
export default function Keys() {
  const { t } = useTranslation();
  const keys = useQuery(keysQuery);
  const [adding, setAdding] = useState(false);
  const [doing, setDoing] = useState<{ what: Doing; key: ApiKey }>();
  const [shown, setShown] = useState<{ made: ShownKey; until?: Date }>();
  const all = keys.data ?? [];
  const stop = () => setDoing(undefined);
  const add = (
    <Button leftSection={<PlusIcon size={16} />} onClick={() => setAdding(true)}>
      {t('keys.new')}
    </Button>
  );

  return (
    <Page
      title={t('keys.title')}
      state={all.length > 0 ? `${t('keys.count', { count: all.length })}. ${t('keys.hint')}` : undefined}
      action={!adding && !shown && all.length > 0 && add}
    >
      {adding && (
        <NewKey
          close={() => setAdding(false)}
          done={(made) => {
            setAdding(false);
            setShown({ made });
          }}
        />
      )}
      {shown && (
        <ShownOnce
          title={t('keys.made')}
          note={shown.until ? t('keys.rotatedNote', { time: moment(shown.until) }) : t('keys.madeNote')}
          label={t('keys.key')}
          text={shown.made.key}
          verb={t('keys.kept')}
          close={() => setShown(undefined)}
        />
      )}
      {keys.isPending ? (
        <Loading />
      ) : keys.isError ? (
        <Failure error={keys.error} retry={() => void keys.refetch()} />
      ) : all.length === 0 ? (
        !adding &&
        !shown && (
          <Empty icon={<KeyIcon />} title={t('keys.empty')} action={add}>
            {t('keys.emptyText')}
          </Empty>
        )
      ) : (
        <KeyTable keys={all} act={(what, key) => setDoing({ what, key })} />
      )}
      {doing?.what === 'edit' && <EditKey of={doing.key} close={stop} />}
      {doing?.what === 'end' && <EndKey of={doing.key} close={stop} />}
      {doing?.what === 'rotate' && (
        <RotateKey
          of={doing.key}
          close={stop}
          done={(made, until) => {
            stop();
            setShown({ made, until });
          }}
        />
      )}
    </Page>
  );
}
