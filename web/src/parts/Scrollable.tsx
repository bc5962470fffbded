import type { ReactNode } from 'react';

interface Props {
  label: string;
  className?: string;
  children: ReactNode;
}

/** What may be too large for its place: it scrolls, also by keys. */
export function Scrollable({ label, className, children }: Props) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keys
    <section aria-label={label} className={className} tabIndex={0}>
      {children}
    </section>
  );
}
