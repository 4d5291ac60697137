import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from '@tanstack/react-router';
import { render } from '@testing-library/react';
import type { ReactNode } from 'react';
import { theme } from '../theme/theme';

/** Shows a component with what surrounds it in the dashboard; every address leads to it. */
export async function show(component: ReactNode) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const router = createRouter({
    routeTree: createRootRoute({ component: () => component, notFoundComponent: () => component }),
    history: createMemoryHistory(),
  });
  await router.load();
  return render(
    <MantineProvider theme={theme} withCssVariables={false} withGlobalClasses={false} env="test">
      <QueryClientProvider client={client}>
        <RouterProvider router={router as never} />
      </QueryClientProvider>
    </MantineProvider>,
  );
}

/** Answers of the server by "METHOD /path"; anything else fails the test that asks for it. */
export function server(answers: Record<string, { status: number; body?: unknown }>) {
  const asked: string[] = [];
  const answer = async (input: RequestInfo | URL, init?: RequestInit) => {
    const request = input instanceof Request ? input : new Request(new URL(String(input), window.location.origin), init);
    const name = `${request.method} ${new URL(request.url).pathname}`;
    asked.push(name);
    const found = answers[name];
    if (!found) throw new Error(`the test has no answer to ${name}`);
    return new Response(found.body === undefined ? null : JSON.stringify(found.body), {
      status: found.status,
      headers: { 'Content-Type': found.status >= 400 ? 'application/problem+json' : 'application/json' },
    });
  };
  return { answer, asked };
}
