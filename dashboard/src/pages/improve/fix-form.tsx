import { Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { fixAnswer, gapsChanged } from '../../api/improve';
import { sourcesChanged } from '../../api/sources';
import type { AnswerPlace } from '../../api/types';
import { toast } from '../../app/toasts';
import { Dialog } from '../../parts/dialog';
import { FormEnd } from '../../parts/form-end';
import css from './fix-form.module.css';

interface Words {
  question: string;
  answer: string;
}

interface Props {
  bot: string;
  draft: Words;
  /** The answers that this corrects. */
  places?: AnswerPlace[];
  fixed?: (words: Words) => void;
  close: () => void;
}

/** A question and what is said to it from now on, word for word. */
export function FixForm({ bot, draft, places = [], fixed, close }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { register, handleSubmit } = useForm<Words>({ defaultValues: draft });
  const fixing = useMutation({
    mutationFn: (words: Words) => fixAnswer(bot, { ...words, places }),
    onSuccess: async (_, words) => {
      close();
      fixed?.(words);
      toast({ text: t('fix.done') });
      await Promise.all([gapsChanged(client, bot), sourcesChanged(client, bot)]);
    },
  });
  return (
    <form className={css.form} onSubmit={handleSubmit((words) => fixing.mutate(words))}>
      <TextInput label={t('fix.question')} description={t('fix.questionHint')} required withAsterisk={false} dir="auto" {...register('question')} />
      <Textarea label={t('fix.answer')} description={t('fix.answerHint')} required withAsterisk={false} minRows={4} maxRows={16} dir="auto" autoFocus data-autofocus {...register('answer')} />
      <FormEnd error={fixing.error} busy={fixing.isPending} verb={t('fix.verb')} close={close} />
    </form>
  );
}

/** The same over what shows the answer. */
export function FixDialog(props: Props) {
  const { t } = useTranslation();
  return (
    <Dialog opened close={props.close} title={t('fix.title')} size="lg">
      <FixForm {...props} />
    </Dialog>
  );
}
