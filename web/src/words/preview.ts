/** What a note of the server is made of. */
type Params = Readonly<Record<string, string | number>>;
type NoteText = (params: Params, writeDay: (day: string) => string) => string;

const off: Record<string, string> = { weekend: '周末', 'extra holiday': '自定义假日' };
const notMoved: Record<string, Record<'en' | 'zh', string>> = {
  'within-a-day': {
    en: ' (occurrences within a day are not moved)',
    zh: '（一天之内的执行不移动）',
  },
  nowhere: { en: ' (and no working day is near)', zh: '（附近没有工作日）' },
};

export const en = {
  preview: 'Preview',
  noSentence: 'The timing cannot be read yet.',
  zones: (task: string, own: string) =>
    task === own
      ? `Times are in ${task}, your zone too.`
      : `Times are in ${task}; yours in ${own}.`,
  coming: 'Next times',
  nothingComing: 'It fires no more.',
  yours: (time: string) => `${time} your time`,
  paused: 'Paused',
  pausedNow: 'The task is paused: it does not fire until it is resumed.',
  pausedUntil: (until: string) => `The task is paused: it does not fire before ${until}.`,
  notes: {
    'skipped-holiday': 'Skipped',
    'rolled-before-start': 'Skipped',
    rolled: 'Moved',
    merged: 'Merged',
    clamped: 'Last day',
    'dst-gap': 'Clock change',
    'dst-fold': 'Clock change',
    'beyond-announced': 'Not announced yet',
  } as Record<string, string>,
  noteTexts: {
    'skipped-holiday': ({ why, moved }) => `${why}${notMoved[String(moved)]?.en ?? ''}`,
    'rolled-before-start': () => 'it would move to before the start',
    rolled: ({ from, why }, writeDay) => `from ${writeDay(String(from))} (${why})`,
    merged: ({ count }) => `${count} times meet here`,
    clamped: ({ lacking }) => `the month has no day ${lacking}`,
    'dst-gap': ({ time }) => `${time} does not exist that day (clocks go forward)`,
    'dst-fold': ({ time }) =>
      `${time} comes twice that day (clocks go back); it fires the first time`,
    'beyond-announced': ({ calendar, until }, writeDay) =>
      `days off of ${calendar} are announced until ${writeDay(String(until))}`,
  } as Record<string, NoteText>,
  year: 'The year ahead',
  yearSummary: (days: number, holidays: number) =>
    `It fires on ${days === 1 ? '1 day' : `${days} days`} of the next twelve months, which have ${
      holidays === 1 ? '1 holiday' : `${holidays} holidays`
    }.`,
  asTable: 'As a table',
  date: 'Date',
  count: 'Times',
  times: (count: number) => (count === 1 ? 'fires once' : `fires ${count} times`),
  orMore: (count: number) => `${count} or more`,
  holiday: 'Holiday',
  fires: 'Fires',
  knownUntil: (date: string) =>
    `Holidays are announced until ${date}. What comes later may still move.`,
  rows: 'Rows that fire',
  matching: (count: string) => `${count} rows pass the filter.`,
  firingCount: (count: string, from: string, to: string) => `${count} times from ${from} to ${to}.`,
  firstOf: (shown: number) => `The first ${shown} are:`,
  atLeast: (count: number) => `${count.toLocaleString('en')} or more`,
  exactly: (count: number) => count.toLocaleString('en'),
  from: 'From',
  to: 'To',
  nothingFires: 'No row fires in this time.',
};

export const zh: typeof en = {
  preview: '预览',
  noSentence: '暂时无法读取时间设置。',
  zones: (task, own) =>
    task === own
      ? `时间以 ${task} 显示，也是您的时区。`
      : `时间以 ${task} 显示；您的时区是 ${own}。`,
  coming: '接下来的执行时间',
  nothingComing: '不会再执行。',
  yours: (time) => `您的时间 ${time}`,
  paused: '已暂停',
  pausedNow: '任务已暂停：恢复之前不会执行。',
  pausedUntil: (until) => `任务已暂停：${until} 之前不会执行。`,
  notes: {
    'skipped-holiday': '已跳过',
    'rolled-before-start': '已跳过',
    rolled: '已顺延',
    merged: '已合并',
    clamped: '月末',
    'dst-gap': '时钟调整',
    'dst-fold': '时钟调整',
    'beyond-announced': '尚未公布',
  },
  noteTexts: {
    'skipped-holiday': ({ why, moved }) =>
      `${off[String(why)] ?? why}${notMoved[String(moved)]?.zh ?? ''}`,
    'rolled-before-start': () => '移动后会早于开始时间',
    rolled: ({ from, why }, writeDay) =>
      `原为 ${writeDay(String(from))}（${off[String(why)] ?? why}）`,
    merged: ({ count }) => `${count} 次执行在此合并`,
    clamped: ({ lacking }) => `当月没有 ${lacking} 日`,
    'dst-gap': ({ time }) => `当天没有 ${time}（时钟拨快）`,
    'dst-fold': ({ time }) => `当天 ${time} 出现两次（时钟拨慢），在第一次执行`,
    'beyond-announced': ({ calendar, until }, writeDay) =>
      `${calendar} 的假日已公布至 ${writeDay(String(until))}`,
  },
  year: '未来一年',
  yearSummary: (days, holidays) => `未来十二个月中有 ${days} 天执行，有 ${holidays} 个假日。`,
  asTable: '以表格显示',
  date: '日期',
  count: '次数',
  times: (count) => `执行 ${count} 次`,
  orMore: (count) => `${count} 次或更多`,
  holiday: '假日',
  fires: '执行',
  knownUntil: (date) => `假日已公布至 ${date}，之后的时间可能还会变动。`,
  rows: '将执行的行',
  matching: (count) => `${count} 行符合筛选条件。`,
  firingCount: (count, from, to) => `从 ${from} 到 ${to} 共执行 ${count} 次。`,
  firstOf: (shown) => `前 ${shown} 个：`,
  atLeast: (count) => `${count.toLocaleString('zh')} 或更多`,
  exactly: (count) => count.toLocaleString('zh'),
  from: '从',
  to: '到',
  nothingFires: '这段时间内没有行执行。',
};
