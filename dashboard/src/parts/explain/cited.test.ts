import { expect, test } from 'vitest';
import type { Citation } from '../../api/types';
import { isCited } from './cited';

test('a citation means a passage by its mark, or by its quote where it has none', () => {
  const passage = { passage: 'psg_1', source: 'src_1', title: 'Returns', text: ' You have 45 days to return it.', score: 7.25, confidence: 0.8 };
  const cited = (citation: Partial<Citation>, n = 1) => isCited(passage, n, [{ source: 'src_1', title: 'T', ...citation }]);
  expect(cited({ mark: 1 })).toBe(true);
  expect(cited({ mark: 2 })).toBe(false);
  expect(cited({ quote: 'You have 45 days…' })).toBe(true);
  expect(cited({ quote: 'You have 30 days…' })).toBe(false);
  expect(cited({ quote: 'You have 45 days…', source: 'src_2' })).toBe(false);
  expect(cited({})).toBe(false);
});
