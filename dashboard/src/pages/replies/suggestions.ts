import { useTranslation } from 'react-i18next';
import type { NewReply } from '../../api/types';

export const suggestions = ['hello', 'moment', 'closing'] as const;

/** Replies to begin with; their names are their shortcuts. */
export function useSuggestions(): (NewReply & { title: string })[] {
  const { t } = useTranslation();
  return suggestions.map((shortcut) => ({
    shortcut,
    title: t(`replies.suggested.${shortcut}.title`),
    // Its variables are the composer's, not the catalogue's.
    text: t(`replies.suggested.${shortcut}.text`, { skipInterpolation: true }),
  }));
}
