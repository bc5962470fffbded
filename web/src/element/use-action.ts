import { useQueryClient } from '@tanstack/react-query';
import { elementKeys } from '@/api/elements';
import { tellError } from '@/parts/Toasts';
import { useOnce } from '@/parts/use-once';

/**
 * Does something to an element, and then what is shown of it is read again. A failure is told at
 * the edge, unless `isShown`: by the dialog that asked for it.
 */
export function useAction({ isShown = false } = {}) {
  const queries = useQueryClient();
  return useOnce({
    mutationFn: (act: () => Promise<void>) => act(),
    onError: (error) => {
      if (!isShown) tellError(error);
    },
    onSettled: () =>
      Promise.all(
        [elementKeys.tree, ['tasks'], elementKeys.status].map((queryKey) =>
          queries.invalidateQueries({ queryKey }),
        ),
      ),
  });
}
