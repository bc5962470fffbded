import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { elementKeys } from '@/api/elements';
import { restoreElement, trashQuery } from '@/api/trash';
import { dropAbout, tell } from '@/parts/Toasts';
import { useSection } from '@/words';
import * as words from '@/words/trash';

/** Returns what puts an element back, and then opens it (rule C20). */
export function useRestore(): (trash: string) => Promise<void> {
  const text = useSection(words);
  const queries = useQueryClient();
  const navigate = useNavigate();
  return async (trash) => {
    const { element, title } = await restoreElement(trash);
    dropAbout(trash);
    await Promise.all([
      queries.invalidateQueries({ queryKey: elementKeys.tree }),
      queries.invalidateQueries({ queryKey: trashQuery.queryKey }),
    ]);
    const show = () => navigate({ to: '/elements/$name', params: { name: element } });
    tell({ text: text.restored(title), action: { label: text.show, run: () => void show() } });
    await show();
  };
}
