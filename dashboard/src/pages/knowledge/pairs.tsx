import { ActionIcon, Button, Textarea, TextInput } from '@mantine/core';
import { type Control, useFieldArray, type UseFormRegister } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import type { Pair } from '../../api/types';
import { CloseIcon, PlusIcon } from '../../parts/icons';
import css from './knowledge.module.css';

/** A form that has questions with their answers. */
export interface Faq {
  title: string;
  faq: Pair[];
}

export const blankPair: Pair = { question: '', answer: '' };

export function Pairs({ control, register, focus = false }: { control: Control<Faq>; register: UseFormRegister<Faq>; focus?: boolean }) {
  const { t } = useTranslation();
  const pairs = useFieldArray({ control, name: 'faq' });
  return (
    <>
      {pairs.fields.map((pair, i) => (
        <fieldset key={pair.id} className={css.pair}>
          <legend className="hidden-visually">{t('knowledge.faq.pair', { number: i + 1 })}</legend>
          <div className={css.fields}>
            <TextInput label={t('knowledge.faq.question')} required withAsterisk={false} autoFocus={focus} {...register(`faq.${i}.question`)} />
            <Textarea label={t('knowledge.faq.answer')} required withAsterisk={false} minRows={2} maxRows={12} {...register(`faq.${i}.answer`)} />
          </div>
          {pairs.fields.length > 1 && (
            <ActionIcon variant="subtle" color="gray" aria-label={t('knowledge.faq.remove', { number: i + 1 })} onClick={() => pairs.remove(i)}>
              <CloseIcon size={16} />
            </ActionIcon>
          )}
        </fieldset>
      ))}
      <Button className={css.another} variant="default" size="sm" leftSection={<PlusIcon size={16} />} onClick={() => pairs.append(blankPair)}>
        {t('knowledge.faq.another')}
      </Button>
    </>
  );
}
