import { fits, isWritable, type Scalar, type ScalarKind, writeScalar } from './scalar';

export const operators = [
  '=',
  '!=',
  '>',
  '>=',
  '<',
  '<=',
  'range',
  'in',
  'nin',
  'like',
  'nlike',
  'startswith',
  'endswith',
  'likeany',
  'nlikeany',
  'year',
  'month',
  'week',
  'day',
  'isnull',
] as const;
/** The comparisons of rule D2, by the names that are written. */
export type Operator = (typeof operators)[number];

export type FieldKind = 'text' | 'number' | 'boolean' | 'date' | 'datetime' | 'time' | 'other';

/** What a condition compares with; null where nothing has been given yet. */
export type Value =
  | { shape: 'one'; item: Scalar | null }
  | { shape: 'list'; items: (Scalar | null)[] }
  | { shape: 'range'; from: Scalar | null; to: Scalar | null }
  | { shape: 'flag'; empty: boolean };

export interface Condition {
  field: string;
  operator: Operator;
  value: Value;
}

const shapes: Partial<Record<Operator, Value['shape']>> = {
  range: 'range',
  in: 'list',
  nin: 'list',
  likeany: 'list',
  nlikeany: 'list',
  isnull: 'flag',
};

export function shapeOf(operator: Operator): Value['shape'] {
  return shapes[operator] ?? 'one';
}

const equal = ['=', '!='] as const;
const ordered = ['>', '>=', '<', '<=', 'range'] as const;
const listed = ['in', 'nin'] as const;
const textual = ['like', 'nlike', 'startswith', 'endswith', 'likeany', 'nlikeany'] as const;
const parts = ['year', 'month', 'week', 'day'] as const;
const offered: Record<FieldKind, readonly Operator[]> = {
  text: [...equal, ...textual, ...listed, ...ordered, 'isnull'],
  number: [...equal, ...ordered, ...listed, 'isnull'],
  boolean: [...equal, 'isnull'],
  date: [...equal, ...ordered, ...listed, ...parts, 'isnull'],
  datetime: [...equal, ...ordered, ...listed, ...parts, 'isnull'],
  time: [...equal, ...ordered, ...listed, 'isnull'],
  other: operators,
};

/** The operators that make sense for fields of a kind, the usual ones first. */
export function operatorsOf(kind: FieldKind): readonly Operator[] {
  return offered[kind];
}

/** The kind of the values that an operator compares a field with. */
export function scalarKind(operator: Operator, field: FieldKind): ScalarKind {
  if (operator === 'year' || operator === 'month' || operator === 'week' || operator === 'day') {
    return operator;
  }
  return (textual as readonly Operator[]).includes(operator) ? 'text' : field;
}

/** Whether an operator compares with whole values of a field, which may be among its options. */
export function takesOptions(operator: Operator): boolean {
  return operator === '=' || operator === '!=' || operator === 'in' || operator === 'nin';
}

/** Whether a condition can be written; what is still being filled in cannot. */
export function isComplete({ field, operator, value }: Condition, kind: FieldKind): boolean {
  if (field === '') return false;
  const held = scalarKind(operator, kind);
  switch (value.shape) {
    case 'one':
      return isWritable(value.item, held);
    case 'list':
      return value.items.every((item) => isWritable(item, held));
    case 'range':
      return (
        (value.from !== null || value.to !== null) &&
        [value.from, value.to].every((end) => end === null || isWritable(end, held))
      );
    case 'flag':
      return true;
  }
}

/** Writes a complete condition. */
export function writeCondition({ field, operator, value }: Condition): string {
  return `Q(${writeScalar(field)},${writeScalar(operator)},${writeValue(value)})`;
}

function writeValue(value: Value): string {
  switch (value.shape) {
    case 'one':
      return writeEnd(value.item);
    case 'list':
      return `[${value.items.map(writeEnd).join(',')}]`;
    case 'range':
      return `[${writeEnd(value.from)},${writeEnd(value.to)}]`;
    case 'flag':
      return writeScalar(value.empty);
  }
}

function writeEnd(value: Scalar | null): string {
  return value === null ? 'None' : writeScalar(value);
}

/** The condition with another operator; the value is kept where it still makes sense. */
export function withOperator(
  condition: Condition,
  operator: Operator,
  kind: FieldKind,
  empty = true,
): Condition {
  const target = scalarKind(operator, kind);
  const same = scalarKind(condition.operator, kind) === target;
  const items = same ? scalarsOf(condition.value) : [];
  return { ...condition, operator, value: valueOfShape(shapeOf(operator), items, empty) };
}

/** The condition on another field; operator and value are kept where they fit that. */
export function withField(condition: Condition, field: string, kind: FieldKind): Condition {
  const isOffered = operatorsOf(kind).includes(condition.operator);
  const operator = isOffered ? condition.operator : '=';
  const target = scalarKind(operator, kind);
  const items = scalarsOf(condition.value).filter(
    (item) => item !== null && (target === 'other' || fits(item, target)),
  );
  const empty = condition.value.shape === 'flag' ? condition.value.empty : true;
  return { field, operator, value: valueOfShape(shapeOf(operator), items, empty) };
}

function valueOfShape(shape: Value['shape'], items: (Scalar | null)[], empty: boolean): Value {
  const [first = null, second = null] = items;
  switch (shape) {
    case 'one':
      return { shape, item: first };
    case 'list':
      return { shape, items: items.length > 0 ? items : [null] };
    case 'range':
      return { shape, from: first, to: second };
    case 'flag':
      return { shape, empty };
  }
}

/** The values of a condition, in the order in which they are written. */
export function scalarsOf(value: Value): (Scalar | null)[] {
  switch (value.shape) {
    case 'one':
      return [value.item];
    case 'list':
      return value.items;
    case 'range':
      return [value.from, value.to];
    case 'flag':
      return [];
  }
}
