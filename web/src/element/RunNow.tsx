import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { isNotLoaded, runNow } from '@/api/tasks';
import { Button } from '@/parts/Button';
import { Dialog } from '@/parts/Dialog';
import { Icon } from '@/parts/Icon';
import { tell, tellError } from '@/parts/Toasts';
import { Trouble } from '@/parts/Trouble';
import { useSection } from '@/words';
import * as words from '@/words/element';
import type { TaskFacts } from './document';
import { RowPicker } from './RowPicker';
import { useAction } from './use-action';

interface Props {
  task: string;
  title: string;
  /** Of the e.json that is saved: it is what runs. */
  facts: TaskFacts;
  /** Whether leaving the editor would lose sight of edits. */
  hasEdits: () => boolean;
}

/** Runs a task now, and opens its output; a date-field task for a row that is chosen first. */
export function RunNow({ task, title, facts, hasEdits }: Props) {
  const text = useSection(words);
  const [choosing, setChoosing] = useState(false);
  const action = useAction({ isShown: true });
  const navigate = useNavigate();
  const run = (row: string | null, asLoaded = false) => {
    const ask = async () => {
      const accepted = await runNow(task, row, asLoaded);
      setChoosing(false);
      const show = () => navigate({ to: '/records/$id', params: { id: String(accepted.run) } });
      if (!hasEdits()) {
        await show();
        return;
      }
      tell({
        text: accepted.liveRuntime ? text.runs(accepted.run) : text.waits(accepted.run),
        action: { label: text.showRun, run: () => void show() },
      });
    };
    const instead = { label: text.runLoaded, run: () => run(row, true) };
    action.mutate(ask, {
      onError: (error) => choosing || tellError(error, isNotLoaded(error) ? instead : undefined),
    });
  };
  return (
    <>
      <Button
        isPending={action.isPending}
        onPress={() => (facts.isOfRows ? setChoosing(true) : run(null))}
      >
        <Icon name="play" />
        {text.runNow}
      </Button>
      {choosing && (
        <RowDialog
          title={title}
          model={facts.model}
          running={action.isPending}
          error={action.error}
          run={run}
          close={() => {
            action.reset();
            setChoosing(false);
          }}
        />
      )}
    </>
  );
}

interface RowDialogProps {
  title: string;
  model: string | null;
  running: boolean;
  error: unknown;
  run: (row: string, asLoaded?: boolean) => void;
  close: () => void;
}

function RowDialog({ title, model, running, error, run, close }: RowDialogProps) {
  const text = useSection(words);
  const [row, setRow] = useState<string | null>(null);
  return (
    <Dialog
      isOpen
      onOpenChange={close}
      title={text.runNowOf(title)}
      note={error !== null && <Trouble error={error} />}
      actions={
        <>
          <Button onPress={close}>{text.cancel}</Button>
          {isNotLoaded(error) && (
            <Button isPending={running} onPress={() => row !== null && run(row, true)}>
              {text.runLoaded}
            </Button>
          )}
          <Button
            look="primary"
            isDisabled={row === null}
            isPending={running}
            onPress={() => row !== null && run(row)}
          >
            {text.runNow}
          </Button>
        </>
      }
    >
      <p>{text.rowNeeded}</p>
      {model === null ? (
        <p>{text.noModel}</p>
      ) : (
        <RowPicker model={model} choose={(chosen) => setRow(chosen?.key ?? null)} />
      )}
    </Dialog>
  );
}
