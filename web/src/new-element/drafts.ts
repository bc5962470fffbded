import { type Json, pointer, readDocument, valueAt } from '@/document';
import type { Diagnostic } from '@/task-form/problems';

const HEAD = { title: '', enable: 1, funcType: 'Inner', backendBundleEntry: '.' };
const DAY_MILLIS = 86_400_000;

/** The e.json of a new scheduled task: daily from tomorrow at 09:00, in the app's zone. */
export function scheduledDraft(now: Date, zone: string): string {
  const startTime = `${dayIn(zone, new Date(now.getTime() + DAY_MILLIS))} 09:00:00`;
  const timerCfg = { startTime, repeat: { repeatType: 'day' } };
  return written({ type: 'tasks.NormalType', ...HEAD, timerCfg });
}

/** The e.json of a new date-field task: once for each row, on its date. */
export function dateFieldDraft(): string {
  const timerCfg = {
    startField: '',
    startOffset: { offsetType: 0, offset: 0, offsetUnit: 'day' },
    repeat: { repeatType: 'normal' },
  };
  return written({ type: 'tasks.DateFieldType', ...HEAD, modelPath: '', filter: '', timerCfg });
}

export function titleOf(text: string): string {
  const title = valueAt(jsonOf(text), ['title']);
  return typeof title === 'string' ? title.trim() : '';
}

/** What has to be entered before a task can be made. */
const NEEDED = {
  title: ['title'],
  model: ['modelPath'],
  field: ['timerCfg', 'startField'],
} as const;

/** Asks for what nobody has entered yet, each at its own place, in the order of the form. */
export function missingIn(
  text: string,
  words: Readonly<Record<keyof typeof NEEDED, string>>,
): Diagnostic[] {
  const root = jsonOf(text);
  return (Object.keys(NEEDED) as (keyof typeof NEEDED)[])
    .filter((key) => isBlank(valueAt(root, NEEDED[key])))
    .map((key) => ({
      code: 'missing',
      severity: 'error',
      message: words[key],
      file: 'e.json',
      pointer: pointer(NEEDED[key]),
    }));
}

function isBlank(value: Json | undefined): boolean {
  return typeof value === 'string' && value.trim() === '';
}

/** What is wrong with more than that nothing has been entered yet. */
export function withoutUnfinished(text: string, diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const root = jsonOf(text);
  return diagnostics.filter(({ pointer: place }) => {
    const path = (place ?? '').split('/').slice(1);
    return path.length === 0 || valueAt(root, path) !== '';
  });
}

function jsonOf(text: string): Json {
  const reading = readDocument(text);
  return 'document' in reading ? reading.document.value : null;
}

function dayIn(zone: string, instant: Date): string {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' });
  return parts.format(instant);
}

function written(value: Json): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
