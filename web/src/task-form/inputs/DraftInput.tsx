import { useState } from 'react';
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

/** A text that is typed for a value: what is typed stays while it has the focus. */
export function DraftInput<T>({ format, parse, invalid, value, onChange, ...rest }: Props<T>) {
  const [draft, setDraft] = useState<string | null>(null);
  const isValid = draft === null || parse(draft) !== undefined;
  return (
    <TextInput
      {...rest}
      value={draft ?? format(value)}
      error={isValid ? undefined : invalid}
      onChange={(text) => {
        setDraft(text);
        const typed = parse(text);
        if (typed !== undefined) onChange(typed);
      }}
      onBlur={() => setDraft(null)}
    />
  );
}
