import type { Subscription, Usage } from '../api/types';
import { hasPlans, owes, serves } from '../pages/plan/standing';

/** What a person should know of their plan wherever they are. `text` is a key below `standing`. */
export interface StandingNotice {
  text: 'trial' | 'trialToday' | 'pastDue' | 'trial_over' | 'unpaid' | 'refunded' | 'ended' | 'operator' | 'ending' | 'nearly' | 'full' | 'beyond';
  tone: 'info' | 'warning' | 'danger';
  /** Where the way out is; none: whoever runs the service has it. */
  leads?: 'choose' | 'pay' | 'keep' | 'see' | 'larger';
  days?: number;
}

/** From so many days before its end on a trial, or a subscription that was cancelled, is told of. */
const soon = 7;
/** As mails have it. */
const nearly = 0.8;

const day = 86_400_000;

/** Of where a business stands with its plan; none where all is well. */
export function standingNotice(has: Subscription, now: number): StandingNotice | undefined {
  if (!serves(has)) {
    const text = has.reason ?? 'ended';
    if (text === 'operator') return { text, tone: 'danger' };
    return { text, tone: 'danger', leads: !has.payments ? undefined : owes(has) ? 'pay' : 'choose' };
  }
  if (has.status === 'past_due') return { text: 'pastDue', tone: 'warning', leads: has.payments ? 'pay' : undefined };
  const left = (at?: string) => (at ? (Date.parse(at) - now) / day : Infinity);
  if (has.status === 'trialing' && !has.subscribed && left(has.trial_ends) <= soon) {
    const days = Math.ceil(left(has.trial_ends));
    return { text: days <= 1 ? 'trialToday' : 'trial', tone: 'info', leads: has.payments ? 'choose' : undefined, days };
  }
  if (left(has.cancel_at) <= soon) return { text: 'ending', tone: 'info', leads: 'keep' };
  return undefined;
}

/** Of how much of the month's answers is used; none while there is enough, or while chats rest anyway. */
export function usageNotice(has: Subscription, { answers }: Usage): StandingNotice | undefined {
  const { used, included, limit } = answers;
  if (!serves(has) || included === null || used < nearly * included) return undefined;
  const larger = has.payments ? 'larger' : hasPlans(has) ? undefined : 'see';
  if (used < included) return { text: 'nearly', tone: 'warning', leads: larger };
  if (limit === null || used < limit) return { text: 'beyond', tone: 'info', leads: 'see' };
  return { text: 'full', tone: 'danger', leads: larger };
}
