import { expect, test } from 'vitest';
import { i18next } from '../../i18n';
import '../../i18n/inbox';
import { costOf } from './cost';

const spent = (answers: number, cost_micros: number | null, unpriced: number) => ({ answers, cached: 0, tokens: { input: 0, output: 0 }, cost_micros, unpriced });

test.each([
  ['all is known', spent(1200, 1500, 0), '1,200, for $0.0015'],
  ['some of it is', spent(3, 1500, 1), '3, for $0.0015 or more'],
  ['none of it is', spent(3, null, 3), '3, at a cost that is not known'],
  ['no model wrote any', spent(3, 0, 0), ''],
  ['there are no answers', spent(0, 0, 0), ''],
])('what a conversation cost, where %s', (_, took, said) => {
  expect(costOf(took, i18next.t)).toBe(said);
});
