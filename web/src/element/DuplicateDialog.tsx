import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useId } from 'react';
import { duplicateElement } from '@/api/tasks';
import { Button } from '@/parts/Button';
import { Dialog } from '@/parts/Dialog';
import { Trouble } from '@/parts/Trouble';
import { useSection } from '@/words';
import * as words from '@/words/element';
import style from './fields.module.css';
import { useAction } from './use-action';

interface Props {
  element: string;
  title: string;
  close: () => void;
}

/** Asks for the title of a copy, and opens the copy (rule C20). */
export function DuplicateDialog({ element, title, close }: Props) {
  const text = useSection(words);
  const action = useAction({ isShown: true });
  const navigate = useNavigate();
  const form = useId();
  const copy = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = String(new FormData(event.currentTarget).get('title'));
    action.mutate(async () => {
      const written = await duplicateElement(element, given);
      close();
      await navigate({ to: '/elements/$name', params: { name: written.element } });
    });
  };
  return (
    <Dialog
      isOpen
      onOpenChange={close}
      title={text.duplicateTitle(title)}
      note={action.error !== null && <Trouble error={action.error} />}
      actions={
        <>
          <Button onPress={close}>{text.cancel}</Button>
          <Button type="submit" form={form} look="primary" isPending={action.isPending}>
            {text.makeCopy}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={copy} className={style.fields}>
        <label>
          {text.titleOfCopy}
          <input name="title" required maxLength={200} defaultValue={text.copyOf(title)} />
        </label>
      </form>
    </Dialog>
  );
}
