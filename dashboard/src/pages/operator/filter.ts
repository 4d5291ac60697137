import type { BillingEvent, TenantFilter } from '../../api/operator';
import { statuses } from './words';

/** What narrows the list of businesses, as its address has it. */
export function tenantFilterOf({ status, plan, text }: Record<string, unknown>): TenantFilter {
  const said = (value: unknown) => (value === undefined || value === '' ? undefined : String(value));
  return { status: statuses.find((known) => known === status), plan: said(plan), text: said(text) };
}

export const eventStates = ['failed', 'waiting', 'settled'] as const;

/** Which events are shown; none named: all. */
export function eventStateOf({ state }: Record<string, unknown>): { state?: BillingEvent['state'] } {
  return { state: eventStates.find((known) => known === state) };
}
