import { useState } from 'react';
import { type Json, nodeAt, type Path, readDocument, remove, set, slice } from '@/document';
import { Button } from '@/parts/Button';
import { Icon } from '@/parts/Icon';
import { useSection } from '@/words';
import * as words from '@/words/task-form';
import type { Expected } from './cell';
import { useForm } from './form';
import { TextInput } from './inputs/TextInput';
import { problemsAt } from './problems';
import style from './TaskForm.module.css';

interface Props {
  path: Path;
  label: string;
  /** Why it stands here as JSON. */
  expected: Expected | 'json';
  hint?: string;
}

/** The JSON of one path, for what no control shows (rule C7). */
export function RawCell({ path, label, expected, hint }: Props) {
  const text = useSection(words);
  const form = useForm();
  const [draft, setDraft] = useState<string | null>(null);
  const node = nodeAt(form.document, path);
  if (node === undefined) return null;
  const isValid = draft === null || jsonOf(draft) !== undefined;
  const type = (next: string) => {
    setDraft(next);
    const value = jsonOf(next);
    if (value !== undefined) form.change([set(path, value)], label);
  };
  return (
    <div className={style.raw}>
      <TextInput
        label={text.raw.label(label)}
        value={draft ?? withoutIndent(slice(form.document, node))}
        onChange={type}
        onBlur={() => isValid && setDraft(null)}
        problems={problemsAt(form.diagnostics, path)}
        error={isValid ? undefined : text.raw.invalid}
        hint={hint ?? text.raw[expected]}
        isDisabled={form.readOnly}
        isCode
        isTall
      />
      {path.length > 1 && !form.readOnly && (
        <Button
          square
          look="quiet"
          aria-label={text.raw.remove(label)}
          onPress={() => form.change([remove(path)], label)}
        >
          <Icon name="trash" />
        </Button>
      )}
    </div>
  );
}

/** Further lines begin where the last one does, that of the closing bracket. */
function withoutIndent(text: string): string {
  const lines = text.split('\n');
  const indent = /^\s*/.exec(lines.at(-1) ?? '')?.[0] ?? '';
  return lines
    .map((line, index) => (index > 0 && line.startsWith(indent) ? line.slice(indent.length) : line))
    .join('\n');
}

function jsonOf(text: string): Json | undefined {
  const reading = readDocument(text);
  return 'document' in reading ? reading.document.value : undefined;
}
