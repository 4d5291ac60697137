import { queryOptions } from '@tanstack/react-query';
import { api, body } from './client';
import type { CreatedWebhook, NewWebhook, Webhook, WebhookPatch, WebhookTest } from './types';

const one = (webhook: string) => ({ params: { path: { webhook } } });
const at = '/api/v1/webhooks/{webhook}';

export const webhooksQuery = queryOptions({
  queryKey: ['webhooks'],
  queryFn: async (): Promise<Webhook[]> => (await body(api.GET('/api/v1/webhooks', {}))).items,
});

/** The answer has the secret, which is told once. */
export function createWebhook(webhook: NewWebhook): Promise<CreatedWebhook> {
  return body(api.POST('/api/v1/webhooks', { body: webhook }));
}

export async function changeWebhook(webhook: string, change: WebhookPatch): Promise<void> {
  await body(api.PATCH(at, { ...one(webhook), body: change }));
}

export async function deleteWebhook(webhook: string): Promise<void> {
  await body(api.DELETE(at, one(webhook)));
}

/** Another secret, told once like the first; the old one counts for a day beside it. */
export function rotateWebhookSecret(webhook: string): Promise<CreatedWebhook> {
  return body(api.POST(`${at}/rotation`, one(webhook)));
}

export async function endOldWebhookSecret(webhook: string): Promise<void> {
  await body(api.DELETE(`${at}/old-secret`, one(webhook)));
}

/** Sends it a ping now, and tells what came back. */
export function testWebhook(webhook: string): Promise<WebhookTest> {
  return body(api.POST(`${at}/test`, one(webhook)));
}
