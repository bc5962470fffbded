import type { Problem } from '@/api/client';

/** Why the server refuses, or what is wrong with what runs: by code, where English is no help. */
type Words = Record<string, (detail: string) => string>;

export const en: Words = {};

export const zh: Words = {
  unreachable: () => '控制台没有响应。它还在运行吗？',
  'not-loaded': () => '运行时尚未加载已保存的内容，因此没有执行任何操作。请稍后再试。',
  'no-records': () => '还没有执行过任何任务。',
  'not-found': (detail) => `没有找到：${detail}`,
  'broken-task': (detail) => `任务无法加载：${detail}`,
  'invalid-argument': (detail) => `参数无效：${detail}`,
  conflict: (detail) => `当前状态不允许此操作：${detail}`,
  outdated: () => '文件在此期间已被更改。',
  unavailable: (detail) => `数据库没有响应：${detail}`,
  forbidden: (detail) => `没有权限：${detail}`,
  failed: () => '控制台出错；原因见其输出。',
  'too-large': () => '请求过大。',
  'too-many': () => '连接的客户端过多。',
  'not-running': () => '没有正在运行的运行时；请启动：jittask run',
  stuck: () => '运行时存在，但没有响应。',
  broken: () => '文件中有错误；若有上一个可用版本，则继续运行该版本。',
  blocked: (detail) => `受阻：${detail}`,
  overdue: () => '有执行已逾期。',
  'notify-failed': (detail) => `通知无法送达：${detail}`,
  'store-unavailable': (detail) => `执行记录库没有响应：${detail}`,
  incomplete: () => '需要先设置模型和时间。',
  'timer-budget': () => '该规则过于复杂，无法计算执行时间。',
};

/** Returns what to say of a code; the server's own words where there is nothing better. */
export function said(words: Words, code: string, text: string): string {
  return words[code]?.(text) ?? text;
}

/** Returns a refusal in words. A hint is the server's, and goes with the server's words. */
export function refusal(words: Words, { code, detail, hint }: Problem) {
  const own = words[code];
  return own === undefined ? { text: detail, hint } : { text: own(detail), hint: null };
}
