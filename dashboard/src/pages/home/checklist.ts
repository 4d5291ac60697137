import type { Bot, Conversation, Source } from '../../api/types';

/** The way from nothing to a bot that answers visitors. Each step ticks itself. */
export const steps = ['bot', 'source', 'try', 'paste', 'conversation'] as const;
export type Step = (typeof steps)[number];

export interface Facts {
  bot?: Bot;
  sources: Source[];
  tried: boolean;
  conversations: Conversation[];
  /** Where the dashboard runs: its demo page is not a website of the owner's. */
  origin: string;
}

export function done(step: Step, facts: Facts): boolean {
  const { bot, sources, tried, conversations, origin } = facts;
  switch (step) {
    case 'bot':
      return bot !== undefined;
    case 'source':
      return sources.some((source) => source.state === 'ready');
    case 'try':
      return tried || conversations.length > 0;
    case 'paste':
      return bot !== undefined && bot.domains.length > 0;
    case 'conversation':
      return conversations.some((c) => c.page !== undefined && !c.page.startsWith(`${origin}/`));
  }
}

/** The first step that is not done, or none when all are. */
export function next(facts: Facts): Step | undefined {
  return steps.find((step) => !done(step, facts));
}

// That the owner tried a bot is known to their browser only, until the first conversation.
const key = (bot: string) => `parley.tried.${bot}`;

export function remembersTrying(bot: string): boolean {
  return localStorage.getItem(key(bot)) !== null;
}

export function rememberTrying(bot: string): void {
  localStorage.setItem(key(bot), '1');
}
