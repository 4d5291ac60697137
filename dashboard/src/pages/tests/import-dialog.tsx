import { Button, Textarea } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { importTests, testsChanged } from '../../api/improve';
import { toast } from '../../app/toasts';
import { Dialog } from '../../parts/dialog';
import { FormEnd } from '../../parts/form-end';
import { UploadIcon } from '../../parts/icons';
import css from './tests.module.css';

const example = 'question,source,phrase,nothing\nHow long can I return it?,handbook.md,45 days,\nDo you sell giraffes?,,,yes';

/** Brings in test questions from a table. */
export function ImportDialog({ bot, close }: { bot: string; close: () => void }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [text, setText] = useState('');
  const picker = useRef<HTMLInputElement>(null);
  const importing = useMutation({
    mutationFn: () => importTests(bot, text),
    onSuccess: async ({ added, changed }) => {
      close();
      toast({ text: `${t('tests.import.added', { count: added })} ${t('tests.import.changed', { count: changed })}` });
      await testsChanged(client, bot);
    },
  });
  return (
    <Dialog opened close={close} title={t('tests.import.title')} size="lg">
      <form
        className={css.form}
        onSubmit={(event) => {
          event.preventDefault();
          importing.mutate();
        }}
      >
        <p className={css.note}>{t('tests.import.note')}</p>
        <div>
          <Button variant="default" leftSection={<UploadIcon size={16} />} onClick={() => picker.current?.click()}>
            {t('tests.import.choose')}
          </Button>
          <input
            ref={picker}
            type="file"
            accept=".csv,.tsv,.txt,text/csv"
            hidden
            aria-label={t('tests.import.file')}
            onChange={async ({ target }) => {
              const chosen = target.files?.[0];
              if (chosen) setText(await chosen.text());
              target.value = '';
            }}
          />
        </div>
        <Textarea
          className={css.csv}
          label={t('tests.import.text')}
          placeholder={example}
          required
          withAsterisk={false}
          minRows={6}
          maxRows={14}
          spellCheck={false}
          data-autofocus
          value={text}
          onChange={({ currentTarget }) => setText(currentTarget.value)}
        />
        <FormEnd error={importing.error} busy={importing.isPending} verb={t('tests.import.verb')} close={close} />
      </form>
    </Dialog>
  );
}
