import { useSearch } from '@tanstack/react-router';
import { searches, type View } from '../../live/queues';
import { viewOf } from './address';

/** What is looked at, from the address; text searches in every queue. */
export function useView(): View {
  const view = viewOf(useSearch({ strict: false }));
  return searches(view) ? { ...view, queue: undefined } : view;
}
