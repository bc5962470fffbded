import style from './StatusDot.module.css';

/** A dot whose colour and shape stand for a state; its words are for those who cannot see it. */
export function StatusDot({ state, label }: { state: string; label: string }) {
  return (
    <span role="img" aria-label={label} title={label} className={style.dot} data-state={state} />
  );
}
