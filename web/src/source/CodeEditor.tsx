import { type Diagnostic as Mark, setDiagnostics } from '@codemirror/lint';
import { Annotation, type Extension, Prec } from '@codemirror/state';
import { EditorView, type KeyBinding, keymap } from '@codemirror/view';
import { type Ref, useCallback, useEffect, useImperativeHandle, useRef } from 'react';
import { usePreferences } from '@/app/preferences';
import type { EditedFile } from '@/editor/edited-file';
import { spliceBetween } from '@/editor/splice';
import style from './CodeEditor.module.css';
import { extensions } from './extensions';
import { type Diagnostic, type Range, rangeOf } from './positions';

/** What can be asked of an editor: to show a place, and put the cursor there. */
export interface Jumping {
  jump: (range: Range) => void;
}

export interface EditorProps {
  file: EditedFile;
  label: string;
  /** What typing is called in the history. */
  typing: string;
  readOnly: boolean;
  /** What was found in `text`; the places are of that text. */
  checked: { readonly text: string; readonly diagnostics: readonly Diagnostic[] };
  ref?: Ref<Jumping>;
}

const external = Annotation.define<boolean>();

/** CodeMirror as a view of a buffer: it types into it, and follows what others change in it. */
export default function CodeEditor(props: EditorProps & { more?: Extension }) {
  const { file, label, typing, readOnly, checked, more, ref } = props;
  const { language } = usePreferences();
  const shown = useRef<EditorView>(null);

  const mount = useCallback(
    (parent: HTMLDivElement) => {
      const text = textOf(file);
      const view = new EditorView({
        parent,
        doc: text,
        extensions: [
          Prec.high(keymap.of(historyKeys(file))),
          extensions({ label, file: file.name, language, readOnly, text }),
          more ?? [],
          EditorView.updateListener.of((update) => {
            const own = update.transactions.some((each) => !each.annotation(external));
            if (update.docChanged && own) file.edit(update.state.doc.toString(), typing);
          }),
        ],
      });
      shown.current = view;
      const stop = file.subscribe(() => follow(view, textOf(file)));
      return () => {
        stop();
        view.destroy();
        shown.current = null;
      };
    },
    [file, label, typing, readOnly, language, more],
  );

  // The marks belong to a system outside React, and to the view that now stands (`mount`).
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new view has none yet
  useEffect(() => {
    const view = shown.current;
    if (view === null || view.state.doc.toString() !== checked.text) return;
    view.dispatch(
      setDiagnostics(
        view.state,
        checked.diagnostics.map((each) => mark(checked.text, each)),
      ),
    );
  }, [checked, mount]);

  useImperativeHandle(ref, () => ({
    jump: ({ from, to }) => {
      const view = shown.current;
      if (view === null) return;
      const end = view.state.doc.length;
      view.dispatch({
        selection: { anchor: Math.min(from, end), head: Math.min(to, end) },
        effects: EditorView.scrollIntoView(Math.min(from, end), { y: 'center' }),
      });
      view.focus();
    },
  }));

  return <div ref={mount} className={style.editor} />;
}

function textOf(file: EditedFile): string {
  return file.snapshot().buffer?.text ?? '';
}

/** Takes over what has changed alone, so that cursor, folds and marks elsewhere stay. */
function follow(view: EditorView, text: string): void {
  const { from, removed, inserted } = spliceBetween(view.state.doc.toString(), text);
  if (removed === inserted) return;
  view.dispatch({
    changes: { from, to: from + removed.length, insert: inserted },
    annotations: external.of(true),
  });
}

function historyKeys(file: EditedFile): KeyBinding[] {
  const stepping = (step: () => void) => (view: EditorView) => {
    const before = textOf(file);
    step();
    const { from, inserted } = spliceBetween(before, textOf(file));
    view.dispatch({ selection: { anchor: from + inserted.length }, scrollIntoView: true });
    return true;
  };
  return [
    { key: 'Mod-z', run: stepping(file.undo), preventDefault: true },
    { key: 'Mod-y', mac: 'Mod-Shift-z', run: stepping(file.redo), preventDefault: true },
    { linux: 'Ctrl-Shift-z', win: 'Ctrl-Shift-z', run: stepping(file.redo), preventDefault: true },
  ];
}

function mark(text: string, diagnostic: Diagnostic): Mark {
  const { code, severity, message, hint } = diagnostic;
  return {
    ...rangeOf(text, diagnostic),
    severity: severity === 'error' ? 'error' : severity === 'warning' ? 'warning' : 'info',
    source: code,
    message: hint === null ? message : `${message}\n${hint}`,
  };
}
