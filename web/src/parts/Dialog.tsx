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
  /** What stays in view above the buttons: what will happen, or why it did not. */
  note?: ReactNode;
  /** The buttons at the bottom. */
  actions: ReactNode;
}

/**
 * A modal dialog: focus is kept in it, Escape closes it, focus returns where it was. Its buttons
 * stay in view while the body scrolls, and its top stays where it is while the body grows.
 */
export function Dialog({
  title,
  role = 'dialog',
  wide = false,
  children,
  note,
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
          <div className={style.footer}>
            <div className={style.note}>{note}</div>
            <div className={style.actions}>{actions}</div>
          </div>
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
