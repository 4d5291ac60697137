// The session is a pair of HttpOnly cookies; this code never sees a token. An
// access cookie that ran out is renewed once for all requests that met it.

let renewal: Promise<boolean> | undefined;

/** Renews the session; requests that fail together share one attempt. False: sign in again. */
export function renewSession(): Promise<boolean> {
  renewal ??= takeTurns().finally(() => {
    renewal = undefined;
  });
  return renewal;
}

// There a 401 is a wrong password, and no session's end.
const entrances = /^\/api\/v1\/(auth\/|invitations\/(lookup|accept)$)/;

/** fetch that renews the session and repeats the request once when it is answered 401. */
export async function sessionFetch(request: Request): Promise<Response> {
  const again = request.clone();
  const answer = await fetch(request);
  if (answer.status !== 401 || entrances.test(new URL(request.url).pathname)) {
    return answer;
  }
  return (await renewSession()) ? fetch(again) : answer;
}

/** A refresh cookie is good once, and its second use ends the session: windows take turns. */
async function takeTurns(): Promise<boolean> {
  // Without a secure context there are no locks; then the windows must be lucky.
  if (!('locks' in navigator)) return renew();
  const name = 'parley.session';
  const first = await navigator.locks.request(name, { ifAvailable: true }, (lock) => (lock ? renew() : undefined));
  if (first !== undefined) return first;
  return await navigator.locks.request(name, async () => (await signedIn()) || renew());
}

/** Whether the window that went first has renewed it for all. */
async function signedIn(): Promise<boolean> {
  return (await fetch('/api/v1/me', { credentials: 'same-origin' })).ok;
}

async function renew(): Promise<boolean> {
  return (await fetch('/api/v1/auth/refresh', { method: 'POST', credentials: 'same-origin' })).ok;
}
