// @vitest-environment node
import { expect, test } from 'vitest';
import type { BillingPlan } from '../../api/types';
import { featuresOf, intervalsOf, saving } from './terms';

const plan = (more: Partial<BillingPlan>): BillingPlan => ({
  id: 'starter',
  name: 'Starter',
  about: '',
  prices: [],
  trial_days: 0,
  limits: { answers: 1000, bots: 1, passages: null, seats: 2, pages: 100 },
  models: [],
  features: [],
  ...more,
});
const eur = (interval: 'month' | 'year', amount: number, currency = 'eur') => ({ interval, amount, currency });

test('a year saves what it costs less than twelve months', () => {
  expect(saving(plan({ prices: [eur('month', 2000), eur('year', 20_000)] }))).toBeCloseTo(1 / 6);
  expect(saving(plan({ prices: [eur('month', 2000), eur('year', 30_000)] }))).toBe(0);
  expect(saving(plan({ prices: [eur('year', 20_000)] }))).toBe(0);
  expect(saving(plan({ prices: [eur('month', 2000), eur('year', 20_000, 'usd')] }))).toBe(0);
});

test('only intervals at which something is sold can be chosen', () => {
  expect(intervalsOf([plan({}), plan({ prices: [eur('year', 1)] })])).toEqual(['year']);
  expect(intervalsOf([])).toEqual([]);
});

test('features that no plan has are not told of', () => {
  expect(featuresOf([plan({ features: ['webhooks'] }), plan({ features: ['api'] })])).toEqual(['api', 'webhooks']);
});
