import { queryOptions, useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { api, dataOf } from './client';
import { type TreeElement, treeQuery } from './elements';
import { may, type Session, sessionQuery } from './session';

/** The kind under which the page lists what is shared by all elements: it has no `e.json`. */
export const SHARED = 'shared';
export const APP = 'app';

const commonsQuery = queryOptions({
  queryKey: ['tree', 'commons'],
  queryFn: async ({ signal }) => dataOf(await api.GET('/api/commons', { signal })).modules,
});

/** The elements of the tree, and after them its `app.json` and shared modules. */
export function useTree(): { data: readonly TreeElement[] | undefined } {
  const { data: elements } = useQuery(treeQuery);
  const { data: modules } = useQuery(commonsQuery);
  const { data: session } = useQuery(sessionQuery);
  const data = useMemo(
    () => elements && session && [...elements, ...shared(modules ?? [], session)],
    [elements, modules, session],
  );
  return { data };
}

/** As `useTree`, for what is shown only when all of it is there. */
export function useWholeTree(session: Session): readonly TreeElement[] {
  const { data: elements } = useSuspenseQuery(treeQuery);
  const { data: modules } = useSuspenseQuery(commonsQuery);
  return [...elements, ...shared(modules, session)];
}

/** `app.json` may hold a password, so the server shows it to those who may edit (rule C23). */
function shared(modules: readonly string[], session: Session): TreeElement[] {
  const app = may(session, 'edit') ? [sharedFile(APP, 'app.json')] : [];
  return [...app, ...modules.map((name) => sharedFile(name, `${name.replaceAll('.', '/')}.py`))];
}

function sharedFile(name: string, title: string): TreeElement {
  return { name, title, kind: SHARED, type: SHARED, state: 'ready', errors: 0, warnings: 0 };
}
