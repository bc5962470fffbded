/** One value of a condition; a number is kept as it is written, so that no digit is lost. */
export type Scalar = string | boolean | { number: string } | { relative: Relative };
export type Relative = 'TODAY' | 'NOW';

/** What a control for one value is made for: a model field's kind, or a part of a date. */
export type ScalarKind =
  | 'text'
  | 'number'
  | 'boolean'
  | 'date'
  | 'datetime'
  | 'time'
  | 'year'
  | 'month'
  | 'week'
  | 'day'
  | 'other';

const NUMBER = /^-?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
const DATE = /^\d{4}-\d\d-\d\d$/;
const DATETIME = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?$/;
const TIME = /^\d\d:\d\d(:\d\d)?$/;

const bounds = { year: [1, 9999], month: [1, 12], week: [1, 53], day: [1, 31] } as const;
const LARGEST = 2 ** 63;

/** The least and greatest of a part of a date; null for other kinds. */
export function boundsOf(kind: ScalarKind): readonly [number, number] | null {
  return kind in bounds ? bounds[kind as keyof typeof bounds] : null;
}

/** Whether a typed number is one that a filter may hold, and its kind too. */
export function isNumber(text: string, kind: ScalarKind): boolean {
  const range = boundsOf(kind);
  if (range) return /^\d{1,4}$/.test(text) && Number(text) >= range[0] && Number(text) <= range[1];
  return NUMBER.test(text) && Math.abs(Number(text)) < LARGEST;
}

/** Whether the control of a kind shows this value, and would write the same one back. */
export function fits(value: Scalar, kind: ScalarKind): boolean {
  if (typeof value === 'boolean') return kind === 'boolean';
  if (typeof value === 'string') return textFits(value, kind);
  if ('number' in value) return kind === 'number' || boundsOf(kind) !== null;
  return kind === 'datetime' || (kind === 'date' && value.relative === 'TODAY');
}

function textFits(text: string, kind: ScalarKind): boolean {
  switch (kind) {
    case 'text':
      return !/[\r\n]/.test(text); // a field of one line would lose them
    case 'date':
      return text === '' || (DATE.test(text) && isDay(text));
    case 'datetime':
      return text === '' || ((DATE.test(text) || DATETIME.test(text)) && isDay(text.slice(0, 10)));
    case 'time':
      return text === '' || TIME.test(text);
    default:
      return false;
  }
}

function isDay(text: string): boolean {
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.valueOf()) && day.toISOString().startsWith(text);
}

/** Whether a value can be written as it is; what is still being typed cannot. */
export function isWritable(value: Scalar | null, kind: ScalarKind): value is Scalar {
  if (value === null) return false;
  if (typeof value === 'object' && 'number' in value) return isNumber(value.number, kind);
  return value !== '' || kind === 'text' || kind === 'other';
}

export function writeScalar(value: Scalar): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return quote(value);
  return 'number' in value ? tidyNumber(value.number) : `${value.relative}()`;
}

/** Python has no number that starts with 0 and goes on, and none with an open point. */
function tidyNumber(text: string): string {
  return text
    .replace(/^(-?)\./, '$10.')
    .replace(/^(-?)0+(?=\d)/, '$1')
    .replace(/\.(?=e|$)/i, '');
}

const escapes: Record<string, string> = {
  '\\': '\\\\',
  "'": "\\'",
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

function quote(text: string): string {
  // Control characters, the other line ends, and halves of a pair cannot stand in a source.
  const body = text.replace(
    /[\\'\p{Cc}\u2028\u2029]|\p{Cs}/gu,
    (found) => escapes[found] ?? `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `'${body}'`;
}

const literals: Record<string, Scalar> = {
  True: true,
  False: false,
  'TODAY()': { relative: 'TODAY' },
  'NOW()': { relative: 'NOW' },
};
const QUOTED = /^(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)")$/;
const ESCAPE = /\\(?:x([\da-f]{2})|u([\da-f]{4})|(.))/gi;
const unescapes: Record<string, string> = {
  n: '\n',
  r: '\r',
  t: '\t',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

/** Reads one value as a filter writes it; undefined for what is none. */
export function readScalar(text: string): Scalar | undefined {
  const source = text.trim();
  if (source in literals) return literals[source];
  if (NUMBER.test(source)) return { number: source };
  const quoted = QUOTED.exec(source);
  return quoted ? unescaped(quoted[1] ?? quoted[2] ?? '') : undefined;
}

function unescaped(body: string): string | undefined {
  let odd = false;
  const text = body.replace(ESCAPE, (_, two?: string, four?: string, one?: string) => {
    const code = two ?? four;
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
    const known = unescapes[one ?? ''];
    odd ||= known === undefined;
    return known ?? '';
  });
  return odd ? undefined : text;
}
