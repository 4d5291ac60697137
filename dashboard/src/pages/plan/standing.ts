import type { Subscription } from '../../api/types';

/** Whether visitors are answered. */
export const serves = ({ status }: Subscription) => status !== 'suspended' && status !== 'cancelled';

/** Whether there are plans at all: an installation without a catalogue has one for everybody, of which nothing is said. */
export const hasPlans = ({ payments, assigned, plan }: Subscription) => payments || assigned || plan.id !== 'unlimited';

/** Whether something is owed that can be paid: the way out is to pay, not to choose a plan. */
export const owes = ({ payments, subscribed, status, reason }: Subscription) =>
  payments && subscribed && (status === 'past_due' || (status === 'suspended' && reason === 'unpaid'));

/** What is told about a plan, below its name: keys below `plan`, in the order in which they are read. */
export type Line = 'assigned' | 'nothing' | 'trial' | 'trialPaid' | 'renews' | 'ends' | 'becomes' | 'grace' | 'paused' | 'rests' | 'erased';

export function linesOf(has: Subscription): Line[] {
  const lines: Line[] = [];
  if (!serves(has)) {
    lines.push('paused', 'rests');
    if (has.erase_at) lines.push('erased');
    return lines;
  }
  if (has.status === 'past_due') lines.push('grace');
  if (has.status === 'trialing') lines.push(has.subscribed ? 'trialPaid' : 'trial');
  if (has.cancel_at) lines.push('ends');
  else if (has.next) lines.push('becomes');
  else if (has.renews_at && has.status === 'active') lines.push('renews');
  if (has.assigned) lines.push('assigned');
  else if (has.payments && !has.subscribed && has.status === 'active') lines.push('nothing');
  return lines;
}
