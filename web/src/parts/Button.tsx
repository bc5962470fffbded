import { Button as AriaButton, type ButtonProps, ProgressBar } from 'react-aria-components';
import { useWords } from '@/words';
import style from './Button.module.css';

export type Look = 'plain' | 'primary' | 'danger' | 'quiet';

interface Props extends Omit<ButtonProps, 'className' | 'children'> {
  look?: Look;
  /** A square button that holds an icon alone; it then needs an `aria-label`. */
  square?: boolean;
  children?: React.ReactNode;
}

/** A button. While it `isPending` it does nothing, and keeps the focus. */
export function Button({ look = 'plain', square = false, children, ...rest }: Props) {
  const names = [style.button, style[look], square ? style.square : ''];
  return (
    <AriaButton {...rest} className={names.join(' ')}>
      {children}
      {rest.isPending && <Pending />}
    </AriaButton>
  );
}

function Pending() {
  const { app } = useWords();
  return <ProgressBar isIndeterminate aria-label={app.loading} className={style.pending} />;
}
