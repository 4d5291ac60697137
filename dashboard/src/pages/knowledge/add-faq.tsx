import { ActionIcon, Button, Textarea, TextInput } from '@mantine/core';
import { useFieldArray, useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { CloseIcon, PlusIcon } from '../../parts/icons';
import { AddForm, useAddSource } from './add';
import css from './knowledge.module.css';

interface Faq {
  title: string;
  faq: { question: string; answer: string }[];
}

const blank = { question: '', answer: '' };

export function AddFaq({ bot, onClose }: { bot: string; onClose: () => void }) {
  const { t } = useTranslation();
  const adding = useAddSource(bot, onClose);
  const { control, register, handleSubmit } = useForm<Faq>({
    defaultValues: { title: t('knowledge.faq.name'), faq: [blank] },
  });
  const pairs = useFieldArray({ control, name: 'faq' });
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
      {pairs.fields.map((pair, i) => (
        <fieldset key={pair.id} className={css.pair}>
          <legend className="hidden-visually">{t('knowledge.faq.pair', { number: i + 1 })}</legend>
          <div className={css.fields}>
            <TextInput label={t('knowledge.faq.question')} required withAsterisk={false} autoFocus {...register(`faq.${i}.question`)} />
            <Textarea label={t('knowledge.faq.answer')} required withAsterisk={false} minRows={2} maxRows={12} {...register(`faq.${i}.answer`)} />
          </div>
          {pairs.fields.length > 1 && (
            <ActionIcon variant="subtle" color="gray" aria-label={t('knowledge.faq.remove', { number: i + 1 })} onClick={() => pairs.remove(i)}>
              <CloseIcon size={16} />
            </ActionIcon>
          )}
        </fieldset>
      ))}
      <Button className={css.another} variant="default" size="sm" leftSection={<PlusIcon size={16} />} onClick={() => pairs.append(blank)}>
        {t('knowledge.faq.another')}
      </Button>
    </AddForm>
  );
}
