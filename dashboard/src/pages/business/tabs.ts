import { useQuery } from '@tanstack/react-query';
import { meQuery } from '../../api/account';
import { subscriptionQuery } from '../../api/plans';
import type { Permission } from '../../api/types';
import { hasPlans } from '../plan/standing';

const tabs = {
  general: 'manage_tenant',
  plan: 'manage_tenant',
  usage: 'manage_tenant',
  access: 'manage_tenant',
  privacy: 'manage_tenant',
  keys: 'manage_keys',
  webhooks: 'manage_webhooks',
  audit: 'read_audit',
  activity: 'manage_tenant',
} as const satisfies Record<string, Permission>;

export type SettingsTab = keyof typeof tabs;

/** Which pages of settings there are for the person. Where there are no plans, nothing is said of them. */
export function useSettingsTabs(): SettingsTab[] {
  const may = useQuery(meQuery).data?.permissions ?? [];
  const subscription = useQuery(subscriptionQuery).data;
  const planned = subscription !== undefined && hasPlans(subscription);
  return (Object.keys(tabs) as SettingsTab[]).filter((tab) => may.includes(tabs[tab]) && (tab !== 'plan' || planned));
}
