import { Button as AriaButton, type ButtonProps } from 'react-aria-components';
import style from './Button.module.css';

export type Look = 'plain' | 'primary' | 'danger' | 'quiet';

interface Props extends Omit<ButtonProps, 'className'> {
  look?: Look;
  /** A square button that holds an icon alone; it then needs an `aria-label`. */
  square?: boolean;
}

export function Button({ look = 'plain', square = false, ...rest }: Props) {
  const names = [style.button, style[look], square ? style.square : ''];
  return <AriaButton {...rest} className={names.join(' ')} />;
}
