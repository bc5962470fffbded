import { type FormEvent, type ReactNode, useId } from 'react';
import { Form } from 'react-aria-components';
import { Button } from '@/parts/Button';
import { Dialog } from '@/parts/Dialog';
import { Trouble } from '@/parts/Trouble';
import { useSection, useWords } from '@/words';
import * as words from '@/words/new-element';
import style from './NewElement.module.css';

interface Props {
  title: string;
  wide?: boolean;
  close: () => void;
  submit: (form: HTMLElement) => void;
  isPending: boolean;
  error: unknown;
  /** What the new element would do, in words. */
  sentence?: string;
  children: ReactNode;
}

/** The dialog around what a new element is made of. */
export function Frame({ title, wide, close, submit, isPending, error, sentence, children }: Props) {
  const { app } = useWords();
  const text = useSection(words);
  const id = useId();
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (!isPending) submit(event.currentTarget);
  };
  return (
    <Dialog
      title={title}
      wide={wide}
      isOpen
      onOpenChange={close}
      note={
        <>
          {sentence !== undefined && (
            <p className={style.sentence} aria-live="polite">
              {sentence}
            </p>
          )}
          {error !== null && <Trouble error={error} />}
        </>
      }
      actions={
        <>
          <Button onPress={close}>{app.cancel}</Button>
          <Button look="primary" type="submit" form={id} isPending={isPending}>
            {isPending ? text.creating : text.create}
          </Button>
        </>
      }
    >
      <Form id={id} onSubmit={send} className={style.form} validationBehavior="aria">
        {children}
      </Form>
    </Dialog>
  );
}
