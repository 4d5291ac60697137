/**
 * What was typed as allowed domains, one each. People paste addresses from the
 * browser: scheme and path are taken off; whether the rest is a domain is for
 * the server to say.
 */
export function parseDomains(typed: string): string[] {
  const domains = typed
    .split(/[\s,;]+/)
    .map((entry) => entry.replace(/^https?:\/\//i, '').replace(/\/.*$/, '').toLowerCase())
    .filter((entry) => entry !== '');
  return [...new Set(domains)];
}
