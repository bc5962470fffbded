import { useQueryClient } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useEffect } from 'react';
import { followChanges } from './live';
import { router } from './router';

/** What who is signed in sees, kept current. */
export function Screens() {
  const queries = useQueryClient();
  useEffect(() => followChanges(queries), [queries]);
  return <RouterProvider router={router} context={{ queries }} />;
}
