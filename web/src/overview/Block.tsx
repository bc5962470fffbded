import { type ReactNode, useId } from 'react';
import style from './Overview.module.css';

interface Props {
  title: string;
  /** Stands beside the title: a link to all of it. */
  more?: ReactNode;
  children: ReactNode;
}

/** A titled part of the first screen. */
export function Block({ title, more, children }: Props) {
  const id = useId();
  return (
    <section aria-labelledby={id} className={style.block}>
      <div className={style.head}>
        <h2 id={id}>{title}</h2>
        {more}
      </div>
      {children}
    </section>
  );
}
