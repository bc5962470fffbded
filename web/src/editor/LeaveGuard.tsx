import { useBlocker, useRouter } from '@tanstack/react-router';
import { useState } from 'react';
import { Button } from '@/parts/Button';
import { Dialog } from '@/parts/Dialog';
import { useSection } from '@/words';
import * as words from '@/words/editor';
import type { EditedFiles } from './edited-files';

/**
 * Asks before an editor with unsaved changes is left; the browser asks before it closes. The way
 * out is blocked at once, so that the address stays that of the editor, and taken again on consent.
 */
export function LeaveGuard({ files }: { files: EditedFiles }) {
  const text = useSection(words);
  const { history, navigate } = useRouter();
  const [leave, setLeave] = useState<{ again: () => void } | null>(null);
  useBlocker({
    shouldBlockFn: ({ action, current, next }) => {
      if (!files.isDirty || current.pathname === next.pathname) return false;
      const again = () => {
        if (action === 'BACK') history.back({ ignoreBlocker: true });
        else if (action === 'FORWARD') history.forward({ ignoreBlocker: true });
        else void navigate({ to: next.pathname, search: next.search, ignoreBlocker: true });
      };
      // going back while the question is open takes the question back
      setLeave((asked) => (asked !== null && action === 'BACK' ? null : { again }));
      return true;
    },
    enableBeforeUnload: () => files.isDirty,
  });
  if (leave === null) return null;
  const stay = () => setLeave(null);
  return (
    <Dialog
      isOpen
      role="alertdialog"
      onOpenChange={stay}
      title={text.leaveTitle}
      actions={
        <>
          <Button onPress={leave.again}>{text.leave}</Button>
          <Button look="primary" autoFocus onPress={stay}>
            {text.stay}
          </Button>
        </>
      }
    >
      <p>{text.leaveText}</p>
    </Dialog>
  );
}
