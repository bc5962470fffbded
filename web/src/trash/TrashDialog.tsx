import { useMutation, useQuery } from '@tanstack/react-query';
import { trashQuery } from '@/api/trash';
import { Button } from '@/parts/Button';
import { Dialog } from '@/parts/Dialog';
import { Icon } from '@/parts/Icon';
import { Loading } from '@/parts/Loading';
import { Time } from '@/parts/Time';
import { Trouble } from '@/parts/Trouble';
import { useSection, useWords } from '@/words';
import * as words from '@/words/trash';
import style from './TrashDialog.module.css';
import { useRestore } from './use-restore';

/** What was deleted, and can be put back (rule C20). */
export function TrashDialog({ close }: { close: () => void }) {
  const { app } = useWords();
  const text = useSection(words);
  const trash = useQuery({ ...trashQuery, staleTime: 0 });
  const restore = useMutation({ mutationFn: useRestore(), onSuccess: close });
  return (
    <Dialog
      isOpen
      isDismissable
      onOpenChange={close}
      title={text.deletedElements}
      note={restore.error !== null && <Trouble error={restore.error} />}
      actions={<Button onPress={close}>{app.close}</Button>}
    >
      {trash.isPending && <Loading />}
      {trash.error && <Trouble error={trash.error} retry={() => void trash.refetch()} />}
      {trash.data && <p className={style.faint}>{text.kept(trash.data.keptDays)}</p>}
      {trash.data?.entries.length === 0 && <p>{text.nothing}</p>}
      {trash.data && trash.data.entries.length > 0 && (
        <ul className={style.list}>
          {trash.data.entries.map((entry) => (
            <li key={entry.trash} className={style.entry}>
              <span className={style.what}>
                <strong>{entry.title || entry.element}</strong>
                <span className={style.faint}>{entry.element}</span>
                <span className={style.faint}>
                  <Time at={entry.deleted} />
                </span>
              </span>
              <Button
                aria-label={text.restoreOf(entry.title || entry.element)}
                isPending={restore.isPending}
                onPress={() => restore.mutate(entry.trash)}
              >
                <Icon name="undo" />
                {text.restore}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}
