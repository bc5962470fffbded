import type { en } from '@/words/records';
import type { RecordFilter } from './search';

type Words = (typeof en)['timeRange'];
type Unit = 's' | 'm' | 'h' | 'd' | 'w';

export const presets = ['15m', '1h', '1d', '7d', '30d', 'today', 'yesterday'] as const;

/** The range of a preset: from then until now, but yesterday is over. */
export function rangeOf(preset: string): Pick<RecordFilter, 'from' | 'to'> {
  return preset === 'yesterday' ? { from: preset, to: preset } : { from: preset };
}

/** A range in words; what is relative stays so. */
export function rangeText({ from, to }: RecordFilter, words: Words): string {
  if (from !== undefined && (to === undefined || (from === to && from === 'yesterday'))) {
    const preset = words.presets[from];
    if (preset !== undefined && rangeOf(from).to === to) return preset;
  }
  if (from !== undefined && to !== undefined) {
    return words.between(timeText(from, words), timeText(to, words));
  }
  if (from !== undefined) return words.since(timeText(from, words));
  return to === undefined ? words.any : words.until(timeText(to, words));
}

function timeText(text: string, words: Words): string {
  const [, amount, unit] = /^-?(\d+)\s*([smhdw])$/i.exec(text) ?? [];
  if (amount !== undefined) return words.relative(Number(amount), unit?.toLowerCase() as Unit);
  return text.replace('T', ' ');
}

/** What a field for a local time shows of a text; nothing of a relative one. */
export function localTime(text: string | undefined): string {
  const [found] = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?)?/.exec(text ?? '') ?? [''];
  return found.length === 10 ? `${found}T00:00` : found;
}
