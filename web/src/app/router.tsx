import type { QueryClient } from '@tanstack/react-query';
import {
  createHashHistory,
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router';
import { readElementSearch } from '@/element/search';
import { Loading } from '@/parts/Loading';
import { Trouble } from '@/parts/Trouble';
import { readSearch } from '@/records/search';
import { NotFound } from './NotFound';
import { Shell } from './Shell';

// Addresses stand behind the #: the server serves one page, and its gate lists what is open
// by name (rule C22).
const root = createRootRouteWithContext<{ queries: QueryClient }>()({
  component: Shell,
  notFoundComponent: NotFound,
});

const overview = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('@/overview/Overview'), 'Overview'),
});

const element = createRoute({
  getParentRoute: () => root,
  path: '/elements/$name',
  validateSearch: readElementSearch,
  component: lazyRouteComponent(() => import('@/element/ElementPage'), 'ElementPage'),
});

const records = createRoute({
  getParentRoute: () => root,
  path: '/records',
  validateSearch: readSearch,
  component: lazyRouteComponent(() => import('@/records/RecordsPage'), 'RecordsPage'),
});

const record = createRoute({
  getParentRoute: () => root,
  path: '/records/$id',
  component: lazyRouteComponent(() => import('@/record/RecordPage'), 'RecordPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([overview, element, records, record]),
  history: createHashHistory(),
  context: { queries: undefined as unknown as QueryClient },
  defaultPreload: 'intent',
  defaultPendingComponent: Loading,
  defaultErrorComponent: ({ error, reset }) => <Trouble error={error} retry={reset} />,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
