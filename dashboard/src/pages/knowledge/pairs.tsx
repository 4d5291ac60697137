import { ActionIcon, Button, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { type Control, useFieldArray, type UseFormRegister } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import type { Pair } from '../../api/types';
import { count } from '../../i18n/format';
import { CloseIcon, PlusIcon } from '../../parts/icons';
import css from './knowledge.module.css';

/** A form that has questions with their answers. */
export interface Faq {
  title: string;
  faq: Pair[];
}

export const blankPair: Pair = { question: '', answer: '' };

/** How many questions are looked through without searching, and how many are shown at once: a list that was imported may have thousands. */
const few = 10;
const atOnce = 50;

export function Pairs({ control, register, focus = false }: { control: Control<Faq>; register: UseFormRegister<Faq>; focus?: boolean }) {
  const { t } = useTranslation();
  const pairs = useFieldArray({ control, name: 'faq' });
  const [wanted, setWanted] = useState('');
  const [most, setMost] = useState(atOnce);
  const found = pairs.fields
    .map((pair, i) => ({ pair, i }))
    .filter(({ pair: { question, answer } }) => !question || `${question}\n${answer}`.toLocaleLowerCase().includes(wanted.toLocaleLowerCase()));
  // What was just added stands at the end, and is always shown.
  const shown = found.filter(({ pair }, at) => at < most || !pair.question);
  return (
    <>
      {pairs.fields.length > few && (
        <TextInput
          type="search"
          label={t('knowledge.faq.find')}
          value={wanted}
          onChange={(event) => {
            setWanted(event.currentTarget.value);
            setMost(atOnce);
          }}
        />
      )}
      {shown.map(({ pair, i }) => (
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
      {shown.length < found.length && (
        <Button className={css.another} variant="default" size="sm" onClick={() => setMost(most + atOnce)}>
          {t('knowledge.faq.more', { shown: count(shown.length), all: count(found.length) })}
        </Button>
      )}
      {found.length === 0 && <p className={css.small}>{t('knowledge.faq.nothing')}</p>}
      <Button className={css.another} variant="default" size="sm" leftSection={<PlusIcon size={16} />} onClick={() => pairs.append(blankPair)}>
        {t('knowledge.faq.another')}
      </Button>
    </>
  );
}
