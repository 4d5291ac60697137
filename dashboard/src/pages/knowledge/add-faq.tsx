import { Button, FileButton, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { importPairs, sourcesChanged } from '../../api/sources';
import { UploadIcon } from '../../parts/icons';
import { FormFailure } from '../../parts/states';
import { AddForm, useAddSource } from './add';
import css from './knowledge.module.css';
import { blankPair, type Faq, Pairs } from './pairs';

export function AddFaq({ bot, onClose }: { bot: string; onClose: () => void }) {
  const { t } = useTranslation();
  const adding = useAddSource(bot, onClose);
  const { control, register, handleSubmit } = useForm<Faq>({
    defaultValues: { title: t('knowledge.faq.name'), faq: [blankPair] },
  });
  const client = useQueryClient();
  const importing = useMutation({
    mutationFn: (file: File) => importPairs(bot, file),
    onSuccess: async () => {
      await sourcesChanged(client, bot);
      onClose();
    },
  });
  return (
    <AddForm
      title={t('knowledge.faq.open')}
      note={t('knowledge.faq.note')}
      verb={t('knowledge.faq.verb')}
      adding={adding}
      onSubmit={handleSubmit((source) => adding.mutate(source))}
      onClose={onClose}
    >
      <TextInput label={t('knowledge.faq.title')} required withAsterisk={false} {...register('title')} />
      <Pairs control={control} register={register} focus />
      <div className={css.import}>
        <p className={css.small}>{t('knowledge.faq.importNote')}</p>
        <FileButton accept=".csv,.tsv,.json" onChange={(file) => file && importing.mutate(file)}>
          {(props) => (
            <Button variant="default" size="sm" leftSection={<UploadIcon size={16} />} loading={importing.isPending} {...props}>
              {t('knowledge.faq.import')}
            </Button>
          )}
        </FileButton>
        <FormFailure error={importing.error} />
      </div>
    </AddForm>
  );
}
