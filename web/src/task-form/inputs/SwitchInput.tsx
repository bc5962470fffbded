import { Switch } from 'react-aria-components';
import { type InputProps, inWords } from './input';
import style from './inputs.module.css';

export function SwitchInput({ label, value, onChange, problems, isDisabled }: InputProps<boolean>) {
  return (
    <div className={style.field}>
      <Switch
        className={style.switch}
        isSelected={value}
        onChange={onChange}
        isReadOnly={isDisabled}
      >
        <span className={style.track} />
        <span>{label}</span>
      </Switch>
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
