import { afterEach, describe, expect, test, vi } from 'vitest';
import { sessionFetch } from './session';

const address = (path: string) => new URL(path, window.location.origin).href;

/** A server whose access cookie has run out until it is refreshed. */
function expired({ refresh }: { refresh: number }) {
  const asked: string[] = [];
  let fresh = false;
  vi.stubGlobal('fetch', async (input: Request | string) => {
    const path = typeof input === 'string' ? input : new URL(input.url).pathname;
    asked.push(path);
    if (path === '/api/v1/auth/refresh') {
      fresh = refresh === 200;
      return new Response(null, { status: refresh });
    }
    const body = input instanceof Request ? await input.text() : '';
    return new Response(body, { status: fresh ? 200 : 401 });
  });
  return asked;
}

afterEach(() => vi.unstubAllGlobals());

describe('a request that is answered 401', () => {
  test('is sent again, with its body, once the session is renewed', async () => {
    const asked = expired({ refresh: 200 });
    const answer = await sessionFetch(new Request(address('/api/v1/bots'), { method: 'POST', body: '{"name":"x"}' }));
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe('{"name":"x"}');
    expect(asked).toEqual(['/api/v1/bots', '/api/v1/auth/refresh', '/api/v1/bots']);
  });

  test('shares the renewal with others that met it at the same time', async () => {
    const asked = expired({ refresh: 200 });
    const answers = await Promise.all(['a', 'b', 'c'].map((p) => sessionFetch(new Request(address(`/api/v1/${p}`)))));
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200]);
    expect(asked.filter((path) => path === '/api/v1/auth/refresh')).toHaveLength(1);
  });

  test('stays 401 when the session cannot be renewed', async () => {
    const asked = expired({ refresh: 401 });
    expect((await sessionFetch(new Request(address('/api/v1/me')))).status).toBe(401);
    expect(asked).toEqual(['/api/v1/me', '/api/v1/auth/refresh']);
  });

  test.each(['auth/login', 'invitations/accept'])('is a wrong password when it was %s: nothing is renewed', async (entrance) => {
    const asked = expired({ refresh: 200 });
    await sessionFetch(new Request(address(`/api/v1/${entrance}`), { method: 'POST' }));
    expect(asked).toEqual([`/api/v1/${entrance}`]);
  });
});
