import { queryOptions } from '@tanstack/react-query';
import { api, body } from './client';
import type { Interval, Invoice, PlanPreview, PlansOnOffer, Subscription, SupportAccess, Usage } from './types';

// What is sold, what the business has of it and uses, and whether whoever runs the service may look.

export const plansQuery = queryOptions({
  queryKey: ['plans'],
  queryFn: (): Promise<PlansOnOffer> => body(api.GET('/api/v1/plans', {})),
  staleTime: 5 * 60_000,
});

/** It is looked at again while a page is open: what somebody pays, or the operator decides, shows by itself. */
export const subscriptionQuery = queryOptions({
  queryKey: ['subscription'],
  queryFn: (): Promise<Subscription> => body(api.GET('/api/v1/subscription', {})),
  staleTime: 30_000,
  refetchInterval: 60_000,
});

/** Of the current month. */
export const usageQuery = queryOptions({
  queryKey: ['usage', ''],
  queryFn: (): Promise<Usage> => body(api.GET('/api/v1/usage', {})),
  staleTime: 30_000,
  refetchInterval: 60_000,
});

/** Of one of Usage.periods. */
export const usageOfQuery = (period: string) =>
  queryOptions({
    queryKey: ['usage', period],
    queryFn: (): Promise<Usage> => body(api.GET('/api/v1/usage', { params: { query: { period } } })),
    staleTime: 60_000,
  });

export const invoicesQuery = queryOptions({
  queryKey: ['subscription', 'invoices'],
  queryFn: async (): Promise<Invoice[]> => (await body(api.GET('/api/v1/subscription/invoices', {}))).items,
});

export interface Choice {
  plan: string;
  interval: Interval;
}

/** The address of the page on which a plan is paid for. */
export async function beginCheckout(choice: Choice): Promise<string> {
  return (await body(api.POST('/api/v1/subscription/checkout', { body: choice }))).url;
}

/** The address of the page on which one says how it is paid. */
export async function openPortal(): Promise<string> {
  return (await body(api.POST('/api/v1/subscription/portal'))).url;
}

export function previewChange(choice: Choice): Promise<PlanPreview> {
  return body(api.POST('/api/v1/subscription/preview', { body: choice }));
}

/** Under the conditions of a preview, which is named by its instant. */
export function changePlan(choice: Choice, at: string): Promise<Subscription> {
  return body(api.PUT('/api/v1/subscription', { body: { ...choice, at } }));
}

export function cancelSubscription(): Promise<Subscription> {
  return body(api.DELETE('/api/v1/subscription', {}));
}

/** Takes back that it ends, or that its plan changes. */
export function resumeSubscription(): Promise<Subscription> {
  return body(api.POST('/api/v1/subscription/resumption'));
}

export const supportAccessQuery = queryOptions({
  queryKey: ['tenant', 'support-access'],
  queryFn: (): Promise<SupportAccess> => body(api.GET('/api/v1/tenant/support-access', {})),
});

export function allowSupport(until: Date): Promise<SupportAccess> {
  return body(api.PUT('/api/v1/tenant/support-access', { body: { until: until.toISOString() } }));
}

export async function endSupport(): Promise<void> {
  await body(api.DELETE('/api/v1/tenant/support-access', {}));
}
