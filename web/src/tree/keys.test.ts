import { expect, test } from 'vitest';
import { stepOf } from './keys';
import type { Line } from './outline';

const line = (label: string, level: number, open: boolean | null): Line => ({
  key: label,
  label,
  level,
  open,
  element: null,
  position: 1,
  of: 1,
});
const lines = [
  line('Tasks', 1, true),
  line('a', 2, null),
  line('b', 2, null),
  line('Models', 1, false),
];

test.each([
  ['ArrowDown', 0, { move: 1 }],
  ['ArrowDown', 3, { move: 3 }],
  ['ArrowUp', 0, { move: 0 }],
  ['End', 0, { move: 3 }],
  ['Home', 2, { move: 0 }],
  ['ArrowRight', 3, { toggle: 'Models', open: true }],
  ['ArrowRight', 0, { move: 1 }],
  ['ArrowRight', 1, null],
  ['ArrowLeft', 2, { move: 0 }],
  ['ArrowLeft', 0, { toggle: 'Tasks', open: false }],
  ['Enter', 1, { use: lines[1] }],
  ['Enter', 3, { toggle: 'Models', open: true }],
  ['m', 0, { move: 3 }],
  ['B', 0, { move: 2 }],
  ['x', 0, null],
])('%s at line %i', (key, at, step) => {
  expect(stepOf(key, lines, at)).toEqual(step);
});
