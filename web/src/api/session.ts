import { queryOptions } from '@tanstack/react-query';
import { api, dataOf, type Shapes, setWriteValue } from './client';

export type Session = Shapes['Session'];
export type Role = 'read' | 'operate' | 'edit';

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  staleTime: Number.POSITIVE_INFINITY,
  retry: false,
  queryFn: async ({ signal }) => {
    const session = dataOf(await api.GET('/api/session', { signal }));
    setWriteValue(session.writeValue);
    return session;
  },
});

const order: Role[] = ['read', 'operate', 'edit'];

/** Whether a session may do what a role may. */
export function may(session: Session, role: Role): boolean {
  return order.indexOf(session.role as Role) >= order.indexOf(role);
}
