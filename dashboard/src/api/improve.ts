import { type QueryClient, queryOptions } from '@tanstack/react-query';
import { api, body } from './client';
import type { AnswerPlace, GapState, ImportedTests, NewFix, NewPreview, Preview, SettingsPatch, TestRun, TestWish } from './types';

const path = (bot: string) => ({ params: { path: { bot } } });

/** How often a run that is under way is asked for. */
const watchEvery = 1000;
/** Grouping the questions is work for the server, and a page's badge need not be of this second. */
const gapsFresh = 60_000;

export const gapsQuery = (bot: string, state: GapState = 'open') =>
  queryOptions({
    queryKey: ['gaps', bot, state],
    queryFn: () => body(api.GET('/api/v1/bots/{bot}/gaps', { params: { path: { bot }, query: { state } } })),
    staleTime: gapsFresh,
  });

export async function settleGaps(bot: string, places: AnswerPlace[], state: GapState): Promise<void> {
  await body(api.POST('/api/v1/bots/{bot}/gaps/settle', { ...path(bot), body: { places, state } }));
}

export function gapsChanged(client: QueryClient, bot: string): Promise<void> {
  return client.invalidateQueries({ queryKey: ['gaps', bot] });
}

/** Says how a question is answered from now on. */
export async function fixAnswer(bot: string, fix: NewFix): Promise<void> {
  await body(api.POST('/api/v1/bots/{bot}/fixes', { ...path(bot), body: fix }));
}

/** Answers that cite what has changed since. */
export const oldAnswersQuery = (bot: string) =>
  queryOptions({
    queryKey: ['old-answers', bot],
    queryFn: async () => (await body(api.GET('/api/v1/bots/{bot}/old-answers', path(bot)))).items,
  });

/** How the bot answers, without a conversation. */
export function preview(bot: string, question: NewPreview): Promise<Preview> {
  return body(api.POST('/api/v1/bots/{bot}/preview', { ...path(bot), body: question }));
}

export const testsQuery = (bot: string) =>
  queryOptions({
    queryKey: ['tests', bot, 'questions'],
    queryFn: async () => (await body(api.GET('/api/v1/bots/{bot}/tests', path(bot)))).items,
  });

/** Adds a test question, or changes the one of this id. */
export async function saveTest(bot: string, wish: TestWish, test?: string): Promise<void> {
  if (test === undefined) await body(api.POST('/api/v1/bots/{bot}/tests', { ...path(bot), body: wish }));
  else await body(api.PUT('/api/v1/bots/{bot}/tests/{test}', { params: { path: { bot, test } }, body: wish }));
}

export async function deleteTest(bot: string, test: string): Promise<void> {
  await body(api.DELETE('/api/v1/bots/{bot}/tests/{test}', { params: { path: { bot, test } } }));
}

/** Adds test questions from comma-separated values. */
export function importTests(bot: string, csv: string): Promise<ImportedTests> {
  return body(
    api.POST('/api/v1/bots/{bot}/tests/import', {
      ...path(bot),
      body: csv,
      bodySerializer: (text) => text,
      headers: { 'Content-Type': 'text/csv' },
    }),
  );
}

/** Newest first, without their results. */
export const testRunsQuery = (bot: string) =>
  queryOptions({
    queryKey: ['tests', bot, 'runs'],
    queryFn: async () => (await body(api.GET('/api/v1/bots/{bot}/test-runs', path(bot)))).items,
    refetchInterval: (query) => (query.state.data?.some((run) => run.state === 'running') ? watchEvery : false),
  });

export const testRunQuery = (bot: string, run: string) =>
  queryOptions({
    queryKey: ['tests', bot, 'runs', run],
    queryFn: () => body(api.GET('/api/v1/bots/{bot}/test-runs/{run}', { params: { path: { bot, run } } })),
    refetchInterval: (query) => (query.state.data?.state === 'running' ? watchEvery : false),
  });

/** Asks all test questions; with settings, as if these were saved. */
export function beginTestRun(bot: string, settings?: SettingsPatch): Promise<TestRun> {
  return body(api.POST('/api/v1/bots/{bot}/test-runs', { ...path(bot), body: { settings } }));
}

export function testsChanged(client: QueryClient, bot: string): Promise<void> {
  return client.invalidateQueries({ queryKey: ['tests', bot] });
}
