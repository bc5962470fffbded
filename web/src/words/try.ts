import type { Shapes } from '@/api/client';

type Outcomes = Record<Shapes['Trial']['outcome'], string>;

export const en = {
  title: 'Try',
  effects:
    'Runs the function once on what is in the editor. Changes through models are rolled back; effects outside the database, such as files and messages, are real. While it runs, up to 60 s, others may have to wait before they can write to the same database.',
  tryNow: 'Try it',
  outcomes: {
    completed: 'Completed',
    failed: 'Failed',
    timeout: 'Timed out',
    died: 'Its process died',
  } as Outcomes,
  took: (seconds: number) => `in ${seconds.toFixed(seconds < 10 ? 2 : 0)} s.`,
  rolledBack: 'Its changes through models were rolled back.',
  passes: 'The row passes the filter.',
  doesNotPass: 'The row does not pass the filter: by schedule, it would not fire.',
  error: 'Error',
  errorAt: (file: string, line: number | null) =>
    line === null ? `Error in ${file}` : `Error in ${file}, line ${line}`,
  output: 'Output',
  noOutput: 'It printed nothing.',
  result: 'Result',
  filterValues: 'What the filter read',
};

export const zh: typeof en = {
  title: '试运行',
  effects:
    '用编辑器中的内容运行一次函数。通过模型所做的更改会回滚；数据库之外的影响（例如文件和消息）是真实的。运行期间（最长 60 秒），其他程序可能需要等待才能写入同一数据库。',
  tryNow: '试运行',
  outcomes: { completed: '成功', failed: '失败', timeout: '超时', died: '进程已终止' },
  took: (seconds) => `用时 ${seconds.toFixed(seconds < 10 ? 2 : 0)} 秒。`,
  rolledBack: '通过模型所做的更改已回滚。',
  passes: '该行符合筛选条件。',
  doesNotPass: '该行不符合筛选条件：按计划不会触发。',
  error: '错误',
  errorAt: (file, line) => (line === null ? `${file} 中的错误` : `${file} 第 ${line} 行的错误`),
  output: '输出',
  noOutput: '没有输出。',
  result: '结果',
  filterValues: '筛选条件读取的值',
};
