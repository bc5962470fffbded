import {
  Menu as AriaMenu,
  type MenuProps,
  Popover,
  type PopoverProps,
} from 'react-aria-components';
import style from './Menu.module.css';

export { MenuItem, MenuTrigger, Separator, SubmenuTrigger } from 'react-aria-components';

/** A menu in its popover; put it beside its button in a MenuTrigger. */
export function Menu<T extends object>({
  placement = 'bottom start',
  ...rest
}: MenuProps<T> & { placement?: PopoverProps['placement'] }) {
  return (
    <Popover className={style.popover} placement={placement}>
      <AriaMenu {...rest} className={style.menu} />
    </Popover>
  );
}
