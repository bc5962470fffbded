import type { ReactNode } from 'react';
import style from './Empty.module.css';

export function Empty({ children }: { children: ReactNode }) {
  return <div className={style.empty}>{children}</div>;
}
