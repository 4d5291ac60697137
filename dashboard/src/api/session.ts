// The session is a pair of HttpOnly cookies; this code never sees a token. An
// access cookie that ran out is renewed once for all requests that met it.

let renewal: Promise<boolean> | undefined;

/** Renews the session; requests that fail together share one attempt. False: sign in again. */
export function renewSession(): Promise<boolean> {
  renewal ??= alone(renew).finally(() => {
    renewal = undefined;
  });
  return renewal;
}

/** fetch that renews the session and repeats the request once when it is answered 401. */
export async function sessionFetch(request: Request): Promise<Response> {
  const again = request.clone();
  const answer = await fetch(request);
  if (answer.status !== 401 || new URL(request.url).pathname.startsWith('/api/v1/auth/')) {
    return answer;
  }
  return (await renewSession()) ? fetch(again) : answer;
}

/** A refresh cookie is good once, and its second use ends the session: windows take turns. */
async function alone(task: () => Promise<boolean>): Promise<boolean> {
  // Without a secure context there are no locks; then the windows must be lucky.
  return 'locks' in navigator ? await navigator.locks.request('parley.session', task) : task();
}

async function renew(): Promise<boolean> {
  // Another window may have done it while this one waited.
  const me = await fetch('/api/v1/me', { credentials: 'same-origin' });
  if (me.ok) return true;
  const renewed = await fetch('/api/v1/auth/refresh', { method: 'POST', credentials: 'same-origin' });
  return renewed.ok;
}
