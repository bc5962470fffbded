import { useMutation, useQueryClient } from '@tanstack/react-query';
import { elementKeys } from '@/api/elements';
import { tellError } from '@/parts/Toasts';

/** Does something to an element: a failure is told, and what is shown of it is read again. */
export function useAction() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (act: () => Promise<void>) => act(),
    onError: tellError,
    onSettled: () =>
      Promise.all(
        [elementKeys.tree, ['tasks'], elementKeys.status].map((queryKey) =>
          queries.invalidateQueries({ queryKey }),
        ),
      ),
  });
}
