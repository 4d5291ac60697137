/** Why a sign-in at an identity provider came to nothing, by the server's code; it comes in an address. */
const refusals = ['oidc_link_first', 'oidc_email_unverified', 'oidc_denied', 'oidc_expired', 'oidc_unavailable'] as const;

export function refusalOf(code: string): (typeof refusals)[number] | 'other' {
  return refusals.find((known) => known === code) ?? 'other';
}
