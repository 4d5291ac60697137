import { useTranslation } from 'react-i18next';
import type { Problem } from '../api/problem';

/** A problem in words. The server's own sentence is the best one; these stand in where there is none. */
export function useProblemText(problem: Problem | undefined): string {
  const { t } = useTranslation();
  if (!problem) return '';
  if (problem.unreachable) return t('failure.unreachable');
  return problem.message || t('failure.unknown');
}
