import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, Outlet, redirect } from '@tanstack/react-router';
import { meQuery } from '../api/account';
import { asProblem } from '../api/problem';
import { OfflineBanner } from '../parts/offline';
import { Loading } from '../parts/states';
import type { Adding } from '../pages/knowledge/knowledge';
import { viewOf } from '../pages/conversations/address';
import { BotLayout } from '../pages/bots/bot-layout';
import { Bots } from '../pages/bots/bots';
import { NewBot } from '../pages/bots/new-bot';
import { Home } from '../pages/home/home';
import { Register } from '../pages/sign-in/register';
import { SignIn } from '../pages/sign-in/sign-in';
import { Broken, Missing } from './dead-ends';
import { localPath } from './local-path';
import { Owner } from './owner';
import { Shell } from './shell';

const root = createRootRouteWithContext<{ client: QueryClient }>()({
  component: () => (
    <>
      <OfflineBanner />
      <Outlet />
    </>
  ),
  notFoundComponent: Missing,
});

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  component: SignIn,
  validateSearch: (search): { next?: string } => ({ next: localPath(search.next) }),
});

const join = createRoute({
  getParentRoute: () => root,
  path: '/join',
  component: lazyRouteComponent(() => import('../pages/join/join')),
});

const register = createRoute({ getParentRoute: () => root, path: '/register', component: Register });

/** Everything behind the sign-in. */
const app = createRoute({
  getParentRoute: () => root,
  id: 'app',
  component: Shell,
  beforeLoad: async ({ context, location }) => {
    try {
      await context.client.ensureQueryData(meQuery);
    } catch (error) {
      if (asProblem(error).status !== 401) throw error;
      throw redirect({ to: '/sign-in', search: { next: location.href === '/' ? undefined : location.href } });
    }
  },
});

const owner = createRoute({ getParentRoute: () => app, id: 'owner', component: Owner });
const home = createRoute({ getParentRoute: () => owner, path: '/', component: Home });
const bots = createRoute({ getParentRoute: () => owner, path: '/bots', component: Bots });
const newBot = createRoute({ getParentRoute: () => owner, path: '/bots/new', component: NewBot });

const team = createRoute({ getParentRoute: () => owner, path: '/team', component: lazyRouteComponent(() => import('../pages/team/team')) });
const labels = createRoute({ getParentRoute: () => owner, path: '/labels', component: lazyRouteComponent(() => import('../pages/labels/labels')) });
const profile = createRoute({ getParentRoute: () => owner, path: '/profile', component: lazyRouteComponent(() => import('../pages/profile/profile')) });
const replies = createRoute({
  getParentRoute: () => owner,
  path: '/replies',
  component: lazyRouteComponent(() => import('../pages/replies/replies')),
  validateSearch: ({ open }): { open?: string } => ({ open: typeof open === 'string' ? open : undefined }),
});

const bot = createRoute({ getParentRoute: () => owner, path: '/bots/$bot', component: BotLayout });
const botIndex = createRoute({
  getParentRoute: () => bot,
  path: '/',
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/bots/$bot/knowledge', params, replace: true });
  },
});
const knowledge = createRoute({
  getParentRoute: () => bot,
  path: '/knowledge',
  component: lazyRouteComponent(() => import('../pages/knowledge/knowledge')),
  validateSearch: ({ add }): { add?: Adding } => ({
    add: add === 'site' || add === 'page' || add === 'faq' || add === 'text' ? add : undefined,
  }),
});
const source = createRoute({
  getParentRoute: () => bot,
  path: '/knowledge/$source',
  component: lazyRouteComponent(() => import('../pages/knowledge/source')),
});
const settings = createRoute({
  getParentRoute: () => bot,
  path: '/settings',
  component: lazyRouteComponent(() => import('../pages/settings/settings')),
});
const handoff = createRoute({
  getParentRoute: () => bot,
  path: '/handoff',
  component: lazyRouteComponent(() => import('../pages/handoff/handoff')),
});
const appearance = createRoute({
  getParentRoute: () => bot,
  path: '/appearance',
  component: lazyRouteComponent(() => import('../pages/appearance/appearance')),
});
const tryIt = createRoute({
  getParentRoute: () => bot,
  path: '/try',
  component: lazyRouteComponent(() => import('../pages/try/try')),
  validateSearch: ({ view }): { view?: 'widget' } => ({ view: view === 'widget' ? view : undefined }),
});
const improve = createRoute({
  getParentRoute: () => bot,
  path: '/improve',
  component: lazyRouteComponent(() => import('../pages/improve/improve')),
  validateSearch: ({ state }): { state?: 'answered' | 'dismissed' } => ({
    state: state === 'answered' || state === 'dismissed' ? state : undefined,
  }),
});
const tests = createRoute({
  getParentRoute: () => bot,
  path: '/tests',
  component: lazyRouteComponent(() => import('../pages/tests/tests')),
  validateSearch: ({ run }): { run?: string } => ({ run: typeof run === 'string' ? run : undefined }),
});
const install = createRoute({
  getParentRoute: () => bot,
  path: '/install',
  component: lazyRouteComponent(() => import('../pages/install/install')),
});

const conversations = createRoute({
  getParentRoute: () => app,
  path: '/conversations',
  component: lazyRouteComponent(() => import('../pages/conversations/conversations')),
  validateSearch: viewOf,
});
const nothingChosen = createRoute({
  getParentRoute: () => conversations,
  path: '/',
  component: lazyRouteComponent(() => import('../pages/conversations/conversations'), 'NothingChosen'),
});
const conversation = createRoute({
  getParentRoute: () => conversations,
  path: '/$conversation',
  component: lazyRouteComponent(() => import('../pages/conversations/conversation')),
});

const routeTree = root.addChildren([
  signIn,
  register,
  join,
  app.addChildren([
    owner.addChildren([
      home,
      bots,
      newBot,
      team,
      replies,
      labels,
      profile,
      bot.addChildren([botIndex, knowledge, source, settings, handoff, appearance, tryIt, improve, tests, install]),
    ]),
    conversations.addChildren([nothingChosen, conversation]),
  ]),
]);

export function makeRouter(client: QueryClient) {
  return createRouter({
    routeTree,
    context: { client },
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0,
    defaultPendingComponent: Loading,
    defaultErrorComponent: Broken,
    scrollRestoration: true,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
