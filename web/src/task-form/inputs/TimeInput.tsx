import { useState } from 'react';
import type { InputProps } from './input';
import { TextInput } from './TextInput';
import { useReading } from './use-reading';

interface Props extends InputProps<string> {
  type: 'time' | 'date' | 'datetime-local';
  /** Whether an emptied control means nothing, or the value that was. */
  canBeEmpty?: boolean;
}

const PLAUSIBLE_YEAR = /^[1-9]\d{3}-/;

/**
 * A date or time by the browser's own control. It gives an empty text for a value of which a
 * part is missing, and a year for each of its digits: neither is taken over while one types.
 */
export function TimeInput({ type, value, onChange, canBeEmpty = false, ...rest }: Props) {
  const [draft, setDraft] = useState<string | null>(null);
  const reading = useReading(type, draft ?? value);
  return (
    <TextInput
      {...rest}
      hint={rest.hint ?? reading}
      type={type}
      value={draft ?? value}
      onChange={(text) => {
        setDraft(text);
        if (text !== '' && (type === 'time' || PLAUSIBLE_YEAR.test(text))) onChange(text);
      }}
      onBlur={() => {
        if (draft === '' && canBeEmpty) onChange('');
        setDraft(null);
      }}
    />
  );
}
