import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { addSource, asNew, deleteSource, sourcesChanged } from '../../api/sources';
import type { Source } from '../../api/types';
import { toast } from '../../app/toasts';
import { Confirm } from '../../parts/confirm';

/** Those that can be made again from what the server has told of them: deleting one offers a way back. */
const returns = (source: Source | undefined) => source?.kind === 'site' || source?.kind === 'url' || source?.kind === 'faq';

/** Asks before a source is deleted. The dialog is to be shown; ask opens it. */
export function useRemoval(bot: string, onRemoved?: () => void) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const [asked, setAsked] = useState<Source>();
  const [asking, setAsking] = useState(false);
  const bringing = useMutation({
    mutationFn: (source: Parameters<typeof addSource>[1]) => addSource(bot, source),
    onSuccess: () => sourcesChanged(client, bot),
    onError: () => toast({ tone: 'danger', text: t('failure.title') }),
  });
  const removing = useMutation({
    mutationFn: async (source: Source) => {
      const again = await asNew(bot, source);
      await deleteSource(bot, source.id);
      return again;
    },
    onSuccess: async (again, source) => {
      setAsking(false);
      toast({ text: t('knowledge.delete.done', { title: source.title }), undo: again && (() => bringing.mutate(again)) });
      onRemoved?.();
      await sourcesChanged(client, bot);
    },
  });
  const ask = (source: Source) => {
    removing.reset();
    setAsked(source);
    setAsking(true);
  };
  const dialog = (
    <Confirm
      opened={asking}
      title={t('knowledge.delete.title', { title: asked?.title ?? '' })}
      verb={t('knowledge.delete.verb')}
      busy={removing.isPending}
      error={removing.error}
      onConfirm={() => asked && removing.mutate(asked)}
      onCancel={() => setAsking(false)}
    >
      {returns(asked) ? t('knowledge.delete.text') : t('knowledge.delete.final')}
    </Confirm>
  );
  return { ask, dialog };
}
