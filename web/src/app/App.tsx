import { QueryCache, QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { I18nProvider } from 'react-aria-components';
import { ApiError } from '@/api/client';
import { sessionQuery } from '@/api/session';
import { Loading } from '@/parts/Loading';
import { Trouble } from '@/parts/Trouble';
import { setConnection } from './connection';
import { usePreferences } from './preferences';
import { SignIn } from './SignIn';

const Screens = lazy(async () => ({ default: (await import('./Screens')).Screens }));

const queries = new QueryClient({
  queryCache: new QueryCache({
    onError: (error, query) => {
      const refused = error instanceof ApiError && error.status === 401;
      if (refused && query.queryKey[0] !== 'session') setConnection('signed-out');
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      retry: (count, error) => count < 2 && error instanceof ApiError && error.status === 0,
      refetchOnWindowFocus: false, // the stream says what has changed
    },
  },
});

export function App() {
  const { language } = usePreferences();
  return (
    <I18nProvider locale={language === 'zh' ? 'zh-CN' : 'en-US'}>
      <QueryClientProvider client={queries}>
        <SignedIn />
      </QueryClientProvider>
    </I18nProvider>
  );
}

function SignedIn() {
  const session = useQuery(sessionQuery);
  if (session.data) return <SignedInPage />;
  if (session.isPending) return <Loading />;
  if (session.error instanceof ApiError && session.error.status === 401) return <SignIn />;
  return <Trouble error={session.error} retry={() => void session.refetch()} />;
}

/** Stays while the console is away or restarts: there may be edits in it. */
function SignedInPage() {
  return (
    <Suspense fallback={<Loading />}>
      <Screens />
    </Suspense>
  );
}
