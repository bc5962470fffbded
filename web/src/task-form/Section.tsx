import { type FocusEventHandler, type ReactNode, useId } from 'react';
import { Button, Disclosure, DisclosurePanel, Group, Heading } from 'react-aria-components';
import type { Path } from '@/document';
import { Icon } from '@/parts/Icon';
import { blockingPath } from './cell';
import { useForm } from './form';
import { problemsAt } from './problems';
import { RawCell } from './RawCell';
import style from './TaskForm.module.css';

interface Props {
  title: string;
  /** The object that the section shows; raw where something else stands there. */
  path?: Path;
  children: ReactNode;
}

export function Section({ title, path, children }: Props) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={style.section}>
      <h2 id={id}>{title}</h2>
      <Whole title={title} path={path}>
        {children}
      </Whole>
    </section>
  );
}

/** A section that is opened; it is open from the start where something is wrong in it. */
export function Folded({ title, note, path, children }: Props & { path: Path; note: string }) {
  const { diagnostics } = useForm();
  return (
    <Disclosure
      className={style.section}
      defaultExpanded={problemsAt(diagnostics, path).length > 0}
    >
      <Heading level={2}>
        <Button slot="trigger" className={style.fold}>
          <Icon name="chevron" />
          <span>{title}</span>
          <span className={style.note}>{note}</span>
        </Button>
      </Heading>
      <DisclosurePanel className={style.folded}>
        <Whole title={title} path={path}>
          {children}
        </Whole>
      </DisclosurePanel>
    </Disclosure>
  );
}

interface RowProps {
  title?: string;
  children: ReactNode;
  onBlur?: FocusEventHandler<HTMLElement>;
}

/** Controls that read as a sentence. */
export function Row({ title, children, onBlur }: RowProps) {
  return (
    <Group aria-label={title} className={style.row} onBlur={onBlur}>
      {children}
    </Group>
  );
}

function Whole({ title, path, children }: Props) {
  const { root } = useForm();
  const blocked = path === undefined ? null : blockingPath(root, [...path, '']);
  if (blocked === null) return children;
  return <RawCell path={blocked} label={title} expected="object" />;
}
