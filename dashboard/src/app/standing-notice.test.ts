// @vitest-environment node
import { describe, expect, test } from 'vitest';
import type { Subscription, Usage } from '../api/types';
import { standingNotice, usageNotice } from './standing-notice';

const now = Date.parse('2026-11-23T12:00:00Z');
const limits = { answers: 1000, bots: 1, passages: null, seats: 2, pages: 100 };
const having = (more: Partial<Subscription>): Subscription => ({
  payments: true,
  plan: { id: 'starter', name: 'Starter', about: '', prices: [], trial_days: 14, limits, models: [], features: [] },
  assigned: false,
  subscribed: true,
  status: 'active',
  period: { start: '2026-11-14T00:00:00Z', end: '2026-12-14T00:00:00Z' },
  ...more,
});

describe('where a business stands is told', () => {
  test.each<[string, Partial<Subscription>, object | undefined]>([
    ['to nobody while all is well', {}, undefined],
    ['in a trial that goes on for long: not', { subscribed: false, status: 'trialing', trial_ends: '2026-12-05T00:00:00Z' }, undefined],
    ['in the last week of a trial', { subscribed: false, status: 'trialing', trial_ends: '2026-11-26T11:00:00Z' }, { text: 'trial', tone: 'info', leads: 'choose', days: 3 }],
    ['on the last day of a trial', { subscribed: false, status: 'trialing', trial_ends: '2026-11-23T18:00:00Z' }, { text: 'trialToday', tone: 'info', leads: 'choose', days: 1 }],
    ['in a trial after which it is paid: not', { status: 'trialing', trial_ends: '2026-11-24T00:00:00Z' }, undefined],
    ['when a payment is missing', { status: 'past_due' }, { text: 'pastDue', tone: 'warning', leads: 'pay' }],
    ['when it was missing for too long', { status: 'suspended', reason: 'unpaid' }, { text: 'unpaid', tone: 'danger', leads: 'pay' }],
    ['when a trial is over', { subscribed: false, status: 'suspended', reason: 'trial_over' }, { text: 'trial_over', tone: 'danger', leads: 'choose' }],
    ['when it was paid back', { subscribed: false, status: 'suspended', reason: 'refunded' }, { text: 'refunded', tone: 'danger', leads: 'choose' }],
    ['when it has ended', { subscribed: false, status: 'cancelled', reason: 'ended' }, { text: 'ended', tone: 'danger', leads: 'choose' }],
    ['when the operator paused it: there the way out is not ours', { status: 'suspended', reason: 'operator' }, { text: 'operator', tone: 'danger' }],
    ['where nothing is sold, without a way to pay', { payments: false, subscribed: false, status: 'suspended', reason: 'trial_over' }, { text: 'trial_over', tone: 'danger', leads: undefined }],
    ['in the last week before it ends', { cancel_at: '2026-11-29T00:00:00Z' }, { text: 'ending', tone: 'info', leads: 'keep' }],
    ['long before it ends: not', { cancel_at: '2026-12-29T00:00:00Z' }, undefined],
  ])('%s', (_, more, expected) => {
    expect(standingNotice(having(more), now)).toEqual(expected);
  });
});

describe('how much is used is told', () => {
  const using = (used: number, included: number | null, limit: number | null) => ({ answers: { used, included, limit, over: 0 } }) as Usage;
  test.each<[string, Usage, object | undefined]>([
    ['below 80 %: not', using(799, 1000, 1000), undefined],
    ['from 80 % on', using(800, 1000, 1000), { text: 'nearly', tone: 'warning', leads: 'larger' }],
    ['at the limit', using(1000, 1000, 1000), { text: 'full', tone: 'danger', leads: 'larger' }],
    ['beyond what is included, where more is charged', using(1200, 1000, 3000), { text: 'beyond', tone: 'info', leads: 'see' }],
    ['where more is charged without an end', using(9000, 1000, null), { text: 'beyond', tone: 'info', leads: 'see' }],
    ['at the end of what is charged', using(3000, 1000, 3000), { text: 'full', tone: 'danger', leads: 'larger' }],
    ['without a limit: not', using(9000, null, null), undefined],
  ])('%s', (_, usage, expected) => {
    expect(usageNotice(having({}), usage)).toEqual(expected);
  });

  test('not to a business whose chats rest', () => {
    expect(usageNotice(having({ status: 'suspended', reason: 'unpaid' }), using(1000, 1000, 1000))).toBeUndefined();
  });

  test('where nothing is sold, without plans to choose from', () => {
    const has = having({ payments: false, subscribed: false });
    expect(usageNotice(has, using(1000, 1000, 1000))).toEqual({ text: 'full', tone: 'danger', leads: undefined });
    expect(usageNotice({ ...has, plan: { ...has.plan, id: 'unlimited' } }, using(1000, 1000, 1000))).toEqual({ text: 'full', tone: 'danger', leads: 'see' });
  });
});
