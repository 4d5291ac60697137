import { Button } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactNode, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { addSource, sourcesChanged } from '../../api/sources';
import type { NewSource } from '../../api/types';
import { FormFailure } from '../../parts/states';
import css from './knowledge.module.css';

/** Adds a source that is typed rather than uploaded, and closes the form when the server has it. */
export function useAddSource(bot: string, onClose: () => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (source: NewSource) => addSource(bot, source),
    onSuccess: async () => {
      await sourcesChanged(client, bot);
      onClose();
    },
  });
}

/** The frame of such a form: opens above the list, Escape closes it. */
export function AddForm({
  title,
  note,
  verb,
  adding,
  onSubmit,
  onClose,
  children,
}: {
  title: string;
  note: string;
  verb: string;
  adding: { isPending: boolean; error: unknown };
  onSubmit: (event: React.FormEvent) => void;
  onClose: () => void;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  const heading = useId();
  return (
    <form
      className={css.add}
      aria-labelledby={heading}
      onSubmit={onSubmit}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose();
      }}
    >
      <div>
        <h2 id={heading}>{title}</h2>
        <p className={css.note}>{note}</p>
      </div>
      {children}
      <FormFailure error={adding.error} />
      <div className={css.actions}>
        <Button type="submit" variant="light" loading={adding.isPending}>
          {verb}
        </Button>
        <Button variant="subtle" color="gray" onClick={onClose}>
          {t('cancel')}
        </Button>
      </div>
    </form>
  );
}
