import {
  TextField as AriaTextField,
  FieldError,
  Input,
  type TextFieldProps,
} from 'react-aria-components';
import style from './Control.module.css';

interface Props extends Pick<TextFieldProps, 'type' | 'inputMode' | 'onBlur' | 'onKeyDown'> {
  label: string;
  value: string;
  onChange: (text: string) => void;
  placeholder?: string;
  /** What is wrong with the text; null where it is right. */
  error?: string | null;
}

/** One line of text; the label is read, not shown. */
export function TextField({ label, error = null, placeholder, ...rest }: Props) {
  return (
    <AriaTextField
      {...rest}
      aria-label={label}
      isInvalid={error !== null}
      validationBehavior="aria"
      className={style.control}
    >
      <Input placeholder={placeholder} className={style.input} />
      <FieldError className={style.error}>{error}</FieldError>
    </AriaTextField>
  );
}
