import { expect, test } from 'vitest';
import { type Entry, found } from './found';

const entries: Entry[] = [
  { id: '1', label: 'Contract reminder', hint: 'tasks.billing.ContractReminder' },
  { id: '2', label: 'Nightly clean-up', hint: 'tasks.NightlyCleanup' },
  { id: '3', label: 'Contracts', hint: 'models.Contract' },
  { id: '4', label: 'Old contract archive', hint: 'tasks.Archive' },
  { id: '5', label: '合同到期提醒', hint: 'tasks.Expiry' },
];
const ids = (text: string, most = 9) => found(entries, text, most).map(({ id }) => id);

test.each([
  ['con', ['1', '3', '4']],
  ['REMINDER contract', ['1']],
  ['clean', ['2']],
  ['billing', ['1']],
  ['archive', ['4']],
  ['tract', ['1', '3', '4']],
  ['到期', ['5']],
  ['nothing', []],
])('%s finds %j', (text, expected) => {
  expect(ids(text)).toEqual(expected);
});

test('what begins with the text comes before what only has it inside', () => {
  expect(ids('nig con')).toEqual([]);
  expect(ids('arch')).toEqual(['4']);
  expect(ids('e')).toEqual(['5', '1', '2', '3', '4']);
});

test('an empty text offers the first ones', () => {
  expect(ids('  ', 2)).toEqual(['1', '2']);
});
