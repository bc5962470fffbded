import { Switch } from '@/parts/Switch';
import { type InputProps, inWords } from './input';
import style from './inputs.module.css';

export function SwitchInput({ label, value, onChange, problems, isDisabled }: InputProps<boolean>) {
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
