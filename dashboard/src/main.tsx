import '@fontsource-variable/inter/standard.css';
import './theme/mantine';
import './theme/tokens.css';
import './theme/base.css';
import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { sourcesChanged } from './api/sources';
import { uploads } from './api/upload';
import { gateOf, makeQueryClient } from './app/query';
import { makeRouter } from './app/router';
import './i18n';
import { theme } from './theme/theme';

/** What is seen without a sign-in. */
const open = ['/sign-in', '/register', '/join', '/forgot', '/reset', '/confirm', '/plans'];

const client = makeQueryClient((problem) => {
  const { pathname, href } = router.state.location;
  if (open.includes(pathname)) return;
  const gate = gateOf(problem);
  if (gate) {
    if (pathname !== gate) void router.navigate({ to: gate, search: gate === '/profile/security' ? { required: 'yes' } : {} });
    return;
  }
  client.clear();
  void router.navigate({ to: '/sign-in', search: { next: href } });
});
const router = makeRouter(client);

uploads.onArrival = (bot) => void sourcesChanged(client, bot);

const root = document.getElementById('root');
if (!root) throw new Error('index.html has no #root');
createRoot(root).render(
  <StrictMode>
    {/* Tokens are in theme/tokens.css and no <style> is written at run time: the pages' policy forbids it. */}
    <MantineProvider theme={theme} defaultColorScheme="auto" withCssVariables={false} withGlobalClasses={false}>
      <QueryClientProvider client={client}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
