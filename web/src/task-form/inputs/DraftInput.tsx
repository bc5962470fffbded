import { useContext, useEffect, useId, useState } from 'react';
import { UnreadContext } from '../unread-context';
import type { InputProps } from './input';
import { TextInput } from './TextInput';

interface Props<T> extends InputProps<T> {
  /** Writes a value as it is typed. */
  format: (value: T) => string;
  /** Reads what is typed; undefined while it is no value. */
  parse: (text: string) => T | undefined;
  /** What is said of a text that is no value. */
  invalid?: string;
  type?: 'text' | 'time' | 'date' | 'datetime-local';
  inputMode?: 'text' | 'numeric' | 'decimal';
  placeholder?: string;
  isCode?: boolean;
}

/**
 * A text that is typed for a value: what is typed stays while it has the focus. A text that is
 * no value stays longer, and the value is again what it was before: no part of it is taken.
 */
export function DraftInput<T>({ format, parse, invalid, value, onChange, ...rest }: Props<T>) {
  const id = useId();
  const unread = useContext(UnreadContext);
  const [draft, setDraft] = useState<{ text: string; before: T } | null>(null);
  const isValid = draft === null || parse(draft.text) !== undefined;
  useEffect(() => () => unread?.remove(id), [unread, id]);
  const type = (text: string) => {
    const before = draft === null ? value : draft.before;
    const typed = parse(text);
    setDraft({ text, before });
    if (typed === undefined) unread?.add(id, { label: rest.label, drop: () => setDraft(null) });
    else unread?.remove(id);
    onChange(typed === undefined ? before : typed);
  };
  return (
    <TextInput
      {...rest}
      value={draft?.text ?? format(value)}
      error={isValid ? undefined : invalid}
      onChange={type}
      onBlur={() => isValid && setDraft(null)}
    />
  );
}
