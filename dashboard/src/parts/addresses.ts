/** What was typed as network addresses, one each. Whether they are any is for the server to say. */
export function parseAddresses(typed: string): string[] {
  return [...new Set(typed.split(/[\s,;]+/).filter(Boolean))];
}
