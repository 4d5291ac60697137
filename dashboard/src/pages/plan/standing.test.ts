// @vitest-environment node
import { expect, test } from 'vitest';
import type { Subscription } from '../../api/types';
import { hasPlans, linesOf, owes } from './standing';

const limits = { answers: 1000, bots: 1, passages: null, seats: 2, pages: 100 };
export const subscription = (more: Partial<Subscription>): Subscription => ({
  payments: true,
  plan: { id: 'starter', name: 'Starter', about: '', prices: [], trial_days: 14, limits, models: [], features: [] },
  assigned: false,
  subscribed: false,
  status: 'active',
  period: { start: '2026-11-14T00:00:00Z', end: '2026-12-14T00:00:00Z' },
  ...more,
});

test.each<[string, Partial<Subscription>, string[]]>([
  ['somebody who tries it', { status: 'trialing', trial_ends: '2026-12-01T00:00:00Z' }, ['trial']],
  ['somebody who has bought during the trial', { status: 'trialing', subscribed: true, renews_at: '2026-12-01T00:00:00Z' }, ['trialPaid']],
  ['a subscriber', { subscribed: true, renews_at: '2026-12-14T00:00:00Z' }, ['renews']],
  ['a subscriber who has cancelled', { subscribed: true, cancel_at: '2026-12-14T00:00:00Z' }, ['ends']],
  ['a subscriber who changes to a smaller plan', { subscribed: true, renews_at: '2026-12-14T00:00:00Z', next: { plan: 'a', name: 'A', at: '2026-12-14T00:00:00Z' } }, ['becomes']],
  ['a subscriber whose payment failed', { subscribed: true, status: 'past_due', renews_at: '2026-12-14T00:00:00Z' }, ['grace']],
  ['somebody whose subscription has ended', { status: 'cancelled', reason: 'ended', erase_at: '2027-01-14T00:00:00Z' }, ['paused', 'rests', 'erased']],
  ['somebody whom the operator has paused', { subscribed: true, status: 'suspended', reason: 'operator' }, ['paused', 'rests']],
  ['somebody to whom a plan was given', { assigned: true }, ['assigned']],
  ['somebody to whom one was given where nothing is sold', { assigned: true, payments: false }, ['assigned']],
  ['somebody on a plan that costs nothing', {}, ['nothing']],
  ['somebody where nothing is sold', { payments: false }, []],
])('%s is told what matters', (_, more, lines) => {
  expect(linesOf(subscription(more))).toEqual(lines);
});

test('who owes something is asked to pay, and who does not is not', () => {
  expect(owes(subscription({ subscribed: true, status: 'past_due' }))).toBe(true);
  expect(owes(subscription({ subscribed: true, status: 'suspended', reason: 'unpaid' }))).toBe(true);
  expect(owes(subscription({ subscribed: true, status: 'suspended', reason: 'operator' }))).toBe(false);
  expect(owes(subscription({ status: 'suspended', reason: 'trial_over' }))).toBe(false);
  expect(owes(subscription({ payments: false, subscribed: true, status: 'past_due' }))).toBe(false);
});

test('of the one plan of an installation without plans nothing is said', () => {
  const plan = { ...subscription({}).plan, id: 'unlimited' };
  expect(hasPlans(subscription({ payments: false, plan }))).toBe(false);
  expect(hasPlans(subscription({ payments: false }))).toBe(true);
  expect(hasPlans(subscription({}))).toBe(true);
});
