import type { ReactNode } from 'react';
import {
  Dialog as AriaDialog,
  Heading,
  Modal,
  ModalOverlay,
  type ModalOverlayProps,
} from 'react-aria-components';
import style from './Dialog.module.css';

interface Props extends Pick<ModalOverlayProps, 'isOpen' | 'onOpenChange' | 'isDismissable'> {
  title: string;
  /** `alertdialog` for a question that interrupts. */
  role?: 'dialog' | 'alertdialog';
  wide?: boolean;
  children: ReactNode;
  /** The buttons at the bottom. */
  actions: ReactNode;
}

/** A modal dialog: focus is kept in it, Escape closes it, focus returns where it was. */
export function Dialog({
  title,
  role = 'dialog',
  wide = false,
  children,
  actions,
  ...rest
}: Props) {
  return (
    <ModalOverlay {...rest} className={style.overlay}>
      <Modal className={style.modal} data-wide={wide}>
        <AriaDialog role={role} className={style.dialog}>
          <Heading slot="title" className={style.title}>
            {title}
          </Heading>
          <div className={style.body}>{children}</div>
          <div className={style.actions}>{actions}</div>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
