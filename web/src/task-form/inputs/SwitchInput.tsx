import { Switch } from '@/parts/Switch';
import { useDiagnosticWords } from '@/words/use-diagnostic-words';
import type { InputProps } from './input';
import style from './inputs.module.css';

export function SwitchInput({ label, value, onChange, problems, isDisabled }: InputProps<boolean>) {
  const inWords = useDiagnosticWords();
  return (
    <div className={style.field}>
      <Switch
        layout="field"
        label={label}
        isSelected={value}
        onChange={onChange}
        isReadOnly={isDisabled}
      />
      {problems.map((each) => (
        <p
          key={`${each.code} ${each.message}`}
          className={style.note}
          data-severity={each.severity}
        >
          {inWords(each)}
        </p>
      ))}
    </div>
  );
}
