import { NativeSelect, Switch, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { saveTest, testsChanged } from '../../api/improve';
import type { TestWish } from '../../api/types';
import { toast } from '../../app/toasts';
import { Dialog } from '../../parts/dialog';
import { FormEnd } from '../../parts/form-end';
import { PageField } from './page-field';
import css from './tests.module.css';
import { useSources } from './use-sources';
import { wishOf, type Words } from './wish';

interface Props {
  bot: string;
  draft?: Partial<TestWish>;
  test?: string; // id of the one that is changed
  close: () => void;
}

/** A question and what is expected of its answer. */
export function TestDialog({ bot, draft = {}, test, close }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const sources = useSources(bot);
  const { register, handleSubmit, watch, setValue, formState } = useForm<Words>({
    defaultValues: { text: draft.text ?? '', source: draft.source ?? '', part: draft.part ?? '', phrase: draft.phrase ?? '', nothing: draft.nothing ?? false },
  });
  const [nothing, source] = watch(['nothing', 'source']);
  const site = sources.some(({ id, kind }) => id === source && kind === 'site');
  const saving = useMutation({
    mutationFn: (words: Words) => saveTest(bot, wishOf(words), test),
    onSuccess: async () => {
      close();
      toast({ text: t('tests.saved') });
      await testsChanged(client, bot);
    },
  });
  const known = sources.some(({ id }) => id === draft.source);
  return (
    <Dialog opened close={close} title={t(test ? 'tests.edit' : 'tests.add')} size="lg">
      <form className={css.form} onSubmit={handleSubmit((words) => saving.mutate(words))}>
        <Textarea label={t('tests.question')} required withAsterisk={false} minRows={1} maxRows={6} maxLength={2000} dir="auto" data-autofocus {...register('text')} />
        <Switch label={t('tests.nothing')} description={t('tests.nothingHint')} {...register('nothing')} />
        {!nothing && (
          <>
            {/* What is chosen is set once the choices are there. */}
            <NativeSelect
              key={sources.length}
              size="md"
              label={t('tests.source')}
              description={t('tests.sourceHint')}
              data={[
                { value: '', label: t('tests.anySource') },
                ...(draft.source && !known ? [{ value: draft.source, label: t('tests.sourceGone') }] : []),
                ...sources.map(({ id, title, url }) => ({ value: id, label: title || url || id })),
              ]}
              {...register('source', { onChange: () => setValue('part', '') })}
            />
            {site && <PageField bot={bot} site={source} part={source === draft.source ? draft.part : undefined} field={register('part')} />}
            <TextInput
              label={t('tests.phrase')}
              description={t('tests.phraseHint')}
              maxLength={500}
              dir="auto"
              error={formState.errors.phrase?.message}
              {...register('phrase', { validate: (phrase, { source, nothing }) => nothing || source !== '' || phrase.trim() !== '' || t('tests.expectNothing') })}
            />
          </>
        )}
        <FormEnd error={saving.error} busy={saving.isPending} verb={t('tests.save')} close={close} />
      </form>
    </Dialog>
  );
}
