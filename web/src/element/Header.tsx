import type { ReactNode } from 'react';
import type { TreeElement } from '@/api/elements';
import { StatusDot } from '@/parts/StatusDot';
import { useWords } from '@/words';
import style from './Header.module.css';

interface Props {
  element: TreeElement;
  title: string;
  /** What can be done, at the upper right. */
  children: ReactNode;
}

/** Which element it is, in which state, and what can be done. */
export function Header({ element, title, children }: Props) {
  const { elements } = useWords();
  const state = elements.states[element.state] ?? element.state;
  return (
    <header className={style.header}>
      <div className={style.names}>
        <h1 title={title}>{title}</h1>
        <p className={style.facts}>
          <span className={style.state}>
            <StatusDot state={element.state} label={state} />
            <span aria-hidden="true">{state}</span>
          </span>
          <code>{element.name}</code>
        </p>
      </div>
      <div className={style.actions}>{children}</div>
    </header>
  );
}
