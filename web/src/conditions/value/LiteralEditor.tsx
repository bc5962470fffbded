import { useState } from 'react';
import { TextField } from '@/parts/TextField';
import { useSection } from '@/words';
import * as conditions from '@/words/conditions';
import { readScalar, writeScalar } from '../scalar';
import type { ScalarEditorProps } from './ScalarEditor';

/** A value as the filter writes it, for what no other control can hold; taken when it is left. */
export function LiteralEditor({ label, value, onChange, placeholder }: ScalarEditorProps) {
  const words = useSection(conditions);
  const [typed, setTyped] = useState<string | null>(null);
  const isBlank = typed !== null && typed.trim() === '' && placeholder !== undefined;
  const isWrong = typed !== null && !isBlank && readScalar(typed) === undefined;

  const take = () => {
    if (typed === null) return;
    const read = isBlank ? null : readScalar(typed);
    if (read === undefined) return;
    setTyped(null);
    onChange(read);
  };

  return (
    <TextField
      label={`${label}: ${words.literal}`}
      value={typed ?? (value === null ? '' : writeScalar(value))}
      onChange={setTyped}
      onBlur={take}
      onKeyDown={(event) => {
        if (event.key === 'Enter') take();
      }}
      placeholder={placeholder ?? "'…'"}
      error={isWrong ? words.literalHint : null}
    />
  );
}
