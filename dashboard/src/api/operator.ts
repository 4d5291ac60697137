import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import createClient from 'openapi-fetch';
import { api, body } from './client';
import type { components, paths } from './schema';

type Schemas = components['schemas'];

export type OperatedTenant = Schemas['OperatedTenant'];
export type OperatedTenantDetail = Schemas['OperatedTenantDetail'];
export type Revenue = Schemas['Revenue'];
export type BillingEvent = Schemas['BillingEvent'];
export type BillingComparison = Schemas['BillingComparison'];
export type Visit = Schemas['Visit'];

export interface TenantFilter {
  status?: OperatedTenant['status'];
  plan?: string;
  text?: string;
}

/** All businesses, latest first. */
export const tenantsQuery = (filter: TenantFilter) =>
  infiniteQueryOptions({
    queryKey: ['operator', 'tenants', filter],
    queryFn: ({ pageParam: cursor }) => body(api.GET('/api/v1/operator/tenants', { params: { query: { ...filter, limit: 50, cursor } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next || undefined,
  });

const one = (tenant: string) => ({ params: { path: { tenant } } });

export const tenantQuery = (tenant: string) =>
  queryOptions({
    queryKey: ['operator', 'tenant', tenant],
    queryFn: () => body(api.GET('/api/v1/operator/tenants/{tenant}', one(tenant))),
  });

export function assignPlan(tenant: string, plan: string, reason: string): Promise<OperatedTenantDetail> {
  return body(api.PUT('/api/v1/operator/tenants/{tenant}/plan', { ...one(tenant), body: { plan, reason } }));
}

export function suspendTenant(tenant: string, reason: string, shutOut: boolean): Promise<OperatedTenantDetail> {
  return body(api.PUT('/api/v1/operator/tenants/{tenant}/suspension', { ...one(tenant), body: { reason, shut_out: shutOut } }));
}

export function resumeTenant(tenant: string): Promise<OperatedTenantDetail> {
  return body(api.DELETE('/api/v1/operator/tenants/{tenant}/suspension', one(tenant)));
}

export function visitTenant(tenant: string, reason: string): Promise<Visit> {
  return body(api.POST('/api/v1/operator/tenants/{tenant}/visits', { ...one(tenant), body: { reason } }));
}

export const revenueQuery = queryOptions({
  queryKey: ['operator', 'revenue'],
  queryFn: () => body(api.GET('/api/v1/operator/revenue', {})),
});

export const eventsQuery = (state?: BillingEvent['state']) =>
  infiniteQueryOptions({
    queryKey: ['operator', 'events', state],
    queryFn: ({ pageParam: cursor }) => body(api.GET('/api/v1/operator/events', { params: { query: { state, limit: 50, cursor } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next || undefined,
  });

export async function replayEvent(event: string): Promise<void> {
  await body(api.POST('/api/v1/operator/events/{event}/replay', { params: { path: { event } } }));
}

export const differencesQuery = queryOptions({
  queryKey: ['operator', 'differences'],
  queryFn: () => body(api.GET('/api/v1/operator/differences', {})),
});

export function compareNow(): Promise<BillingComparison> {
  return body(api.POST('/api/v1/operator/comparison', {}));
}

/** What a visit reads, and what is called when it is over. Its token is in no cookie and no storage: it is gone with the page. */
export function visitor(token: string, over: () => void) {
  const visiting = createClient<paths>({
    baseUrl: window.location.origin,
    credentials: 'omit',
    headers: { Authorization: `Bearer ${token}` },
    fetch: async (request) => {
      const answer = await fetch(request);
      if (answer.status === 401) over();
      return answer;
    },
  });
  return {
    bots: async () => (await body(visiting.GET('/api/v1/bots', {}))).items,
    sources: async (bot: string) => (await body(visiting.GET('/api/v1/bots/{bot}/sources', { params: { path: { bot }, query: { limit: 100 } } }))).items,
    conversations: async () => (await body(visiting.GET('/api/v1/conversations', { params: { query: { limit: 50 } } }))).items,
    events: async (conversation: string) =>
      (await body(visiting.GET('/api/v1/conversations/{conversation}/events', { params: { path: { conversation }, query: { limit: 200 } } }))).items,
  };
}
