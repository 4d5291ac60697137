/** The challenge that a sign-in elsewhere brings with it: behind the #, which no server is sent. */
export function challengeOf(): string | undefined {
  const challenge = new URLSearchParams(window.location.hash.slice(1)).get('challenge');
  return challenge || undefined;
}
