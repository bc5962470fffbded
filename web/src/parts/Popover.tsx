import type { ReactNode } from 'react';
import { Popover as AriaPopover, Dialog, type PopoverProps } from 'react-aria-components';
import style from './Popover.module.css';

interface Props extends Omit<PopoverProps, 'className' | 'children'> {
  label: string;
  children: ReactNode;
}

/** A small dialog beside what opened it; put both in a DialogTrigger, or name its `triggerRef`. */
export function Popover({ label, children, placement = 'bottom start', ...rest }: Props) {
  return (
    <AriaPopover {...rest} placement={placement} className={style.popover}>
      <Dialog aria-label={label} className={style.dialog}>
        {children}
      </Dialog>
    </AriaPopover>
  );
}
