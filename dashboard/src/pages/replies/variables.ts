// What stands in a reply for what is known only when it is used.

/** Each with the name of its words in the catalogue. */
export const words = {
  'visitor.name': 'visitorName',
  'visitor.email': 'visitorEmail',
  'agent.name': 'agentName',
  company: 'company',
  bot: 'bot',
} as const;
export type Variable = keyof typeof words;
export const variables = Object.keys(words) as Variable[];

/** The text with a variable in place of what is selected, and where the caret is then. */
export function insert(text: string, variable: Variable, from: number, to: number): { text: string; caret: number } {
  const written = `{{${variable}}}`;
  // Words that touch get a space between.
  const before = /[\p{L}\p{N}}]$/u.test(text.slice(0, from)) ? ' ' : '';
  const after = /^[\p{L}\p{N}{]/u.test(text.slice(to)) ? ' ' : '';
  return {
    text: text.slice(0, from) + before + written + after + text.slice(to),
    caret: from + before.length + written.length,
  };
}

const found = /\{\{\s*([a-z.]+)\s*\}\}/g;

/** Whether a text says something of the visitor, of whom nothing may be known. */
export function namesVisitor(text: string): boolean {
  return [...text.matchAll(found)].some(([, name]) => name!.startsWith('visitor.'));
}

/** What may be typed behind "/". */
export const shortcut = /^[a-z0-9-]{1,32}$/;
