import { QueryCache, QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query';
import { lazy, Suspense } from 'react';
import { I18nProvider } from 'react-aria-components';
import { ApiError } from '@/api/client';
import { sessionQuery } from '@/api/session';
import { Loading } from '@/parts/Loading';
import { Trouble } from '@/parts/Trouble';
import { usePreferences } from './preferences';
import { SignIn } from './SignIn';

const Screens = lazy(async () => ({ default: (await import('./Screens')).Screens }));

const queries = new QueryClient({
  queryCache: new QueryCache({
    onError: (error, query) => {
      const signedOut = error instanceof ApiError && error.status === 401;
      if (signedOut && query.queryKey[0] !== 'session') {
        void queries.resetQueries({ queryKey: sessionQuery.queryKey });
      }
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
  if (session.isPending) return <Loading />;
  if (session.error instanceof ApiError && session.error.status === 401) return <SignIn />;
  if (session.error) {
    return <Trouble error={session.error} retry={() => void session.refetch()} />;
  }
  return (
    <Suspense fallback={<Loading />}>
      <Screens />
    </Suspense>
  );
}
