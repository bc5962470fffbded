import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { elementKeys } from '@/api/elements';
import { createElement } from '@/api/new';
import { focusHeading } from '@/app/focus';
import { useOnce } from '@/parts/use-once';

/** Creates an element, and then opens it. */
export function useCreate(close: () => void) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  return useOnce({
    mutationFn: createElement,
    onSuccess: async ({ element }) => {
      await queries.invalidateQueries({ queryKey: elementKeys.tree });
      close();
      await navigate({ to: '/elements/$name', params: { name: element } });
      focusHeading();
    },
  });
}
