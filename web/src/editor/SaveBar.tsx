import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useRef, useSyncExternalStore } from 'react';
import { checkQuery } from '@/api/unsaved';
import { Button } from '@/parts/Button';
import { Icon } from '@/parts/Icon';
import { tell, tellError } from '@/parts/Toasts';
import { useSection } from '@/words';
import * as words from '@/words/editor';
import { isDirty } from './buffer';
import type { EditedFile } from './edited-file';
import { canSave, type EditedFiles } from './edited-files';
import style from './SaveBar.module.css';
import { useShortcuts } from './shortcuts';
import { useFile, useFileStates } from './use-file';

interface Props {
  files: EditedFiles;
  /** The file that undo and redo are of. */
  current: EditedFile;
}

/** Undo and redo of the current file; what is not saved, and its save (rule C14). */
export function SaveBar({ files, current }: Props) {
  const text = useSection(words);
  const queries = useQueryClient();
  const save = useCallback(() => {
    const unread = files.unread.snapshot();
    if (unread.length > 0) {
      tell({ text: text.unread(unread.join(', ')), look: 'bad' });
      return;
    }
    const dirty = files.all.filter((file) => file.isDirty);
    const saveAll = async () => {
      if (!(await files.save())) return;
      const checks = dirty.map(({ element, name, snapshot }) =>
        queries.fetchQuery(checkQuery(element, name, snapshot().buffer?.base.text ?? '')),
      );
      const found = (await Promise.all(checks)).flatMap(({ diagnostics }) => diagnostics);
      const errors = found.filter(({ severity }) => severity === 'error').length;
      tell(errors === 0 ? { text: text.saved } : { text: text.savedWith(errors), look: 'bad' });
    };
    saveAll().catch(tellError);
  }, [files, queries, text]);
  useShortcuts({ save, undo: current.undo, redo: current.redo });
  const bar = useRef<HTMLElement>(null);
  const focus = () => bar.current?.focus();
  return (
    <section ref={bar} tabIndex={-1} aria-label={text.changes} className={style.bar}>
      <History file={current} focusBar={focus} />
      <Unsaved files={files} save={save} focusBar={focus} />
    </section>
  );
}

/** Takes the focus where a button that has it goes, so that it stays at this place of the page. */
interface FocusProps {
  focusBar: () => void;
}

function History({ file, focusBar }: FocusProps & { file: EditedFile }) {
  const text = useSection(words);
  const { buffer } = useFile(file);
  const past = buffer?.past.at(-1);
  const future = buffer?.future.at(-1);
  const step = (take: () => void, isLast: boolean) => {
    if (isLast) focusBar();
    take();
  };
  return (
    <>
      <Button
        square
        aria-label={past ? text.undo(past.label) : text.nothingToUndo}
        isDisabled={past === undefined}
        onPress={() => step(file.undo, buffer?.past.length === 1)}
      >
        <Icon name="undo" />
      </Button>
      <Button
        square
        aria-label={future ? text.redo(future.label) : text.nothingToRedo}
        isDisabled={future === undefined}
        onPress={() => step(file.redo, buffer?.future.length === 1)}
      >
        <Icon name="redo" />
      </Button>
    </>
  );
}

function Unsaved({ files, save, focusBar }: FocusProps & { files: EditedFiles; save: () => void }) {
  const text = useSection(words);
  const states = useFileStates(files);
  const dirty = files.all.filter((_, index) => {
    const buffer = states[index]?.buffer;
    return buffer && isDirty(buffer);
  });
  const unread = useSyncExternalStore(files.unread.subscribe, files.unread.snapshot);
  if (dirty.length + unread.length === 0) return null;
  const sending = states.some(({ buffer }) => buffer !== null && buffer.sending !== null);
  const passFocus = (buttons: HTMLElement | null) => () => {
    if (buttons?.contains(document.activeElement)) focusBar();
  };
  return (
    <div ref={passFocus} className={style.buttons}>
      <span role="status" className={style.unsaved}>
        {unread.length > 0
          ? text.unread(unread.join(', '))
          : text.unsaved(dirty.map((file) => file.name).join(', '))}
        {states.some((state) => !state.isKept) && <> {text.notKept}</>}
      </span>
      <Button onPress={files.discard}>{text.discard}</Button>
      <Button
        look="primary"
        onPress={save}
        isPending={sending}
        isDisabled={!sending && (unread.length > 0 || !states.some(canSave))}
      >
        {sending ? text.saving : text.save}
      </Button>
    </div>
  );
}
