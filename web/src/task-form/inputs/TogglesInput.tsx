import { useId } from 'react';
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import { useDiagnosticWords } from '@/words/use-diagnostic-words';
import type { InputProps } from './input';
import style from './inputs.module.css';

interface Props extends InputProps<readonly number[]> {
  options: readonly { value: number; label: string; name?: string }[];
  /** How many stand in a row, where they stand as a grid. */
  columns?: 7;
}

/** A short label, heard in full where that begins as it is seen: so it can be spoken, too. */
function Named({ label, name }: Props['options'][number]) {
  if (!name?.startsWith(label)) return label;
  return (
    <>
      <span aria-hidden="true">{label}</span>
      <span className="visually-hidden">{name}</span>
    </>
  );
}

/** Several of a few numbers, such as weekdays. */
export function TogglesInput({
  label,
  value,
  onChange,
  problems,
  hint,
  isDisabled,
  options,
  columns,
}: Props) {
  const id = useId();
  const isNoted = problems.length > 0 || hint !== undefined;
  const inWords = useDiagnosticWords();
  return (
    <div className={style.field} data-wide="true">
      <span id={id} className={style.label}>
        {label}
      </span>
      <ToggleButtonGroup
        className={style.toggles}
        data-columns={columns}
        selectionMode="multiple"
        aria-labelledby={id}
        aria-describedby={isNoted ? `${id}-notes` : undefined}
        selectedKeys={value.map(String)}
        onSelectionChange={(keys) => onChange([...keys].map(Number))}
        isDisabled={isDisabled}
      >
        {options.map((option) => (
          <ToggleButton key={option.value} id={String(option.value)} className={style.toggle}>
            <Named {...option} />
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
      {isNoted && (
        <div id={`${id}-notes`} className={style.note}>
          {hint && <p>{hint}</p>}
          {problems.map((each) => (
            <p key={`${each.code} ${each.message}`} data-severity={each.severity}>
              {inWords(each)}
            </p>
          ))}
        </div>
      )}
    </div>
  );
}
