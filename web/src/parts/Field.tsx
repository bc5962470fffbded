import type { ReactNode, Ref } from 'react';
import {
  FieldError,
  Input,
  Label,
  Text,
  TextField,
  type TextFieldProps,
} from 'react-aria-components';
import style from './Field.module.css';

interface Props extends Omit<TextFieldProps, 'className' | 'children'> {
  /** Left out only where an `aria-label` stands for it. */
  label?: string;
  hint?: string;
  placeholder?: string;
  /** Texts that are offered while one is typed, with what they are called. */
  offers?: { id: string; values: readonly { value: string; label?: string }[] };
  /** What stands after the input, such as its button. */
  after?: ReactNode;
  inputRef?: Ref<HTMLInputElement>;
}

/** A line of text with its label. */
export function Field({ label, hint, placeholder, offers, after, inputRef, ...rest }: Props) {
  return (
    <TextField {...rest} className={style.field}>
      {label && <Label>{label}</Label>}
      <div className={style.line}>
        <Input
          ref={inputRef}
          className={style.input}
          placeholder={placeholder}
          list={offers?.id}
          autoComplete="off"
          spellCheck={false}
        />
        {after}
      </div>
      {offers && (
        <datalist id={offers.id}>
          {offers.values.map(({ value, label: called }) => (
            <option key={value} value={value} label={called} />
          ))}
        </datalist>
      )}
      {hint && (
        <Text slot="description" className={style.hint}>
          {hint}
        </Text>
      )}
      <FieldError className={style.error} />
    </TextField>
  );
}
