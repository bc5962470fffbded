import { useImperativeHandle, useRef } from 'react';
import { useFile } from '@/editor/use-file';
import type { EditorProps } from './CodeEditor';
import style from './PlainEditor.module.css';
import { plainOf, typedPlainly } from './plain-text';

/** A plain textarea on the same buffer, for those whom it serves better. */
export function PlainEditor({ file, label, typing, readOnly, ref }: EditorProps) {
  const { buffer } = useFile(file);
  const area = useRef<HTMLTextAreaElement>(null);
  const text = buffer?.text ?? '';
  useImperativeHandle(ref, () => ({
    jump: ({ from, to }) => {
      area.current?.focus();
      area.current?.setSelectionRange(
        plainOf(text.slice(0, from)).length,
        plainOf(text.slice(0, to)).length,
      );
    },
  }));
  return (
    <textarea
      ref={area}
      aria-label={label}
      className={style.area}
      value={plainOf(text)}
      readOnly={readOnly}
      spellCheck={false}
      autoCapitalize="off"
      autoComplete="off"
      wrap="off"
      rows={Math.min(40, Math.max(8, text.split('\n').length + 1))}
      onKeyDown={(event) => {
        if (event.altKey || !(event.ctrlKey || event.metaKey)) return;
        const key = event.key.toLowerCase();
        if (key !== 'z' && key !== 'y') return;
        event.preventDefault(); // the history is the buffer's: the browser's knows no form
        if (key === 'y' || event.shiftKey) file.redo();
        else file.undo();
      }}
      onChange={(event) => file.edit(typedPlainly(text, event.currentTarget.value), typing)}
    />
  );
}
