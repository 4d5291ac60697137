import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { botChanged, saveSettings } from '../../api/bots';
import type { Bot } from '../../api/types';
import { toast } from '../../app/toasts';
import { useMay } from '../../parts/permission';
import { FormFailure } from '../../parts/states';
import { type Answering, HowFields, UnsureFields } from '../settings/answering';
import css from './try.module.css';

interface Props {
  bot: Bot;
  changed: Partial<Answering>;
  saved: () => void;
  discard: () => void;
}

/** Settings that only the playground answers with, until they are saved. */
export function Trial({ bot, changed, saved, discard }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const may = useMay('manage_bots');
  const some = Object.keys(changed).length > 0;
  const saving = useMutation({
    mutationFn: () => saveSettings(bot.id, bot.name, changed),
    onSuccess: async () => {
      await botChanged(client);
      saved();
      toast({ text: t('try.saved') });
    },
  });
  return (
    <>
      <div>
        <h2>{t('try.settings')}</h2>
        <p className={css.note}>{t('try.settingsNote')}</p>
      </div>
      <HowFields />
      <UnsureFields />
      <FormFailure error={saving.error} />
      <div className={css.actions}>
        {may && (
          <Button disabled={!some} loading={saving.isPending} onClick={() => saving.mutate()}>
            {t('try.save')}
          </Button>
        )}
        <Button variant="default" disabled={!some} onClick={discard}>
          {t('try.discard')}
        </Button>
      </div>
    </>
  );
}
