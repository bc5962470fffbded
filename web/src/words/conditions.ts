import type { FieldKind, Operator } from '@/conditions/condition';
import type { Relative, ScalarKind } from '@/conditions/scalar';

type OperatorWords = Record<Exclude<Operator, 'isnull'>, string>;

const operators: OperatorWords = {
  '=': 'is',
  '!=': 'is not',
  '>': 'is over',
  '>=': 'is at least',
  '<': 'is under',
  '<=': 'is at most',
  range: 'is between',
  in: 'is one of',
  nin: 'is none of',
  like: 'contains',
  nlike: 'does not contain',
  startswith: 'starts with',
  endswith: 'ends with',
  likeany: 'contains one of',
  nlikeany: 'contains none of',
  year: 'is in the year',
  month: 'is in the month',
  week: 'is in the week',
  day: 'is on the day of the month',
};
const onDates: Partial<OperatorWords> = {
  '>': 'is after',
  '>=': 'is on or after',
  '<': 'is before',
  '<=': 'is on or before',
};
const onTexts: Partial<OperatorWords> = {
  '>': 'sorts after',
  '>=': 'is or sorts after',
  '<': 'sorts before',
  '<=': 'is or sorts before',
};

function said(operator: Exclude<Operator, 'isnull'>, kind: FieldKind): string {
  const dated = kind === 'date' || kind === 'datetime' || kind === 'time';
  const own = dated ? onDates : kind === 'text' ? onTexts : {};
  return own[operator] ?? operators[operator];
}

export const en = {
  joinLabel: 'How the conditions are joined',
  joins: { and: 'All of these hold', or: 'One of these holds' },
  group: (join: 'and' | 'or', count: number) =>
    `${join === 'and' ? 'All of' : 'One of'} ${count === 1 ? '1 condition' : `${count} conditions`}`,
  none: 'No condition: the task is for every row.',
  noModel: 'Choose a model first; its fields are what conditions are about.',
  noSuchModel: (name: string) =>
    `${name} cannot be loaded, so its fields are not known and the filter is not checked.`,
  field: 'Field',
  chooseField: 'Choose a field',
  noField: 'No field of that name',
  noOption: 'No such option',
  notInModel: 'not in the model',
  operator: 'Comparison',
  operatorWords: said,
  empty: 'is empty',
  notEmpty: 'is not empty',
  value: 'Value',
  nth: (number: number) => `Value ${number}`,
  from: 'From',
  to: 'To',
  open: 'open',
  and: 'and',
  yes: 'yes',
  no: 'no',
  chooseValue: 'Choose a value',
  dateForm: 'What the date is',
  dateForms: { date: 'a date', datetime: 'a date and time', TODAY: 'today', NOW: 'now' },
  relative: { TODAY: 'today', NOW: 'now' } as Record<Relative, string>,
  dateHints: { date: '', datetime: '', TODAY: 'in the task’s zone', NOW: 'to the second' },
  literal: 'Value as it is written in the filter',
  literalHint: "Text in quotes, such as 'open'; a number; True or False.",
  wrong: (kind: ScalarKind) =>
    ({
      year: 'A year, from 1 to 9999.',
      month: 'A month, from 1 to 12.',
      week: 'A week of the ISO calendar, from 1 to 53.',
      day: 'A day of the month, from 1 to 31.',
    })[kind as string] ?? 'A number, such as 12.5.',
  addValue: 'Add a value',
  removeValue: (number: number) => `Remove value ${number}`,
  addRow: 'Add a condition',
  addGroup: 'Add a group',
  more: (what: string) => `More for: ${what}`,
  moveUp: 'Move up',
  moveDown: 'Move down',
  wrap: 'Put into a group of its own',
  unwrap: 'Dissolve the group',
  remove: 'Remove',
  removed: (what: string) => `Removed: ${what}`,
  moved: (what: string, place: number, count: number) => `${what}: ${place} of ${count}`,
  pending: 'Not in the filter until it has a field and a value.',
  pendingChange: (text: string) => `Not complete; the filter still has ${text}`,
  rawLabel: 'Part of the filter as text',
  rawReason: (reason: string) =>
    reason === '' ? 'This part has no form here; its text is kept.' : reason,
  unreadable: 'The filter could not be read; its text can be edited here.',
  filterText: 'Filter as text',
  matching: 'Matching rows',
  rowTable: 'The rows as a table',
  count: (count: number, capped: boolean) =>
    capped
      ? `More than ${count.toLocaleString('en')} rows match.`
      : count === 1
        ? '1 row matches.'
        : `${count.toLocaleString('en')} rows match.`,
  shown: (count: number) => `The first ${count} are shown.`,
  row: 'Row',
  emptyCell: 'empty',
};

const zhOperators: OperatorWords = {
  '=': '等于',
  '!=': '不等于',
  '>': '大于',
  '>=': '大于或等于',
  '<': '小于',
  '<=': '小于或等于',
  range: '介于',
  in: '属于',
  nin: '不属于',
  like: '包含',
  nlike: '不包含',
  startswith: '开头是',
  endswith: '结尾是',
  likeany: '包含任一',
  nlikeany: '不包含任何',
  year: '年份是',
  month: '月份是',
  week: '周数是',
  day: '日是',
};
const zhOnDates: Partial<OperatorWords> = {
  '>': '晚于',
  '>=': '不早于',
  '<': '早于',
  '<=': '不晚于',
};

export const zh: typeof en = {
  joinLabel: '条件的连接方式',
  joins: { and: '满足以下全部', or: '满足以下任一' },
  group: (join, count) => `${join === 'and' ? '全部满足' : '任一满足'}，${count} 个条件`,
  none: '没有条件：任务适用于所有行。',
  noModel: '请先选择模型；条件针对模型的字段。',
  noSuchModel: (name) => `无法加载 ${name}，因此不知道它的字段，也无法检查筛选条件。`,
  field: '字段',
  chooseField: '选择字段',
  noField: '没有这个名称的字段',
  noOption: '没有这个选项',
  notInModel: '模型中没有',
  operator: '比较方式',
  operatorWords: (operator, kind) =>
    (kind === 'date' || kind === 'datetime' || kind === 'time' ? zhOnDates[operator] : null) ??
    zhOperators[operator],
  empty: '为空',
  notEmpty: '不为空',
  value: '值',
  nth: (number) => `第 ${number} 个值`,
  from: '从',
  to: '到',
  open: '不限',
  and: '且',
  yes: '是',
  no: '否',
  chooseValue: '选择值',
  dateForm: '日期的形式',
  dateForms: { date: '日期', datetime: '日期和时间', TODAY: '今天', NOW: '现在' },
  relative: { TODAY: '今天', NOW: '现在' },
  dateHints: { date: '', datetime: '', TODAY: '以任务的时区为准', NOW: '精确到秒' },
  literal: '筛选条件中所写的值',
  literalHint: "文本加引号，如 'open'；数字；True 或 False。",
  wrong: (kind) =>
    ({
      year: '年份，1 到 9999。',
      month: '月份，1 到 12。',
      week: 'ISO 日历的周数，1 到 53。',
      day: '一个月中的日，1 到 31。',
    })[kind as string] ?? '数字，例如 12.5。',
  addValue: '添加值',
  removeValue: (number) => `移除第 ${number} 个值`,
  addRow: '添加条件',
  addGroup: '添加条件组',
  more: (what) => `更多操作：${what}`,
  moveUp: '上移',
  moveDown: '下移',
  wrap: '放入单独的条件组',
  unwrap: '解散条件组',
  remove: '移除',
  removed: (what) => `已移除：${what}`,
  moved: (what, place, count) => `${what}：第 ${place} 个，共 ${count} 个`,
  pending: '填好字段和值之后才会写入筛选条件。',
  pendingChange: (text) => `尚未填完；筛选条件中仍是 ${text}`,
  rawLabel: '以文本表示的部分条件',
  rawReason: (reason) => (reason === '' ? '这部分没有对应的控件，保留原文。' : reason),
  unreadable: '无法读取筛选条件；可以在此编辑其文本。',
  filterText: '筛选条件文本',
  matching: '匹配的行',
  rowTable: '以表格显示的行',
  count: (count, capped) =>
    capped
      ? `超过 ${count.toLocaleString('zh')} 行匹配。`
      : `${count.toLocaleString('zh')} 行匹配。`,
  shown: (count) => `显示前 ${count} 行。`,
  row: '行',
  emptyCell: '空',
};
