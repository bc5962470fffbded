import { useQueryClient } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useEffect } from 'react';
import { followFocus } from './focus';
import { followChanges } from './live';
import { router } from './router';

/** What who is signed in sees, kept current. */
export function Screens() {
  const queries = useQueryClient();
  useEffect(() => followChanges(queries), [queries]);
  useEffect(() => followFocus(router), []);
  return <RouterProvider router={router} context={{ queries }} />;
}
