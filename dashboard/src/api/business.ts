import { queryOptions } from '@tanstack/react-query';
import { api, body } from './client';
import type { Access, Retention, TenantExport } from './types';

// The business: its name, who owns it, from where it is reached, and what it keeps.

export const tenantQuery = queryOptions({
  queryKey: ['tenant'],
  queryFn: () => body(api.GET('/api/v1/tenant', {})),
});

export async function changeTenant(change: { name?: string; second_factor_required?: boolean }): Promise<void> {
  await body(api.PATCH('/api/v1/tenant', { body: change }));
}

/** All businesses that the person works in. */
export const membershipsQuery = queryOptions({
  queryKey: ['me', 'tenants'],
  queryFn: async () => (await body(api.GET('/api/v1/me/tenants', {}))).items,
  staleTime: 60_000,
});

/** Goes on in another business of the person. */
export async function switchTenant(tenant: string): Promise<void> {
  await body(api.POST('/api/v1/auth/switch', { body: { tenant } }));
}

/** The member becomes the owner, and whoever asks an admin. */
export async function handOver(user: string, password: string): Promise<void> {
  await body(api.POST('/api/v1/tenant/ownership', { body: { user, password } }));
}

export const accessQuery = queryOptions({
  queryKey: ['tenant', 'access'],
  queryFn: (): Promise<Access> => body(api.GET('/api/v1/tenant/access', {})),
});

/** From which addresses the dashboard is reached; none: from all. Returns how they were understood. */
export function saveAccess(addresses: string[]): Promise<Access> {
  return body(api.PUT('/api/v1/tenant/access', { body: { addresses } }));
}

export const retentionQuery = queryOptions({
  queryKey: ['tenant', 'retention'],
  queryFn: (): Promise<Retention> => body(api.GET('/api/v1/tenant/retention', {})),
});

export function saveRetention(retention: Retention): Promise<Retention> {
  return body(api.PUT('/api/v1/tenant/retention', { body: retention }));
}

export function beginExport(): Promise<TenantExport> {
  return body(api.POST('/api/v1/tenant/exports'));
}

/** An export is made in the background: it is looked at until it is there. */
export const exportQuery = (id: string) =>
  queryOptions({
    queryKey: ['tenant', 'exports', id],
    queryFn: (): Promise<TenantExport> => body(api.GET('/api/v1/tenant/exports/{export}', { params: { path: { export: id } } })),
    refetchInterval: ({ state }) => (state.data?.state === 'preparing' ? 2000 : false),
  });

export const exportFile = (id: string) => `/api/v1/tenant/exports/${encodeURIComponent(id)}/file`;

/** When all of the business will be gone, if it is going. */
export const erasureQuery = queryOptions({
  queryKey: ['tenant', 'erasure'],
  queryFn: async () => (await body(api.GET('/api/v1/tenant/erasure', {}))).erased_at,
  staleTime: 60_000,
});

/** After seven days it is erased; until then it can be restored. */
export async function eraseTenant(name: string, password: string): Promise<void> {
  await body(api.DELETE('/api/v1/tenant', { body: { name, password } }));
}

export async function restoreTenant(): Promise<void> {
  await body(api.POST('/api/v1/tenant/restoration'));
}
