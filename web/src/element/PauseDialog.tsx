import { useQuery } from '@tanstack/react-query';
import { type FormEvent, useId, useRef } from 'react';
import { problemOfArgument } from '@/api/client';
import { sessionQuery } from '@/api/session';
import { pauseTask } from '@/api/tasks';
import { Button } from '@/parts/Button';
import { Dialog } from '@/parts/Dialog';
import { tell } from '@/parts/Toasts';
import { Trouble } from '@/parts/Trouble';
import { useSection } from '@/words';
import * as words from '@/words/element';
import style from './fields.module.css';
import { useAction } from './use-action';

interface Props {
  task: string;
  title: string;
  close: () => void;
}

/** Asks why and until when a task is paused (rule C20). */
export function PauseDialog({ task, title, close }: Props) {
  const text = useSection(words);
  const { data: session } = useQuery(sessionQuery);
  const action = useAction({ isShown: true });
  const until = useRef<HTMLInputElement>(null);
  const form = useId();
  const hint = useId();
  const refused = problemOfArgument(action.error, 'until');
  const pause = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget);
    const value = (name: string) => String(given.get(name) ?? '').trim() || null;
    const ask = async () => {
      await pauseTask(task, value('until'), value('note'));
      tell({ text: text.paused });
      close();
    };
    action.mutate(ask, {
      onError: (error) => problemOfArgument(error, 'until') && until.current?.focus(),
    });
  };
  return (
    <Dialog
      isOpen
      onOpenChange={close}
      title={text.pauseTitle(title)}
      note={action.error !== null && refused === null && <Trouble error={action.error} />}
      actions={
        <>
          <Button onPress={close}>{text.cancel}</Button>
          <Button type="submit" form={form} look="primary" isPending={action.isPending}>
            {text.pauseNow}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={pause} className={style.fields}>
        <p>{text.pauseText}</p>
        <label>
          {text.until(session?.timezone ?? 'UTC')}
          <input
            ref={until}
            name="until"
            type="datetime-local"
            aria-invalid={refused !== null}
            aria-describedby={hint}
            onChange={() => refused && action.reset()}
          />
        </label>
        <p id={hint} className={style.hint} data-refused={refused !== null} role="status">
          {refused?.detail ?? text.untilHint}
        </p>
        <label>
          {text.note}
          <input name="note" maxLength={500} />
        </label>
      </form>
    </Dialog>
  );
}
