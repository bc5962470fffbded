import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { endRecord, type RunRecord, recordKeys, rerunRecord } from '@/api/records';
import { may, sessionQuery } from '@/api/session';
import { isNotLoaded, runNow } from '@/api/tasks';
import { Button } from '@/parts/Button';
import { Dialog } from '@/parts/Dialog';
import { Field } from '@/parts/Field';
import { Icon } from '@/parts/Icon';
import { tell, tellError } from '@/parts/Toasts';
import { Trouble } from '@/parts/Trouble';
import { useOnce } from '@/parts/use-once';
import { useSection, useWords } from '@/words';
import * as words from '@/words/record';
import style from './Actions.module.css';

interface Asked {
  ask: (asLoaded: boolean) => ReturnType<typeof rerunRecord>;
  asLoaded: boolean;
}

/** Run the task now, run this again, end it; what begins is opened with its output. */
export function Actions({ record }: { record: RunRecord }) {
  const text = useSection(words);
  const navigate = useNavigate();
  const { data: session } = useQuery(sessionQuery);
  const [ending, setEnding] = useState(false);
  const begin = useOnce({
    mutationFn: ({ ask, asLoaded }: Asked) => ask(asLoaded),
    onError: (error, { ask }) => {
      const instead = { label: text.runLoaded, run: () => begin.mutate({ ask, asLoaded: true }) };
      tellError(error, isNotLoaded(error) ? instead : undefined);
    },
    onSuccess: (accepted) => {
      tell({
        text: text.asked(accepted.run),
        hint: accepted.liveRuntime ? null : text.noRuntime,
        look: accepted.liveRuntime ? 'good' : undefined,
      });
      void navigate({ to: '/records/$id', params: { id: String(accepted.run) } });
    },
  });
  if (session && !may(session, 'operate')) return <p className={style.note}>{text.readOnly}</p>;
  const run: Asked['ask'] = (asLoaded) => runNow(record.task, record.row, asLoaded);
  const rerun: Asked['ask'] = (asLoaded) => rerunRecord(record.id, asLoaded);
  const open = ['pending', 'overdue', 'executing'].includes(record.status);
  const again = ['failed', 'skipped', 'cancelled'].includes(record.status);
  return (
    <div className={style.actions}>
      <Button
        look={again ? 'plain' : 'primary'}
        isPending={begin.isPending}
        onPress={() => begin.mutate({ ask: run, asLoaded: false })}
      >
        <Icon name="play" />
        {text.runNow}
      </Button>
      <Button
        look={again ? 'primary' : 'plain'}
        isPending={begin.isPending}
        onPress={() => begin.mutate({ ask: rerun, asLoaded: false })}
      >
        {text.rerun}
      </Button>
      {open && (
        <Button look="danger" onPress={() => setEnding(true)}>
          {text.end}
        </Button>
      )}
      {ending && <EndDialog record={record} close={() => setEnding(false)} />}
    </div>
  );
}

function EndDialog({ record, close }: { record: RunRecord; close: () => void }) {
  const text = useSection(words);
  const { app } = useWords();
  const queries = useQueryClient();
  const [note, setNote] = useState('');
  const end = useMutation({
    mutationFn: () => endRecord(record.id, note.trim()),
    onSuccess: () => {
      tell({ text: text.endAsked, look: 'good' });
      close();
    },
    onSettled: () => queries.invalidateQueries({ queryKey: recordKeys.record(record.id) }),
  });
  return (
    <Dialog
      isOpen
      role="alertdialog"
      onOpenChange={close}
      title={text.endTitle(record.id)}
      note={end.error && <Trouble error={end.error} />}
      actions={
        <>
          <Button onPress={close}>{app.cancel}</Button>
          <Button look="danger" isPending={end.isPending} onPress={() => end.mutate()}>
            {text.end}
          </Button>
        </>
      }
    >
      <p>{text.endText}</p>
      <Field label={text.note} hint={text.noteHint} value={note} onChange={setNote} />
    </Dialog>
  );
}
