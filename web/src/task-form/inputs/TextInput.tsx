import { Input, Label, TextArea, TextField } from 'react-aria-components';
import { type InputProps, isInvalid, Notes } from './input';
import style from './inputs.module.css';

interface Props extends InputProps<string> {
  onBlur?: () => void;
  type?: 'text' | 'time' | 'date' | 'datetime-local';
  inputMode?: 'text' | 'numeric' | 'decimal';
  placeholder?: string;
  isCode?: boolean;
  isTall?: boolean;
  isWide?: boolean;
  isRequired?: boolean;
  autoFocus?: boolean;
}

export function TextInput({
  label,
  isDisabled,
  isCode,
  isTall,
  isWide,
  placeholder,
  type = 'text',
  ...rest
}: Props) {
  const { value, onChange, onBlur, inputMode, isRequired, autoFocus } = rest;
  return (
    <TextField
      className={style.field}
      data-tall={isTall}
      data-wide={isWide}
      {...{ value, onChange, onBlur, inputMode, isRequired, autoFocus }}
      type={type as 'text'} // its type lacks those of dates, which it passes on
      isReadOnly={isDisabled}
      isInvalid={isInvalid(rest)}
      validationBehavior="aria"
      autoComplete="off"
    >
      <Label className={style.label}>{label}</Label>
      {isTall ? (
        <TextArea
          className={style.input}
          data-code={isCode}
          rows={lines(value)}
          spellCheck={!isCode}
        />
      ) : (
        <Input
          className={style.input}
          data-code={isCode}
          data-type={type}
          data-short={inputMode === 'numeric' || inputMode === 'decimal'}
          placeholder={placeholder}
          spellCheck={!isCode}
          step={type === 'datetime-local' ? 1 : undefined}
        />
      )}
      <Notes {...rest} />
    </TextField>
  );
}

function lines(text: string): number {
  return Math.min(12, text.split('\n').length);
}
