// Saved replies: which ones fit what was typed, and what their variables become.

import type { Reply } from '../api/types';

export interface Filling {
  visitor?: { name?: string; email?: string };
  agent: string;
  company: string;
  bot: string;
}

/** A variable of which nothing is known leaves nothing, and no space before a comma. */
export function fill(text: string, { visitor, agent, company, bot }: Filling): string {
  const values: Record<string, string> = {
    'visitor.name': visitor?.name ?? '',
    'visitor.email': visitor?.email ?? '',
    'agent.name': agent,
    company,
    bot,
  };
  const variable = /( ?)\{\{\s*([a-z.]+)\s*\}\}/g;
  return text.replace(variable, (whole, space: string, name: string) => {
    const value = values[name];
    if (value === undefined) return whole; // not one of ours
    return value === '' ? '' : space + value;
  });
}

/** What stands behind a "/" that begins the text, or undefined: no reply is being looked for. */
export function wanted(text: string): string | undefined {
  return /^\/([^\s/]*(?: [^\s/]+)*)$/.exec(text)?.[1];
}

/** Those that fit, best first: by shortcut, then by title, then by what they say. */
export function fitting(replies: Reply[], typed: string): Reply[] {
  const words = typed.toLocaleLowerCase();
  const rank = ({ shortcut, title, text }: Reply) => {
    if (shortcut.startsWith(words)) return 0;
    if (title.toLocaleLowerCase().includes(words)) return 1;
    return text.toLocaleLowerCase().includes(words) ? 2 : 3;
  };
  return replies
    .map((reply) => ({ reply, rank: rank(reply) }))
    .filter(({ rank }) => rank < 3)
    .sort((a, b) => a.rank - b.rank || a.reply.shortcut.localeCompare(b.reply.shortcut))
    .map(({ reply }) => reply);
}

/** What stands behind the "@" that the caret is at, and where that is. */
export function mentioning(text: string, caret: number): { at: number; typed: string } | undefined {
  const found = /(?:^|\s)@([^\s@]*)$/.exec(text.slice(0, caret));
  return found ? { at: caret - found[1]!.length - 1, typed: found[1]! } : undefined;
}

/** The members whose names stand in the text behind an "@"; of two that fit, the one with the longer name. */
export function mentionsIn<M extends { id: string; name: string }>(text: string, members: M[]): M[] {
  const longestFirst = members.filter(({ name }) => name !== '').sort((a, b) => b.name.length - a.name.length);
  const found = new Set<M>();
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    const behind = text.slice(at + 1);
    const member = longestFirst.find(({ name }) => behind.startsWith(name) && !/^[\p{L}\p{N}]/u.test(behind.slice(name.length)));
    if (member) found.add(member);
  }
  return members.filter((member) => found.has(member));
}
