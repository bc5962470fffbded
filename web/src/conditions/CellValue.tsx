import type { ReactNode } from 'react';
import { useDateFormat, useTimeFormat } from '@/parts/Time';
import { isMoment, plainNumber } from './cells';
import type { FieldKind } from './condition';

interface Props {
  value: unknown;
  kind: FieldKind;
  /** Of times that name one; the others are shown as they stand. */
  zone: string | null;
  /** What stands for no value. */
  empty: string;
}

/** A value of a row, written as the page writes such values elsewhere. */
export function CellValue({ value, kind, zone, empty }: Props): ReactNode {
  const day = useDateFormat();
  const inZone = useTimeFormat(zone ?? undefined, true);
  const asIs = useTimeFormat('UTC', true);
  if (value === null || value === undefined) return <i>{empty}</i>;
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  if (kind === 'number') return plainNumber(text);
  if ((kind !== 'date' && kind !== 'datetime') || !isMoment(text)) return text;
  if (kind === 'date') return day(text.slice(0, 10));
  const hasZone = /(Z|[+-]\d\d:?\d\d)$/.test(text.slice(10));
  return hasZone ? inZone(text) : asIs(`${text.length === 10 ? `${text}T00:00` : text}Z`);
}
