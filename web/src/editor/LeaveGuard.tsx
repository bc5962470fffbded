import { useBlocker } from '@tanstack/react-router';
import { Button } from '@/parts/Button';
import { Dialog } from '@/parts/Dialog';
import { useSection } from '@/words';
import * as words from '@/words/editor';
import type { EditedFiles } from './edited-files';

/** Asks before an editor with unsaved changes is left; the browser asks before it closes. */
export function LeaveGuard({ files }: { files: EditedFiles }) {
  const text = useSection(words);
  const { status, proceed, reset } = useBlocker({
    shouldBlockFn: ({ current, next }) => files.isDirty && current.pathname !== next.pathname,
    enableBeforeUnload: () => files.isDirty,
    withResolver: true,
  });
  if (status !== 'blocked') return null;
  return (
    <Dialog
      isOpen
      role="alertdialog"
      onOpenChange={reset}
      title={text.leaveTitle}
      actions={
        <>
          <Button onPress={proceed}>{text.leave}</Button>
          <Button look="primary" autoFocus onPress={reset}>
            {text.stay}
          </Button>
        </>
      }
    >
      <p>{text.leaveText}</p>
    </Dialog>
  );
}
