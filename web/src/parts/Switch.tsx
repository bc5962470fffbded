import style from './Switch.module.css';

interface Props {
  label: string;
  isSelected: boolean;
  onChange: (isSelected: boolean) => void;
  /** Shows its state, and can be reached, but does not change. */
  isReadOnly?: boolean;
  /** The label stands above, as that of a field beside it, or after the switch. */
  layout?: 'field' | 'line';
}

/** On or off at once. The native input is the track itself: whatever points at it can press it. */
export function Switch({
  label,
  isSelected,
  onChange,
  isReadOnly = false,
  layout = 'line',
}: Props) {
  return (
    <label className={style.switch} data-layout={layout}>
      <span className={style.label}>{label}</span>
      <span className={style.box}>
        <input
          type="checkbox"
          // biome-ignore lint/a11y/useAriaPropsForRole: a native checkbox says its state itself
          role="switch"
          className={style.track}
          checked={isSelected}
          aria-readonly={isReadOnly || undefined}
          onChange={(event) => !isReadOnly && onChange(event.currentTarget.checked)}
        />
      </span>
    </label>
  );
}
