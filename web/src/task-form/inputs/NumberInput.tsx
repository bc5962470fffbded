import { useSection } from '@/words';
import * as words from '@/words/task-form';
import { DraftInput } from './DraftInput';
import type { InputProps } from './input';

interface Props extends InputProps<number | null> {
  isWhole?: boolean;
  placeholder?: string;
}

/** A number as it is typed: nothing is rounded or clamped, since that would be an edit (C14). */
export function NumberInput({ isWhole = true, ...rest }: Props) {
  const text = useSection(words);
  const form = isWhole ? /^[+-]?\d{1,15}$/ : /^[+-]?\d{1,12}([.,]\d{1,6})?$/;
  return (
    <DraftInput
      {...rest}
      inputMode={isWhole ? 'numeric' : 'decimal'}
      format={(value) => (value === null ? '' : String(value))}
      parse={(typed) => {
        const trimmed = typed.trim();
        if (trimmed === '') return null;
        return form.test(trimmed) ? Number(trimmed.replace(',', '.')) : undefined;
      }}
      invalid={text.raw.number}
    />
  );
}
