import { useTranslation } from 'react-i18next';
import type { Source, TestWish } from '../../api/types';

/** What is expected of an answer, in words. */
export function useExpectation(sources: Source[]): (wish: Pick<TestWish, 'source' | 'part' | 'phrase' | 'nothing'>) => string {
  const { t } = useTranslation();
  return ({ source, part, phrase, nothing }) => {
    const found = sources.find(({ id }) => id === source);
    const name = found?.title || found?.url;
    return [
      nothing && t('tests.expects.nothing'),
      source && (name ? t(part ? 'tests.expects.page' : 'tests.expects.source', { source: name }) : t('tests.expects.gone')),
      phrase && t('tests.expects.phrase', { phrase }),
    ]
      .filter(Boolean)
      .join(' · ');
  };
}
