import type { BillingPlan, Feature, Interval } from '../../api/types';

/** What is counted, in the order in which it is told. */
export const counted = ['answers', 'bots', 'seats', 'passages', 'pages'] as const;
export type Counted = (typeof counted)[number];

/** What a plan costs by the month or by the year, if it is sold so. */
export const priceOf = (plan: BillingPlan, interval: Interval) => plan.prices.find((price) => price.interval === interval);

/** How much less a year costs than twelve months, as a share; 0: nothing, or one of them is not sold. */
export function saving(plan: BillingPlan): number {
  const [month, year] = [priceOf(plan, 'month'), priceOf(plan, 'year')];
  if (!month || !year || month.currency !== year.currency || month.amount === 0) return 0;
  return Math.max(0, 1 - year.amount / (12 * month.amount));
}

/** The intervals at which any of the plans is sold. */
export function intervalsOf(plans: BillingPlan[]): Interval[] {
  return (['month', 'year'] as const).filter((interval) => plans.some((plan) => priceOf(plan, interval)));
}

/** All that not every plan has, in the order in which it is told. */
export const features = ['api', 'webhooks', 'identity', 'second_factor'] as const satisfies Feature[];

/** The features by which plans differ, or that all of them have. */
export function featuresOf(plans: BillingPlan[]): Feature[] {
  return features.filter((feature) => plans.some((plan) => plan.features.includes(feature)));
}
